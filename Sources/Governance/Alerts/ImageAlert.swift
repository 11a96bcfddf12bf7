/// What an account is told: it uses an image that it no longer reaches.
public struct ImageAlert: Hashable, Sendable {
    public let loss: ImageLoss
    public let imageName: String?
    public let usage: UsageSummary
    /// How well the account's use of images is known.
    public let coverage: AccountCoverage
    /// What the account belongs to is not known; if it is a member of what the image is or was shared with, it may still
    /// reach it.
    public let isMembershipUnknown: Bool
    /// When the loss had been told, and it was not known yet that the account used the image and lost it; nil where it is told with
    /// the others.
    public var foundAfter: EventTime?

    public init(
        loss: ImageLoss,
        imageName: String?,
        usage: UsageSummary,
        coverage: AccountCoverage,
        isMembershipUnknown: Bool,
        foundAfter: EventTime? = nil
    ) {
        self.loss = loss
        self.imageName = imageName
        self.usage = usage
        self.coverage = coverage
        self.isMembershipUnknown = isMembershipUnknown
        self.foundAfter = foundAfter
    }

    public var account: AccountID { usage.account }

    /// One sentence, without a full stop: "it is no longer shared with account 444455556666".
    public var whatHappened: String {
        switch loss.status {
        case .deregistered: return "it was deregistered"
        case .disabled: return "it was disabled"
        case .removed, .shared:
            guard case .principals = loss.scope else { return "all its launch permissions were reset" }
            let names = loss.principals(concerning: account).map { principal in
                switch principal {
                case .account(let account): "with account \(account)"
                case .all: "publicly"
                case .organization(let arn): "with the organization \(Display.line(arn.text))"
                case .organizationalUnit(let arn): "with the organizational unit \(Display.line(arn.text))"
                }
            }
            return "it is no longer shared " + names.joined(separator: ", nor ")
        }
    }

    public var whatItMeans: String {
        "Running instances keep running. New instances cannot be launched from the image: not directly, not by launch "
            + "templates and launch configurations that name it, and not by the Auto Scaling groups and fleets that use "
            + "those; nor can Image Builder build on it."
    }

    public var latenessNote: String? {
        foundAfter.map { time in
            "This comes late: the loss was told at \(time.readable), and it was not known then that this account used the image "
                + "and lost it."
        }
    }

    public var membershipNote: String? {
        guard isMembershipUnknown else { return nil }
        return "It is not known to which organization and organizational units this account belongs. If the image is "
            + "shared with one of them, the account may still reach it."
    }
}

/// Whether the account's owner was told.
public enum AlertDelivery: String, Hashable, Sendable, Codable {
    case sent
    /// There is no valid address for the account.
    case noAddress = "no_address"
    case refused

    /// For the administrator, who gets the alert instead.
    public var note: String? {
        switch self {
        case .sent: nil
        case .noAddress: "No address is configured for this account; its owner was not told."
        case .refused: "The mail service refused to send this to the account's addresses; its owner was not told."
        }
    }
}

extension ResourceKind {
    /// "instance", "launch template versions".
    public func name(count: Int) -> String {
        let name =
            switch self {
            case .instance: "instance"
            case .launchTemplate: "launch template version"
            case .launchConfiguration: "launch configuration"
            case .autoScalingGroup: "Auto Scaling group"
            case .ec2Fleet: "EC2 fleet"
            case .spotFleetRequest: "spot fleet request"
            case .imageRecipe: "image recipe"
            case .containerRecipe: "container recipe"
            case .parameter: "parameter"
            }
        return count == 1 ? name : name + "s"
    }
}

/// Text from outside, made fit to be shown.
package enum Display {
    /// On one line: controls and direction marks become spaces; what is too long is cut.
    package static func line(_ text: String, limit: Int = 1000) -> String {
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(limit) {
            let isMark =
                (0x200B...0x200F).contains(scalar.value) || (0x202A...0x202E).contains(scalar.value)
                || (0x2060...0x206F).contains(scalar.value) || scalar.value == 0xFEFF
            line.append(scalar.isControl || isMark ? " " : scalar)
        }
        return String(line) + (text.unicodeScalars.count > limit ? "…" : "")
    }

    /// On one line, and safe in HTML's text and in quoted attributes.
    package static func html(_ text: String, limit: Int = 1000) -> String {
        var escaped = ""
        for character in line(text, limit: limit).unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }
}
