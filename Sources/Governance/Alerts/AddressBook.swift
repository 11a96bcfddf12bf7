import AWSClient
import AWSServices
import LambdaRuntime

/// What the Parameter Store knows of accounts: addresses (`<prefix>/<account id>`, SecureString) and memberships
/// (`<prefix>/<account id>`, StringList of ARNs).
struct AddressBook: Sendable {
    let ssm: SSM
    let addressPrefix: String
    /// nil: nothing is known of memberships.
    let membershipPrefix: String?
    let administratorParameter: String

    /// Whom to tell for one account.
    struct Recipients: Hashable, Sendable {
        var addresses: [String] = []
        /// Why there are none, where it is not just that none are configured.
        var failure: String?
    }

    /// What is known of one account.
    struct Entry: Sendable {
        var recipients = Recipients()
        var membership = Membership.unknown
    }

    /// The entries of some accounts. Where the lookup of all together fails, each is looked up by itself, so that one
    /// that cannot be read keeps no other from being told.
    func entries(
        for accounts: [AccountID],
        withMembership: Set<AccountID>,
        logger: Logger
    ) async throws -> [AccountID: Entry] {
        do throws(AWSError) {
            return try await lookup(accounts, withMembership, logger)
        } catch {
            if error.kind == .deadline || error.kind == .cancelled { throw error }
            guard accounts.count > 1 else {
                logger.error("the parameters cannot be read", error: error, ["account_id": accounts.first?.text])
                let failure = Recipients(failure: "its address cannot be read (SSM: \(error.code))")
                return Dictionary(uniqueKeysWithValues: accounts.map { ($0, Entry(recipients: failure)) })
            }
            var entries: [AccountID: Entry] = [:]
            for account in accounts {
                entries.merge(try await self.entries(for: [account], withMembership: withMembership, logger: logger)) {
                    $1
                }
            }
            return entries
        }
    }

    /// The administrator's addresses.
    func administrator() async throws -> [String] {
        let parameter = try await ssm.parameter(name: administratorParameter)
        let recipients = Governance.Recipients(parameter.value)
        guard !recipients.addresses.isEmpty else {
            throw ConfigurationError(message: "the parameter \(administratorParameter) holds no valid address")
        }
        return recipients.addresses
    }

    private func lookup(
        _ accounts: [AccountID],
        _ withMembership: Set<AccountID>,
        _ logger: Logger
    ) async throws(AWSError) -> [AccountID: Entry] {
        var names: [String] = []
        for account in accounts {
            names.append("\(addressPrefix)/\(account)")
            if let membershipPrefix, withMembership.contains(account) { names.append("\(membershipPrefix)/\(account)") }
        }
        let found = try await ssm.parameters(names: names).found
        let values = Dictionary(found.map { ($0.name, $0.value) }) { first, _ in first }
        var entries: [AccountID: Entry] = [:]
        for account in accounts {
            var entry = Entry()
            if let value = values["\(addressPrefix)/\(account)"] {
                let recipients = Governance.Recipients(value)
                entry.recipients.addresses = recipients.addresses
                if recipients.invalidCount + recipients.surplusCount > 0 {
                    logger.warn(
                        "some addresses of an account cannot be used",
                        [
                            "account_id": account.text, "invalid": recipients.invalidCount,
                            "surplus": recipients.surplusCount,
                        ]
                    )
                }
            }
            if let membershipPrefix, let value = values["\(membershipPrefix)/\(account)"] {
                entry.membership = Membership(arns: value.split(separator: ",").map(String.init))
            }
            entries[account] = entry
        }
        return entries
    }
}
