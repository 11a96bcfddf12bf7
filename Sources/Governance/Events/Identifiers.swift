import AWSClient

/// An AWS account: twelve digits.
public struct AccountID: ValidatedText, EventReadable {
    public static let expectation = "an account id (12 digits)"
    public let text: String

    public init?(_ text: String) {
        guard text.utf8.count == 12, text.utf8.allSatisfy(\.isDigit) else { return nil }
        self.text = text
    }

    init(reading value: JSONElement) throws(MalformedEvent) {
        guard let account = AccountID(try LenientString(reading: value)) else {
            throw value.isMalformed("not \(Self.expectation)")
        }
        self = account
    }

    /// A JSON number gets its leading zeros back.
    init?(_ value: LenientString) {
        let missing = value.isNumber ? max(0, 12 - value.text.utf8.count) : 0
        self.init(String(repeating: "0", count: missing) + value.text)
    }
}

/// A machine image, `ami-…`.
public struct ImageID: ValidatedText, EventReadable {
    public static let expectation = "an image id (ami-…)"
    public let text: String

    public init?(_ text: String) {
        guard Self.isIdentifier(text, prefix: "ami-") else { return nil }
        self.text = text
    }
}

/// An EC2 instance, `i-…`. Never used again for another instance.
public struct InstanceID: ValidatedText, EventReadable {
    public static let expectation = "an instance id (i-…)"
    public let text: String

    public init?(_ text: String) {
        guard Self.isIdentifier(text, prefix: "i-") else { return nil }
        self.text = text
    }
}

/// A launch template, `lt-…`. Never used again for another template.
public struct LaunchTemplateID: ValidatedText, EventReadable {
    public static let expectation = "a launch template id (lt-…)"
    public let text: String

    public init?(_ text: String) {
        guard Self.isIdentifier(text, prefix: "lt-") else { return nil }
        self.text = text
    }
}

/// A launch configuration's name: 1 to 255 characters, without control characters. A name can be used again once its
/// launch configuration is deleted.
public struct LaunchConfigurationName: ValidatedText, EventReadable {
    public static let expectation = "a launch configuration name (1 to 255 characters)"
    public let text: String

    public init?(_ text: String) {
        guard (1...255).contains(text.unicodeScalars.count), text.unicodeScalars.allSatisfy({ !$0.isControl })
        else { return nil }
        self.text = text
    }
}

/// A region's code, such as `eu-central-1` or `us-gov-west-1`.
public struct Region: ValidatedText, EventReadable {
    public static let expectation = "a region"
    public let text: String

    public init?(_ text: String) {
        let bytes = text.utf8
        guard (4...40).contains(bytes.count), bytes.contains(0x2D), bytes.first != 0x2D, bytes.last != 0x2D,
            bytes.allSatisfy({ $0.isLowercaseLetterOrDigit || $0 == 0x2D })
        else { return nil }
        self.text = text
    }
}

/// An Amazon resource name, `arn:partition:service:region:account:resource`.
public struct ARN: ValidatedText {
    public static let expectation = "an ARN"
    public let text: String

    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard text.utf8.count <= 2048, parts.count == 6, parts[0] == "arn", parts[1].hasPrefix("aws"),
            !parts[2].isEmpty, !parts[5].isEmpty,
            text.unicodeScalars.allSatisfy({ !$0.isControl && $0 != " " })
        else { return nil }
        self.text = text
    }

    private func part(_ index: Int) -> String {
        String(text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)[index])
    }

    /// `aws`, `aws-cn`, `aws-us-gov`, …
    public var partition: String { part(1) }
    public var service: String { part(2) }
    /// Twelve digits; `aws` for what AWS itself shares; empty where the service has none.
    public var account: String { part(4) }
    /// What follows the account: `organization/o-abc`, `role/deploy`.
    public var resource: String { part(5) }
}

extension Unicode.Scalar {
    /// C0 and C1 controls, and the separators that break a line.
    var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) || value == 0x2028 || value == 0x2029 }
}
