import Governance

/// How things stand: everything in the source account that sharing could have made, whatever a manifest says.
public struct SharedReality: Hashable, Sendable {
    /// The available images of every region that was looked at, deprecated ones too.
    public var images: [Region: [SourceImage]] = [:]
    public var launchPermissions: [RegionalID: Set<Principal>] = [:]
    /// Who may make volumes of the images' snapshots: accounts, or everybody.
    public var volumePermissions: [RegionalID: Set<Principal>] = [:]
    /// The ARNs of keys, by encrypted snapshot.
    public var keys: [RegionalID: String] = [:]
    /// Grants, by their names made by sharing, for the keys of the images' snapshots.
    public var grants: Set<Grant> = []
    /// What could not be looked at; sentences without a full stop.
    public var unseen: [String] = []

    public init() {}

    public struct Grant: Hashable, Comparable, Sendable {
        public let region: Region
        public let key: String
        public let account: AccountID

        public init(region: Region, key: String, account: AccountID) {
            self.region = region
            self.key = key
            self.account = account
        }

        public static func < (a: Self, b: Self) -> Bool { (a.region, a.key, a.account) < (b.region, b.key, b.account) }
    }
}
