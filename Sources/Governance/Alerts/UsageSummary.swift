/// The use of one image by one account: how many resources of each kind, and the first of them. Takes the same memory for
/// ten resources and for a hundred thousand.
public struct UsageSummary: Hashable, Sendable {
    public struct Kind: Hashable, Sendable {
        public internal(set) var count = 0
        /// At most `limit` of them, in the order in which they came.
        public internal(set) var first: [UsageRow] = []

        /// How many there are beyond the ones listed.
        public var rest: Int { count - first.count }
    }

    public let account: AccountID
    /// How many resources of each kind are kept.
    public let limit: Int
    private var kinds: [ResourceKind: Kind] = [:]

    public init(account: AccountID, limit: Int = 50) {
        self.account = account
        self.limit = limit
    }

    public mutating func add(_ row: UsageRow) {
        var kind = kinds[row.key.resource.kind] ?? Kind()
        kind.count += 1
        if kind.first.count < limit { kind.first.append(row) }
        kinds[row.key.resource.kind] = kind
    }

    public subscript(kind: ResourceKind) -> Kind { kinds[kind] ?? Kind() }

    /// The kinds there are any of, instances first.
    public var presentKinds: [ResourceKind] { kinds.keys.sorted() }

    public var count: Int { kinds.values.reduce(0) { $0 + $1.count } }

    /// The same counts with fewer resources listed.
    public func limited(to limit: Int) -> UsageSummary {
        var summary = UsageSummary(account: account, limit: min(limit, self.limit))
        summary.kinds = kinds.mapValues { Kind(count: $0.count, first: Array($0.first.prefix(limit))) }
        return summary
    }
}

/// Groups a stream of rows, sorted by account as the index by image gives them, into one summary for each account.
public struct UsageGrouping: Sendable {
    private let limit: Int
    private var current: UsageSummary?

    public init(limit: Int = 50) { self.limit = limit }

    /// - Returns: the account before this row's, if that is done.
    public mutating func add(_ row: UsageRow) -> UsageSummary? {
        let account = row.key.account
        let finished = current?.account == account ? nil : current
        if current?.account != account { current = UsageSummary(account: account, limit: limit) }
        current?.add(row)
        return finished
    }

    /// - Returns: the last account, if there is any.
    public mutating func finish() -> UsageSummary? {
        defer { current = nil }
        return current
    }
}
