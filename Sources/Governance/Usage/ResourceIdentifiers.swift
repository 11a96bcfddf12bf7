/// An Auto Scaling group's name: 1 to 255 characters, without control characters. A name can be used again once its group
/// is deleted.
public struct AutoScalingGroupName: ValidatedText {
    public static let expectation = "an Auto Scaling group name (1 to 255 characters)"
    public let text: String

    public init?(_ text: String) {
        guard (1...255).contains(text.unicodeScalars.count), text.unicodeScalars.allSatisfy({ !$0.isControl })
        else { return nil }
        self.text = text
    }
}

/// An EC2 fleet, `fleet-` and a UUID. Never used again for another fleet.
public struct FleetID: ValidatedText {
    public static let expectation = "an EC2 fleet id (fleet-…)"
    public let text: String

    public init?(_ text: String) {
        guard text.isIdentifier(prefix: "fleet-") else { return nil }
        self.text = text
    }
}

/// A spot fleet request, `sfr-` and a UUID. Never used again for another request.
public struct SpotFleetRequestID: ValidatedText {
    public static let expectation = "a spot fleet request id (sfr-…)"
    public let text: String

    public init?(_ text: String) {
        guard text.isIdentifier(prefix: "sfr-") else { return nil }
        self.text = text
    }
}

/// A version of an Image Builder image recipe: `arn:aws:imagebuilder:region:account:image-recipe/name/1.0.0`.
/// See https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_ImageRecipe.html
public struct ImageRecipeARN: ValidatedText {
    public static let expectation = "the ARN of an image recipe"
    public let text: String

    public init?(_ text: String) {
        guard ARN.recipeName(in: text, type: "image-recipe") != nil else { return nil }
        self.text = text
    }

    /// Name and version: `web/1.0.0`.
    public var nameAndVersion: String { ARN.recipeName(in: text, type: "image-recipe") ?? text }
}

/// A version of an Image Builder container recipe: `arn:aws:imagebuilder:region:account:container-recipe/name/1.0.0`.
/// See https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_ContainerRecipe.html
public struct ContainerRecipeARN: ValidatedText {
    public static let expectation = "the ARN of a container recipe"
    public let text: String

    public init?(_ text: String) {
        guard ARN.recipeName(in: text, type: "container-recipe") != nil else { return nil }
        self.text = text
    }

    /// Name and version: `web/1.0.0`.
    public var nameAndVersion: String { ARN.recipeName(in: text, type: "container-recipe") ?? text }
}

/// The name of a parameter of the Parameter Store: letters, digits and `_.-/`, at most 1,011 characters, as
/// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html has it. A name can be used again.
public struct ParameterName: ValidatedText, EventReadable {
    public static let expectation = "a parameter's name (letters, digits and _.-/)"
    public let text: String

    public init?(_ text: String) {
        guard (1...1011).contains(text.utf8.count),
            text.utf8.allSatisfy({ $0.isLetterOrDigit || $0 == 0x5F || (0x2D...0x2F).contains($0) })
        else { return nil }
        self.text = text
    }
}

extension String {
    /// Whether this is `prefix` followed by 1 to 40 letters (lower case), digits and hyphens, as in a UUID.
    fileprivate func isIdentifier(prefix: String) -> Bool {
        let rest = utf8.dropFirst(prefix.utf8.count)
        return hasPrefix(prefix) && (1...40).contains(rest.count)
            && rest.allSatisfy { $0.isLowercaseLetterOrDigit || $0 == 0x2D }
    }
}

extension ARN {
    /// `name/1.0.0` of the ARN of a recipe of this type.
    fileprivate static func recipeName(in text: String, type: String) -> String? {
        guard let arn = ARN(text), arn.service == "imagebuilder" else { return nil }
        let parts = arn.resource.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == type, !parts[1].isEmpty, !parts[2].isEmpty else { return nil }
        return parts[1] + "/" + parts[2]
    }
}
