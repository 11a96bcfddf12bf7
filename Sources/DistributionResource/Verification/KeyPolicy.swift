import AWSServices

/// Whom the policy of a KMS key lets use it.
///
/// This judges what a policy says of accounts and their distribution role. A statement with a condition that is not known
/// here counts as an allowance where it allows and is left out where it denies: verification names what is surely missing.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html>
struct KeyPolicy: Sendable {
    /// What EC2 does with a key on behalf of the account that an encrypted image is copied for.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/how-ami-copy-works.html>
    static let neededActions = [
        "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom", "kms:ReEncryptTo",
    ]

    private let statements: [JSONValue]

    init?(_ document: String) {
        guard let policy = try? JSONValue(parsing: document.utf8), let statement = policy["Statement"] else {
            return nil
        }
        statements = statement.array ?? [statement]
    }

    /// The needed actions that neither the account nor its role is allowed.
    func missingActions(account: String, role: String) -> [String] {
        Self.neededActions.filter { !allows($0, account: account, role: role) }
    }

    private func allows(_ action: String, account: String, role: String) -> Bool {
        var isAllowed = false
        for statement in statements where applies(statement, action, account: account, role: role) {
            switch statement["Effect"]?.string {
            case "Allow" where condition(statement, account: account) != false: isAllowed = true
            case "Deny" where condition(statement, account: account) == true: return false
            default: break
            }
        }
        return isAllowed
    }

    private func applies(_ statement: JSONValue, _ action: String, account: String, role: String) -> Bool {
        let names = Self.list(statement["Action"])
        let matches =
            names.isEmpty
            ? !Self.list(statement["NotAction"]).contains { Self.matches(action, pattern: $0) }
            : names.contains { Self.matches(action, pattern: $0) }
        guard matches else { return false }
        if statement["Principal"]?.string == "*" { return true }
        return Self.list(statement["Principal"]?["AWS"]).contains { principal in
            let parts = principal.split(separator: ":", omittingEmptySubsequences: false)
            return principal == "*" || principal == account || principal == role
                || (parts.count == 6 && parts[2] == "iam" && parts[4] == account && parts[5] == "root")
        }
    }

    /// Whether the statement's condition holds for the account; nil where that is not known. No condition holds always.
    private func condition(_ statement: JSONValue, account: String) -> Bool? {
        guard let condition = statement["Condition"]?.object, !condition.isEmpty else { return true }
        var isKnown = true
        for (comparison, keys) in condition {
            for (key, value) in keys.object ?? [:] {
                switch (comparison, key.lowercased()) {
                case ("StringEquals", "kms:calleraccount"), ("StringEquals", "aws:principalaccount"):
                    if !Self.list(value).contains(account) { return false }
                default:
                    isKnown = false
                }
            }
        }
        return isKnown ? true : nil
    }

    private static func list(_ value: JSONValue?) -> [String] {
        value?.string.map { [$0] } ?? value?.strings ?? []
    }

    /// IAM's wildcards: `*` for any text, `?` for one character, without regard to case.
    static func matches(_ text: String, pattern: String) -> Bool {
        let text = Array(text.lowercased().utf8)
        let pattern = Array(pattern.lowercased().utf8)
        var (position, index) = (0, 0)
        var star: (index: Int, position: Int)?
        while position < text.count {
            if index < pattern.count, pattern[index] == UInt8(ascii: "*") {
                star = (index, position)
                index += 1
            } else if index < pattern.count, pattern[index] == UInt8(ascii: "?") || pattern[index] == text[position] {
                index += 1
                position += 1
            } else if let last = star {
                star = (last.index, last.position + 1)
                index = last.index + 1
                position = last.position + 1
            } else {
                return false
            }
        }
        return pattern[index...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
