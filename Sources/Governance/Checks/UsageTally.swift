/// The uses of an image in the usage table, counted as EC2's image usage report counts them, to be compared with it.
///
/// Rows come sorted by account, as the index by image gives them. Takes memory for each account, and for the launch templates
/// of one account at a time.
struct UsageTally: Sendable {
    struct Counts: Hashable, Sendable {
        var table: UsageReport.Counts = [:]
        /// How many of them were first seen so short a time ago that the report may lack them.
        var recent: UsageReport.Counts = [:]

        fileprivate mutating func add(_ count: Int, recent: Int, _ kind: ResourceKind) {
            table[kind, default: 0] += count
            self.recent[kind, default: 0] += recent
        }
    }

    private(set) var accounts: [AccountID: Counts] = [:]
    /// The report is not older.
    private let reported: EventTime
    private var account: AccountID?
    /// The launch templates of the account, and whether all their rows are recent.
    private var templates: [LaunchTemplateID: Bool] = [:]

    /// - Parameter reportedSince: The report is begun at this time or later.
    init(reportedSince: EventTime) { reported = reportedSince }

    /// What the report may lack: instances of the last 24 hours, launch templates of "the last few days". It promises nothing
    /// of other kinds.
    static func delayHours(of kind: ResourceKind) -> Int64 { kind == .instance ? 24 : UsageReport.delayHours }

    mutating func add(_ row: UsageRow) {
        if account != row.key.account { finish() }
        account = row.key.account
        let kind = row.key.resource.kind
        let isRecent = row.mark.time.advanced(bySeconds: Self.delayHours(of: kind) * 3600) > reported
        if case .launchTemplateVersion(let template, _) = row.key.resource {
            templates[template] = (templates[template] ?? true) && isRecent
        } else {
            accounts[row.key.account, default: Counts()].add(1, recent: isRecent ? 1 : 0, kind)
        }
    }

    /// Ends the stream.
    mutating func finish() {
        guard let account, !templates.isEmpty else { return }
        let recent = templates.values.count { $0 }
        accounts[account, default: Counts()].add(templates.count, recent: recent, .launchTemplate)
        templates = [:]
    }
}
