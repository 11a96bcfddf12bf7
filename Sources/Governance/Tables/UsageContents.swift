/// What the usage table says, of all images and accounts.
public struct UsageContents: Sendable {
    public private(set) var usage: [ImageID: [AccountID: UsageSummary]] = [:]
    public private(set) var coverage: [AccountID: CoverageEntry] = [:]
    public private(set) var unreadable: [UnreadableItem] = []
    private(set) var itemCount = 0

    public init() {}

    mutating func add(_ item: UsageTableItem, region: Region, limit: Int) {
        itemCount += 1
        switch item {
        case .row(let row):
            let (image, account) = (row.key.image, row.key.account)
            usage[image, default: [:]][account, default: UsageSummary(account: account, limit: limit)].add(row)
        case .coverage(let account, let sortKey, let entry):
            if sortKey == CoverageRecord.sortKey(in: region) { coverage[account] = entry }
        case .unreadable(let item):
            unreadable.append(item)
        }
    }

    /// The use of an image, sorted by account.
    public func summaries(of image: ImageID) -> [UsageSummary] {
        (usage[image] ?? [:]).values.sorted { $0.account < $1.account }
    }
}
