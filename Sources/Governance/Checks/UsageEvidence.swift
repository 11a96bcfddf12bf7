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
        /// EC2 is making its report, since this time; a later question finds it.
        case pending(since: EventTime)
        /// EC2 is making somebody else's report of the image, since this time, and makes one at a time.
        case occupied(since: EventTime)
        case notAvailable(reason: String)

        public var report: UsageReport? {
            guard case .available(let report) = self else { return nil }
            return report
        }
    }

    /// What tells whether accounts may have had the image before anything was recorded of it.
    public enum Ages: Hashable, Sendable {
        case notAsked
        /// When the image was made, and since when shares are recorded.
        case known(created: EventTime, recorded: EventTime)
        /// There is no such image any more, or never was.
        case noSuchImage
        case notAvailable(reason: String)
        /// When the image was made; but not since when shares are recorded.
        case recordsNotAvailable(created: EventTime, reason: String)

        /// When the image was made, where that is known.
        public var created: EventTime? {
            switch self {
            case .known(let created, _), .recordsNotAvailable(let created, _): created
            case .notAsked, .noSuchImage, .notAvailable: nil
            }
        }

        /// Whether an image is older than the records of shares. EC2 tells whole seconds.
        public static func isOlder(_ created: EventTime, than recorded: EventTime) -> Bool {
            created.advanced(bySeconds: 1) <= recorded
        }
    }

    /// The accounts that are asked about; nil: every account.
    public var accounts: Set<AccountID>?
    /// The account that owns the image, where it is known.
    public var owner: AccountID?
    /// Whether anything was recorded of what happened to the image itself: more than its name.
    public var isRecorded: Bool
    /// What was recorded of the image's principals.
    public var shares: [ShareRecord]
    public var launchPermissions = LaunchPermissions.notAsked
    public var ages = Ages.notAsked
    /// A time by which the image was there, where one is known otherwise than by ``ages`` and ``shares``.
    public var wasThere: EventTime?
    /// When the image was last taken from everybody, by events that name no account; nil where it never was.
    public var revoked: EventTime?
    /// Of all accounts that have a usage tracker.
    public var coverage: [AccountID: CoverageEntry]
    /// How many rows the usage table has for the image and the accounts asked about.
    public var rows = 0
    public var unreadableRows = 0
    /// Where accounts are named: how many uses EC2 counts of accounts that it does not name, and that may be of these.
    public var unnamedUses = 0
    public var ownerView = OwnerView.notAsked
    public var now: EventTime
    /// For so long from its beginning on, a sweep counts.
    public var maximumSweepAgeHours: Int64
    /// So long after the last sign of its tracker an account that has no image is taken for gone.
    public var departedAfterDays = CoverageEntry.defaultDepartedAfterDays

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

    /// The earliest time by which the image is known to have been there: when it was made; else what was recorded first.
    public var existedBy: EventTime? {
        if let created = ages.created { return created }
        let recorded = shares.map { min($0.firstShared ?? $0.current.occurrence.time, $0.permission.occurrence.time) }
        return (recorded + [wasThere].compactMap { $0 }).min()
    }

    /// Since when accounts have the image, or until when they had it: never since before it was made.
    ///
    /// A launch permission that only EC2 tells of has no time: it may be newer than any sweep, until ``ShareDiscovery`` has
    /// recorded it.
    ///
    /// - Parameter isMember: Whether the accounts may be members of any group: where accounts are named, none of the groups
    ///   that have or had the image is a doubt of its own.
    func possessions(of accounts: Set<AccountID>, isMember: Bool) -> [AccountID: Possession] {
        let (existed, current) = (existedBy, principals)
        let former = Dictionary(
            shares.filter { $0.status != .shared && current[$0.principal] == nil }.map { ($0.principal, $0.standing) }
        ) { .latest([$0, $1]) }
        let standings = current.merging(former) { current, _ in current }
        let groups = isMember ? standings.filter(\.key.isGroup).map(\.value) : []
        let making = existed.map { [Possession.since($0)] } ?? []
        return Dictionary(
            uniqueKeysWithValues: accounts.map { account in
                if account == owner { return (account, existed.map(Possession.since) ?? .creationNotKnown) }
                let own = standings[.account(account)].map { [$0] } ?? []
                return (account, .latest(making + own + groups))
            }
        )
    }

    /// Whether somebody that is asked about may have lost the image before anything was recorded. Sweeps of such an account do not
    /// recognize it: EC2 does not describe it there, and nothing recorded tells whose it is. An account that is named is none
    /// where it owns the image, a share of its own is recorded, or everybody has the image.
    var concernsUnrecorded: Bool {
        guard let accounts else { return true }
        let principals = self.principals
        if principals[.all] != nil { return false }
        let recorded = Set(principals.keys.compactMap(\.account)).union(shares.compactMap(\.principal.account))
        return accounts.contains { $0 != owner && !recorded.contains($0) }
    }

    /// Whether there is no such image, by all that EC2 says. A record of its deregistration is not enough: it may have been
    /// restored from the Recycle Bin.
    var isGone: Bool {
        if case .principals = launchPermissions { return false }
        return ages == .noSuchImage
    }

    /// Whoever had the image and has it no longer, by the share recorder's word, sorted; none where only some accounts are
    /// asked about, and none of an image that is gone: nothing can be taken from anybody then.
    public var formerPrincipals: [FormerPrincipal] {
        guard accounts == nil, !isGone else { return [] }
        let current = principals
        return shares.filter { share in
            share.status != .shared && current[share.principal] == nil
                && (owner == nil || share.principal.account != owner)
        }.map { share in
            FormerPrincipal(
                principal: share.principal,
                since: share.firstShared,
                until: share.since
            )
        }.sorted { $0.principal < $1.principal }
    }

    /// The principals that have the image, by the records or by EC2's word, which tells no time, and since when.
    public var principals: [Principal: Possession] {
        var principals: [Principal: Possession] = [:]
        for share in shares where share.status == .shared { principals[share.principal] = share.possession }
        if case .principals(let permitted) = launchPermissions {
            for principal in permitted where principals[principal] == nil {
                principals[principal] = .notRecorded(isLost: false)
            }
        }
        return principals
    }
}

/// Somebody who had an image.
public struct FormerPrincipal: Hashable, Sendable {
    public let principal: Principal
    /// Nil where only the end of it is known.
    public let since: EventTime?
    public let until: EventTime
}
