/// All that is known of who uses an image, and how well: what a ``Verdict`` is decided from.
public struct UsageEvidence: Sendable {
    /// Whom EC2 lets launch the image now.
    public enum LaunchPermissions: Hashable, Sendable {
        case notAsked
        case principals([Principal])
        /// There is no such image any more, or never was.
        case noSuchImage
        case notAvailable(reason: String)
    }

    /// EC2's count of uses over all accounts.
    public enum OwnerView: Hashable, Sendable {
        case notAsked
        case available(UsageReport)
        case notAvailable(reason: String)

        public var report: UsageReport? {
            guard case .available(let report) = self else { return nil }
            return report
        }
    }

    /// The accounts that are asked about; nil: every account.
    public var accounts: Set<AccountID>?
    /// The account that owns the image, where it is known.
    public var owner: AccountID?
    /// Whether anything was recorded of the image itself.
    public var isRecorded: Bool
    /// What was recorded of the image's principals.
    public var shares: [ShareRecord]
    public var launchPermissions = LaunchPermissions.notAsked
    /// Of all accounts that have a usage tracker.
    public var coverage: [AccountID: CoverageEntry]
    /// How many rows the usage table has for the image and the accounts asked about.
    public var rows = 0
    public var unreadableRows = 0
    public var ownerView = OwnerView.notAsked
    public var now: EventTime
    /// For so long from its beginning on, a sweep counts.
    public var maximumSweepAgeHours: Int64

    /// 48 hours: a sweep each day, and one that may fail.
    public static let defaultMaximumSweepAgeHours: Int64 = 48

    public init(
        accounts: Set<AccountID>? = nil,
        owner: AccountID?,
        isRecorded: Bool,
        shares: [ShareRecord],
        coverage: [AccountID: CoverageEntry],
        now: EventTime,
        maximumSweepAgeHours: Int64 = defaultMaximumSweepAgeHours
    ) {
        self.accounts = accounts
        self.owner = owner
        self.isRecorded = isRecorded
        self.shares = shares
        self.coverage = coverage
        self.now = now
        self.maximumSweepAgeHours = maximumSweepAgeHours
    }

    /// The principals that have the image, by the share recorder's word or by EC2's, and since when: nil where only EC2
    /// knows of the share, which tells no time.
    public var principals: [Principal: EventTime?] {
        var principals: [Principal: EventTime?] = [:]
        for share in shares where share.status == .shared {
            principals[share.principal] = .some(share.permission.occurrence.time)
        }
        if case .principals(let permitted) = launchPermissions {
            for principal in permitted where principals[principal] == nil { principals[principal] = .some(nil) }
        }
        return principals
    }
}
