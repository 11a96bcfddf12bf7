import Governance

/// What is there, of all that a plan could change.
public struct Observation: Hashable, Sendable {
    /// Of each wished image, who may launch it.
    public var launchPermissions: [RegionalID: Set<Principal>] = [:]
    /// Of each snapshot that is to be shared, which accounts may make volumes of it.
    public var volumePermissions: [RegionalID: Set<AccountID>] = [:]
    /// Keys of encrypted snapshots, by snapshot; looked at for targets that get grants.
    public var keys: [RegionalID: SnapshotKey] = [:]
    /// Grants that sharing has made.
    public var grants: Set<GrantID> = []
    /// Tags in target accounts; what the account cannot see is not among them.
    public var targetTags: [AccountID: [RegionalID: [String: String]]] = [:]

    /// What could not be looked at and was let pass; sentences without a full stop.
    public var unseen: [String] = []

    public init() {}

    public struct SnapshotKey: Hashable, Sendable {
        public let arn: String
        /// Whether AWS manages the key (`aws/ebs`), which then is of no use in another account.
        public let isManagedByAWS: Bool

        public init(arn: String, isManagedByAWS: Bool) {
            self.arn = arn
            self.isManagedByAWS = isManagedByAWS
        }
    }

    public struct GrantID: Hashable, Sendable {
        public let key: String
        public let account: AccountID

        public init(key: String, account: AccountID) {
            self.key = key
            self.account = account
        }
    }
}
