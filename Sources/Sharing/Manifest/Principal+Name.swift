import Governance

extension Principal {
    /// As people say it: `account 111122223333`, `organization o-abc`, `organizational unit ou-abc-1`.
    public var name: String {
        switch self {
        case .account: "account \(identifier)"
        case .organization: "organization \(identifier)"
        case .organizationalUnit: "organizational unit \(identifier)"
        case .all: "everyone"
        }
    }

    /// The id alone: of an account, an organization (`o-…`) or a unit (`ou-…`).
    public var identifier: String {
        switch self {
        case .account(let account): account.text
        case .organization(let arn), .organizationalUnit(let arn):
            arn.resource.split(separator: "/").last.map(String.init) ?? arn.text
        case .all: "all"
        }
    }
}
