/// Who uses an image, by account. Rows come as a stream sorted by account; memory and the size of the answer stay bounded:
/// counts are whole, resources are listed up to a limit for each kind and account and up to a limit in all, and so are
/// accounts, reasons and gaps.
public struct CheckAnswer: Sendable {
    public static let maximumListedResources = 2000
    public static let maximumListedAccounts = 10_000
    public static let maximumListedCoverage = 2000
    /// Of reasons, gaps and principals, each.
    public static let maximumListed = 1000

    private let image: ImageID
    private let record: ImageRecord?
    private let links: ConsoleLinks
    private let limit: Int
    private var grouping: UsageGrouping
    private var accounts: [UsageSummary] = []
    private var accountCount = 0
    private var listed = 0
    private var counts: [ResourceKind: Int] = [:]

    /// - Parameters:
    ///   - record: what is known of the image.
    ///   - limit: how many resources of each kind are listed for an account.
    public init(image: ImageID, record: ImageRecord?, links: ConsoleLinks, limit: Int = 50) {
        self.image = image
        self.record = record
        self.links = links
        self.limit = limit
        grouping = UsageGrouping(limit: limit)
    }

    public mutating func add(_ row: UsageRow) {
        if let finished = grouping.add(row) { take(finished) }
    }

    private mutating func take(_ summary: UsageSummary) {
        accountCount += 1
        for kind in summary.presentKinds { counts[kind, default: 0] += summary[kind].count }
        guard accounts.count < Self.maximumListedAccounts else { return }
        let open = max(0, Self.maximumListedResources - listed)
        let bounded = summary.limited(to: min(limit, open / max(1, summary.presentKinds.count)))
        listed += bounded.presentKinds.reduce(0) { $0 + bounded[$1].first.count }
        accounts.append(bounded)
    }

    /// Ends the stream.
    public mutating func finish() {
        if let last = grouping.finish() { take(last) }
    }

    /// How many rows came, those of the last account only once the stream has ended.
    public var resourceCount: Int { counts.values.reduce(0, +) }

    /// The answer, once the stream has ended.
    ///
    /// - Parameters:
    ///   - gaps: The differences from EC2's own count, where that was asked for.
    public func json(_ verdict: Verdict, ownerView: UsageEvidence.OwnerView, gaps: [UsageGap]) throws -> [UInt8] {
        try GovernanceJSON.encode(Message(self, verdict, ownerView, gaps))
    }

    private struct Message: Encodable {
        struct Account: Encodable {
            let accountId: AccountID
            let resourceCount: Int
            let resources: [KindMessage]
        }

        let imageId: ImageID
        let imageName: String?
        let imageStatus: String?
        let verdict: String
        let inUse: Bool
        /// Why it is not known whether the image is used.
        let reasons: [String]
        let reasonCount: Int
        /// What a clear verdict does not tell.
        let notes: [String]
        let accountCount: Int
        let resourceCount: Int
        let resourceCounts: [CountMessage]
        let accounts: [Account]
        let sharedWith: [String]
        let sharedWithCount: Int
        /// Accounts whose use is not known well come first.
        let coverage: [CoverageMessage]
        let coverageCount: Int
        let ownerView: OwnerViewMessage?
        let gaps: [GapMessage]
        let gapCount: Int

        init(
            _ answer: CheckAnswer,
            _ verdict: Verdict,
            _ ownerView: UsageEvidence.OwnerView,
            _ gaps: [UsageGap]
        ) {
            imageId = answer.image
            imageName = answer.record?.name
            imageStatus = answer.record?.status.rawValue
            self.verdict = verdict.outcome.rawValue
            inUse = verdict.outcome == .inUse
            let doubts = verdict.outcome == .unknown ? verdict.doubts : []
            reasons = doubts.prefix(CheckAnswer.maximumListed).map(\.description)
            reasonCount = doubts.count
            notes = verdict.notes(ownerView)
            accountCount = answer.accountCount
            resourceCount = answer.resourceCount
            resourceCounts = ResourceKind.allCases.map { kind in
                CountMessage(kind: kind.rawValue, count: answer.counts[kind] ?? 0)
            }
            accounts = answer.accounts.map { summary in
                Account(
                    accountId: summary.account,
                    resourceCount: summary.count,
                    resources: summary.presentKinds.map { KindMessage($0, summary[$0], links: answer.links) }
                )
            }
            sharedWith = verdict.principals.prefix(CheckAnswer.maximumListed).map(\.description)
            sharedWithCount = verdict.principals.count
            let ordered =
                verdict.coverage.filter { $0.status != .swept } + verdict.coverage.filter { $0.status == .swept }
            coverage = ordered.prefix(CheckAnswer.maximumListedCoverage).map(CoverageMessage.init)
            coverageCount = ordered.count
            self.ownerView = OwnerViewMessage(ownerView)
            let created = ownerView.report?.created
            self.gaps = gaps.prefix(CheckAnswer.maximumListed).map { gap in
                GapMessage(gap, explanation: created.map(gap.explanation(created:)))
            }
            gapCount = gaps.count
        }
    }
}

struct CountMessage: Encodable {
    let kind: String
    let count: Int
}

/// What became of the question to EC2, as JSON.
struct OwnerViewMessage: Encodable {
    let status: String
    /// Why EC2's view is not available, or not yet.
    let reason: String?
    let reportTime: EventTime?
    let accountCount: Int?
    let resourceCounts: [CountMessage]?

    /// Nil where EC2 was not asked.
    init?(_ view: UsageEvidence.OwnerView) {
        switch view {
        case .notAsked: return nil
        case .notAvailable(let reason):
            status = "not-available"
            self.reason = "owner's view not available: \(reason)"
            (reportTime, accountCount, resourceCounts) = (nil, nil, nil)
        case .pending(let since):
            status = "pending"
            reason = "EC2 has been making its usage report since \(since.readable): ask again in a few minutes"
            reportTime = since
            (accountCount, resourceCounts) = (nil, nil)
        case .occupied(let since):
            status = "pending"
            reason =
                "EC2 makes one usage report of an image at a time, and has been making another one since "
                + "\(since.readable): ask again in a few minutes"
            (reportTime, accountCount, resourceCounts) = (nil, nil, nil)
        case .available(let report):
            status = "available"
            reason = nil
            reportTime = report.created
            accountCount = report.accounts.count
            let totals = report.totals
            resourceCounts = report.kinds.map { CountMessage(kind: $0.rawValue, count: totals[$0] ?? 0) }
        }
    }
}

/// A gap as JSON.
struct GapMessage: Encodable {
    let accountId: AccountID?
    let kind: String
    let table: Int
    let ec2: Int
    /// Of those in the table, how many the report may lack because they are too new.
    let recent: Int
    /// The report's delay alone may account for it.
    let explained: Bool
    let explanation: String?

    init(_ gap: UsageGap, explanation: String?) {
        accountId = gap.account
        kind = gap.kind.rawValue
        table = gap.table
        ec2 = gap.report
        recent = gap.recent
        explained = gap.isExplained
        self.explanation = explanation
    }
}
