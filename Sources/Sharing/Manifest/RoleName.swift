import Governance

/// The name of a role with its path, or its ARN.
public struct RoleName: Hashable, Sendable {
    public let text: String

    /// - Parameter text: `name`, `path/name` or `arn:aws:iam::111122223333:role/path/name`.
    public init?(_ text: String) {
        let name: String
        if text.hasPrefix("arn:") {
            guard let arn = ARN(text), arn.service == "iam", arn.resource.hasPrefix("role/"),
                RoleName.account(of: text) != nil
            else { return nil }
            name = String(arn.resource.dropFirst("role/".count))
        } else {
            name = text
        }
        let isValid = name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "_+=,.@-/".utf8.contains(byte)
            }
        }
        guard isValid, (1...512).contains(name.utf8.count), !name.hasPrefix("/"), !name.hasSuffix("/"),
            let last = name.split(separator: "/").last, last.utf8.count <= 64
        else { return nil }
        self.text = text
    }

    /// The account of an ARN; nil for a mere name.
    public var account: AccountID? { RoleName.account(of: text) }

    private static func account(of text: String) -> AccountID? {
        guard text.hasPrefix("arn:") else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 6 && parts[3].isEmpty ? AccountID(String(parts[4])) : nil
    }

    /// The role's ARN, in an account of a partition (`aws`, `aws-cn`, …).
    public func arn(account: AccountID, partition: String) -> String {
        text.hasPrefix("arn:") ? text : "arn:\(partition):iam::\(account):role/\(text)"
    }
}
