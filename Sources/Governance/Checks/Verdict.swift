/// Whether an image is used, as far as that can be known.
///
/// `in-use`: something is known to use it. `clear`: nothing uses it, and that can be relied upon. `unknown`: no use is
/// known, but there are doubts. An image is clear only if each account it is shared with has been swept since, and not too
/// long ago, with nothing of importance left out; and, where it is shared with an organization, a unit or the public, whose
/// accounts nobody can list, if EC2's own report over all accounts counts no use either. The owner has the image as long as
/// it is there: its account needs a tracker as any other does. EC2's report does not do instead, since it is said to be one
/// of other accounts, and lags behind.
public struct Verdict: Hashable, Sendable {
    public enum Outcome: String, Hashable, Sendable, CaseIterable {
        case inUse = "in-use"
        case clear
        case unknown
    }

    public let outcome: Outcome
    /// Why "no use is known" is not "no use"; in a stable order. Also where the image is in use: there may be more.
    public let doubts: [Doubt]
    /// How well the use by each account is known that has the image or, being a member of what it is shared with, may have
    /// it; sorted by account.
    public let coverage: [AccountCoverage]
    /// The principals that have the image, sorted.
    public let principals: [Principal]

    public init(_ evidence: UsageEvidence) {
        let shares = evidence.principals
        principals = shares.keys.sorted()
        let groups = principals.filter(\.isGroup)
        let required = Self.requiredAccounts(evidence, shares)
        var accounts = required
        if evidence.accounts == nil, !groups.isEmpty { accounts.formUnion(evidence.coverage.keys) }
        coverage = accounts.sorted().map { account in
            let share: EventTime? = shares[.account(account)] ?? nil
            let times = evidence.accounts == nil ? [share] : [share] + groups.map { shares[$0] ?? nil }
            return AccountCoverage(
                of: account,
                evidence.coverage[account],
                now: evidence.now,
                maximumAgeHours: evidence.maximumSweepAgeHours,
                shared: times.compactMap { $0 }.max()
            )
        }
        var doubts: [Doubt] = []
        switch evidence.launchPermissions {
        case .notAsked, .principals: break
        case .noSuchImage: if !evidence.isRecorded, shares.isEmpty { doubts.append(.noSuchImage) }
        case .notAvailable(let reason): doubts.append(.sharesNotKnown(reason: reason))
        }
        if evidence.unreadableRows > 0 { doubts.append(.unreadableRows(evidence.unreadableRows)) }
        let report = evidence.ownerView.report?.narrowed(to: evidence.accounts)
        if evidence.accounts == nil, report == nil { doubts += groups.map(Doubt.group) }
        for coverage in coverage where required.contains(coverage.account) {
            doubts += Doubt.doubts(about: coverage)
        }
        self.doubts = doubts
        let isUsed = evidence.rows > 0 || report?.isUsed ?? false
        outcome = isUsed ? .inUse : doubts.isEmpty ? .clear : .unknown
    }

    /// The accounts whose use has to be known.
    private static func requiredAccounts(
        _ evidence: UsageEvidence,
        _ shares: [Principal: EventTime?]
    ) -> Set<AccountID> {
        if let accounts = evidence.accounts { return accounts }
        var accounts = Set(shares.keys.compactMap { if case .account(let account) = $0 { account } else { nil } })
        if let owner = evidence.owner { accounts.insert(owner) }
        return accounts
    }
}

/// Why it is not known whether an image is used.
public enum Doubt: Hashable, Sendable {
    /// Neither EC2 nor the tables know the image: most likely its id is mistyped.
    case noSuchImage
    /// EC2 does not tell whom the image is shared with; there may be accounts that the share recorder never heard of.
    case sharesNotKnown(reason: String)
    case unreadableRows(Int)
    /// Shared with accounts that cannot be listed.
    case group(Principal)
    case noTracker(AccountID)
    case neverSwept(AccountID)
    case unreadableCoverage(AccountID, attribute: String)
    /// The last sweep began too long ago.
    case stale(AccountID, sweep: EventTime)
    /// The last sweep began before the account got the image.
    case sweptBeforeShare(AccountID, sweep: EventTime, share: EventTime)
    case skippedSections(AccountID, [String])

    static func doubts(about coverage: AccountCoverage) -> [Doubt] {
        let account = coverage.account
        var doubts: [Doubt] = []
        switch (coverage.status, coverage.entry) {
        case (.swept, _): break
        case (.noTracker, _): doubts.append(.noTracker(account))
        case (_, .unreadable(let attribute)): doubts.append(.unreadableCoverage(account, attribute: attribute))
        default:
            guard let sweep = coverage.lastSweep?.started else {
                doubts.append(.neverSwept(account))
                break
            }
            if let share = coverage.shared, sweep <= share {
                doubts.append(.sweptBeforeShare(account, sweep: sweep, share: share))
            } else {
                doubts.append(.stale(account, sweep: sweep))
            }
        }
        if !coverage.missingSections.isEmpty { doubts.append(.skippedSections(account, coverage.missingSections)) }
        return doubts
    }
}

extension Doubt: CustomStringConvertible {
    /// One sentence, without a full stop.
    public var description: String {
        switch self {
        case .noSuchImage:
            "EC2 knows no such image in this account and region, and nothing was ever recorded of it"
        case .sharesNotKnown(let reason):
            "EC2 does not tell whom the image is shared with (\(reason))"
        case .unreadableRows(let count):
            "\(count) row\(count == 1 ? "" : "s") of the usage table cannot be read"
        case .group(.all):
            "the image is public: not every account that has it is known"
        case .group(let principal):
            "the image is shared with \(Display.line(principal.description)): not every account that has it is known"
        case .noTracker(let account):
            "account \(account) has no usage tracker"
        case .neverSwept(let account):
            "account \(account) has never been swept completely"
        case .unreadableCoverage(let account, let attribute):
            "what account \(account) notes of its sweeps cannot be read: \(attribute)"
        case .stale(let account, let sweep):
            "the last complete sweep of account \(account) began at \(sweep.readable), which is too long ago"
        case .sweptBeforeShare(let account, let sweep, let share):
            "the last complete sweep of account \(account) began at \(sweep.readable), "
                + "before it got the image at \(share.readable)"
        case .skippedSections(let account, let sections):
            "the last sweep of account \(account) had to leave out: "
                + Display.line(sections.joined(separator: ", "), limit: 400)
        }
    }
}

extension Principal {
    /// Whether it stands for accounts that it does not name.
    public var isGroup: Bool {
        if case .account = self { false } else { true }
    }
}
