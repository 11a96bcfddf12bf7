import AWSServices

/// All that the usage table has of one account, of every region, each item as it was read: what
/// ``GovernanceTables/forget(_:progress:)`` deletes.
public struct AccountContents: Sendable {
    public let account: AccountID
    /// How many resources of each kind use an image; one that uses several counts for each.
    public private(set) var counts: [ResourceKind: Int] = [:]
    /// What these use.
    public private(set) var images: Set<ImageID> = []
    /// What the account's tracker has noted of its sweeps and events, by sort key.
    public private(set) var coverage: [String: CoverageEntry] = [:]
    /// Rows that are not as this software writes them.
    public private(set) var unreadable: [UnreadableItem] = []
    private var newestRow: EventTime?
    private(set) var rowVersions: [ItemVersion] = []
    private(set) var coverageVersions: [ItemVersion] = []

    public init(account: AccountID) { self.account = account }

    /// Rows and coverage, readable or not.
    public var itemCount: Int { rowVersions.count + coverageVersions.count }

    mutating func add(_ item: DynamoDB.Item) {
        switch UsageTableItem(item) {
        case .row(let row):
            counts[row.key.resource.kind, default: 0] += 1
            images.insert(row.key.image)
            newestRow = [newestRow, row.lastObserved].compactMap { $0 }.max()
            rowVersions.append(ItemVersion(of: item, ItemVersion.rowAttributes))
        case .coverage(_, let sortKey, let entry):
            coverage[sortKey] = entry
            coverageVersions.append(ItemVersion(of: item, ItemVersion.coverageAttributes))
        case .unreadable(let problem):
            unreadable.append(problem)
            rowVersions.append(ItemVersion(of: item, ItemVersion.rowAttributes))
        }
    }
}

extension AccountContents {
    /// When something was last heard of the account's tracker: what it has noted, or when it saw a resource. Nil where
    /// nothing tells.
    public var lastSign: EventTime? {
        let noted = coverage.values.map { entry -> EventTime? in
            guard case .record(let record) = entry else { return nil }
            return record.lastSign
        }
        return (noted + [newestRow]).compactMap { $0 }.max()
    }

    /// Whether nothing was heard of the account's tracker for so long that it is taken for gone. Where coverage does not tell
    /// when that was, it is not.
    public func isDeparted(after days: Int64, now: EventTime) -> Bool {
        guard let lastSign, lastSign.advanced(bySeconds: days * 86_400) < now else { return false }
        return coverage.values.allSatisfy { $0.isDeparted(after: days, now: now) }
    }
}

/// An item of the usage table as it was read: its key, and the attributes by which a later write is told.
struct ItemVersion: Sendable {
    let key: DynamoDB.Item
    private let attributes: [(name: String, value: AttributeValue?)]

    /// What an event or a sweep that has seen the resource since has changed.
    static let rowAttributes = [
        UsageRow.firstSeenAttribute, UsageRow.eventIDAttribute, UsageRow.lastSeenAttribute,
    ]

    /// What a tracker at work changes.
    static let coverageAttributes = [
        CoverageRecord.Attribute.lastSweepStarted, CoverageRecord.Attribute.lastSweepCompleted,
        CoverageRecord.Attribute.currentSweepStarted, CoverageRecord.Attribute.lastEvent,
        CoverageRecord.Attribute.lastEventHandled,
    ]

    init(of item: DynamoDB.Item, _ names: [String]) {
        key = item.filter { [UsageRow.Key.accountKey, UsageRow.Key.resourceKey].contains($0.key) }
        attributes = names.map { ($0, item[$0]) }
    }

    /// Whether the item is there no more, or has these attributes as they were read.
    var isUnchanged: DynamoDB.Expression {
        let comparisons = attributes.map { name, value -> DynamoDB.Expression in
            value.map { "\(name: name) = \($0)" } ?? "attribute_not_exists(\(name: name))"
        }
        let isSame = comparisons.dropFirst().reduce(comparisons[0]) { "\($0) AND \($1)" }
        return "attribute_not_exists(\(name: UsageRow.Key.accountKey)) OR (\(isSame))"
    }
}
