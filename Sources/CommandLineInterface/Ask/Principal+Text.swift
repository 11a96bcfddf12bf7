import Governance

extension Principal {
    /// `account`, `organization`, `organizational-unit` or `group`.
    var type: String { String(description.prefix { $0 != "#" }) }

    /// The account id, the ARN, or `all`.
    var value: String { String(description.drop { $0 != "#" }.dropFirst()) }

    /// As people say it.
    var words: String {
        switch self {
        case .account(let account): account.text
        case .organization(let arn): "organization \(arn.resource.split(separator: "/").last ?? "")"
        case .organizationalUnit(let arn): "unit \(arn.resource.split(separator: "/").last ?? "")"
        case .all: "everyone (public)"
        }
    }
}
