/// Whom an image's launch permission names.
/// See https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchPermission.html
public enum Principal: Hashable, Sendable {
    case account(AccountID)
    /// Every account of an organization, `arn:aws:organizations::111122223333:organization/o-…`.
    case organization(ARN)
    /// Every account of an organizational unit and of the units below it, `arn:aws:organizations::…:ou/o-…/ou-…`.
    case organizationalUnit(ARN)
    /// Everyone: the image is public.
    case all
}

extension Principal: Comparable, CustomStringConvertible {
    /// The stable text that keys use: `account#111122223333`, `organization#<arn>`, `organizational-unit#<arn>`,
    /// `group#all`.
    public var description: String {
        switch self {
        case .account(let account): "account#\(account)"
        case .organization(let arn): "organization#\(arn)"
        case .organizationalUnit(let arn): "organizational-unit#\(arn)"
        case .all: "group#all"
        }
    }

    public static func < (a: Self, b: Self) -> Bool { a.description < b.description }

    /// Reads what `description` writes.
    public init?(_ text: String) {
        let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let value = String(parts[1])
        let principal: Principal? =
            switch parts[0] {
            case "account": AccountID(value).map(Principal.account)
            case "organization": Principal(organizationARN: value)
            case "organizational-unit": Principal(organizationalUnitARN: value)
            case "group": value == "all" ? .all : nil
            default: nil
            }
        guard let principal else { return nil }
        self = principal
    }

    public init?(organizationARN text: String) {
        guard let arn = ARN(text), arn.service == "organizations", arn.resource.hasPrefix("organization/o-")
        else { return nil }
        self = .organization(arn)
    }

    public init?(organizationalUnitARN text: String) {
        guard let arn = ARN(text), arn.service == "organizations", arn.resource.hasPrefix("ou/o-"),
            arn.resource.split(separator: "/").count == 3
        else { return nil }
        self = .organizationalUnit(arn)
    }

    /// The organization (`o-…`) that the ARN of an organization or unit belongs to.
    public var organizationID: String? {
        switch self {
        case .organization(let arn), .organizationalUnit(let arn):
            arn.resource.split(separator: "/").dropFirst().first.map(String.init)
        case .account, .all: nil
        }
    }
}
