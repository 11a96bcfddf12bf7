import Governance

/// What is there, of all that a plan could change.
public struct Observation: Hashable, Sendable {
    /// Of each wished image, who may launch it.
    public var launchPermissions: [RegionalID: Set<Principal>] = [:]
    /// Of each snapshot that is to be shared, which accounts may make volumes of it.
    public var volumePermissions: [RegionalID: Set<AccountID>] = [:]
    /// Keys of encrypted snapshots, by snapshot.
    public var keys: [RegionalID: SnapshotKey] = [:]
    /// Grants that sharing has made.
    public var grants: Set<GrantID> = []
    /// Why it cannot be seen which grants a key has, by key.
    public var unseenGrants: [String: String] = [:]
    /// Tags in target accounts; what the account cannot see is not among them.
    public var targetTags: [AccountID: [RegionalID: [String: String]]] = [:]

    /// What could not be looked at and was let pass; sentences without a full stop.
    public var unseen: [String] = []

    public init() {}

    /// The ARNs of the keys of an image's snapshots, sorted.
    public func keys(of image: SourceImage) -> [String] {
        Set(image.snapshotKeys.compactMap { keys[$0]?.arn }).sorted()
    }

    public struct SnapshotKey: Hashable, Sendable {
        public let arn: String
        public let manager: KeyManager

        public init(arn: String, manager: KeyManager) {
            self.arn = arn
            self.manager = manager
        }
    }

    /// Who manages a key.
    public enum KeyManager: Hashable, Sendable {
        case account
        /// AWS (`aws/ebs`): the key is of no use in another account.
        case aws
        /// It cannot be seen: why, an error's code.
        case unseen(String)
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
