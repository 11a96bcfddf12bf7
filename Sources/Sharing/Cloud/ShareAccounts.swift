import AWSClient
import AWSServices
import Governance

/// The source account and the target accounts, entered by their roles and checked to be what they are said to be.
public struct ShareAccounts: Sendable {
    public let cloud: AWSShareCloud
    private let accounts: [SharePlan.Account]
    private let clients: [AccountID: AWSClient]

    private static let concurrency = 8

    /// What an account is not.
    public struct Problem: Hashable, Sendable {
        public enum Field: Hashable, Sendable {
            case id
            case alias
        }

        public let account: AccountID
        public let field: Field
        public let message: String
    }

    /// - Parameter base: With the credentials of the program itself, which assume the roles, and a region.
    public init(source: SharePlan.Account, targets: [SharePlan.Account], base: AWSClient) {
        let roles = AssumedRoles(sts: base)
        accounts = [source] + targets
        var clients: [AccountID: AWSClient] = [:]
        for account in accounts {
            clients[account.id] =
                account.role.map { role in
                    roles.client(
                        for: RoleSession(roleARN: role, sessionName: "amictl-share", externalID: account.externalID)
                    )
                } ?? base
        }
        self.clients = clients
        cloud = AWSShareCloud(source: source.id, clients: clients)
    }

    /// Asks each account who it is and, where an alias is given, what it is called.
    ///
    /// - Throws: only where the task was cancelled.
    public func problems() async throws(AWSError) -> [Problem] {
        let found = try await concurrentMap(accounts, limit: Self.concurrency) { account throws(AWSError) in
            try await problem(account)
        }
        return found.compactMap { $0 }
    }

    private func problem(_ account: SharePlan.Account) async throws(AWSError) -> Problem? {
        guard let client = clients[account.id] else { return nil }
        func problem(_ field: Problem.Field, _ message: String) -> Problem {
            Problem(account: account.id, field: field, message: "account \(account.id): \(message)")
        }
        do throws(AWSError) {
            let caller = try await STS(client).callerIdentity()
            guard caller.account == account.id.text else {
                let whose = account.role == nil ? "the credentials are" : "its role is"
                return problem(.id, "\(whose) of account \(caller.account): \(caller.arn)")
            }
        } catch {
            if error.kind == .cancelled { throw error }
            return problem(.id, "it cannot be entered: \(error)")
        }
        guard let alias = account.alias else { return nil }
        do throws(AWSError) {
            let actual = try await IAM(client).accountAlias()
            guard actual != alias else { return nil }
            let said = actual.map { "its alias is \"\($0)\"" } ?? "it has no alias"
            return problem(.alias, "\(said), not \"\(alias)\"")
        } catch {
            if error.kind == .cancelled { throw error }
            return problem(.alias, "its alias cannot be asked for: \(error)")
        }
    }
}

extension SharePlan.Account {
    /// - Parameter partition: Of the regions in which images are shared.
    public init(_ access: AccountAccess, partition: String) {
        self.init(
            id: access.id.value,
            alias: access.alias?.value,
            role: access.role?.arn(account: access.id.value, partition: partition),
            externalID: access.externalID
        )
    }
}

extension SharePlan.Target {
    public init(_ target: ShareTarget, partition: String) {
        self.init(
            principal: target.principal,
            label: target.label,
            account: target.access.map { SharePlan.Account($0, partition: partition) },
            grantsKeys: target.grantsKeys,
            keptTags: target.keptTags
        )
    }
}

extension ShareManifest {
    /// The partition of the regions in which images are shared: `aws`, `aws-cn`, ….
    public var partition: String { AWSPartition(region: regions.first?.text ?? "").id }

    /// The source account as plans have it.
    public var planSource: SharePlan.Account { SharePlan.Account(source.access, partition: partition) }

    /// The targets as plans have them.
    public var planTargets: [SharePlan.Target] { targets.map { SharePlan.Target($0, partition: partition) } }
}
