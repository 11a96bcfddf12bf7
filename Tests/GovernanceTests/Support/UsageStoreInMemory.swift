import Synchronization

@testable import Governance

/// The usage table and the mapping table in memory: each condition is checked and each write made in one step. Items are
/// kept as attributes.
final class UsageStoreInMemory: UsageStore {
    struct Contents: Equatable {
        /// By sort key; all of one account.
        var rows: [String: ItemAttributes] = [:]
        var mappings: [MappingKey: ItemAttributes] = [:]
        var checkpoint: ItemAttributes?
        var coverage: CoverageRecord?
    }

    private struct Items {
        var contents = Contents()
        var requests = 0
    }

    private let items: Mutex<Items>
    /// Called with each change of the rows.
    private let observer: (@Sendable (Contents) -> Void)?

    init(_ contents: Contents = .init(), observer: (@Sendable (Contents) -> Void)? = nil) {
        items = Mutex(Items(contents: contents))
        self.observer = observer
    }

    var contents: Contents { items.withLock(\.contents) }
    var requests: Int { items.withLock(\.requests) }

    func step<Result>(_ effect: (inout Contents) throws -> Result) async throws -> Result {
        try await Interleaver.step {
            try items.withLock { items in
                items.requests += 1
                return try effect(&items.contents)
            }
        }
    }

    func mappings(_ keys: [MappingKey]) async throws -> [MappingKey: MappingRecord] {
        try await step { contents in
            try Dictionary(
                uniqueKeysWithValues: keys.compactMap { key in
                    try contents.mappings[key].map { (key, try MappingRecord(key: key, attributes: $0)) }
                }
            )
        }
    }

    func mappings(ofVersionsOf template: LaunchTemplateID) async throws -> [MappingRecord] {
        try await step { contents in
            try contents.mappings.filter { $0.key.resourceID == template.text && $0.key.part != "*" }
                .map { try MappingRecord(key: $0.key, attributes: $0.value) }.sorted { $0.key < $1.key }
        }
    }

    func mappings(ofUsesBy resource: Resource) async throws -> [MappingRecord] {
        try await step { contents in
            try contents.mappings.filter { $0.key.resource == resource }
                .map { try MappingRecord(key: $0.key, attributes: $0.value) }.sorted { $0.key < $1.key }
        }
    }

    func change(_ rows: [UsageRowChange]) async throws {
        for row in rows {
            try await step { contents in
                guard row.condition.holds(for: try self.row(at: row.key, in: contents)) else { return }
                contents.rows[row.key.sortKey] = if case .put(let row, _) = row { row.attributes } else { nil }
                self.observer?(contents)
            }
        }
    }

    private func row(at key: UsageRow.Key, in contents: Contents) throws -> UsageRow? {
        try contents.rows[key.sortKey].map {
            try UsageRow(account: key.account, sortKey: key.sortKey, attributes: $0)
        }
    }

    func write(_ writes: [MappingWrite]) async throws -> Set<MappingKey> {
        var unwritten: Set<MappingKey> = []
        for write in writes {
            let written = try await step { contents in
                guard contents.mappings[write.record.key] == write.replaced?.attributes,
                    write.undeletedTemplate.map({ contents.mappings[$0] == nil }) ?? true
                else { return false }
                contents.mappings[write.record.key] = write.record.attributes
                return true
            }
            if !written { unwritten.insert(write.record.key) }
        }
        return unwritten
    }
}

extension UsageStoreInMemory: SweepStore {
    /// Small, so that a few records make several pages.
    static let pageSize = 3

    func checkpoint() async throws -> SweepCheckpoint? {
        try await step { try $0.checkpoint.map { try SweepCheckpoint(attributes: $0) } }
    }

    func write(_ checkpoint: SweepCheckpoint, replacing revision: Int?) async throws -> Bool {
        try await step { contents in
            guard contents.checkpoint?["revision"] == revision.map({ String($0) }) else { return false }
            contents.checkpoint = checkpoint.attributes
            return true
        }
    }

    func mappings(after token: String?) async throws -> SweepPage<MappingRecord> {
        try await step { contents in
            let page = Self.page(of: contents.mappings.keys.map { "\($0.resourceID)\n\($0.part)" }, after: token)
            let records = try page.elements.compactMap { text -> MappingRecord? in
                let parts = text.split(separator: "\n")
                let key = MappingKey(resourceID: String(parts[0]), part: String(parts[1]))
                return try contents.mappings[key].map { try MappingRecord(key: key, attributes: $0) }
            }
            return SweepPage(records.filter { $0.acquired != nil && $0.state != .released }, nextToken: page.nextToken)
        }
    }

    func rows(
        of account: AccountID,
        in region: Region,
        lastSeenBefore time: EventTime,
        after token: String?
    ) async throws -> SweepPage<UsageRow.Key> {
        try await step { contents in
            let page = Self.page(of: Array(contents.rows.keys), after: token)
            let rows = try page.elements.compactMap { sortKey in
                try contents.rows[sortKey].map {
                    try UsageRow(account: account, sortKey: sortKey, attributes: $0)
                }
            }
            return SweepPage(
                rows.filter { $0.lastSeen < time && $0.region == region }.map(\.key),
                nextToken: page.nextToken
            )
        }
    }

    private static func page(of keys: [String], after token: String?) -> SweepPage<String> {
        let left = keys.sorted().filter { key in token.map { key > $0 } ?? true }
        let page = Array(left.prefix(pageSize))
        return SweepPage(page, nextToken: left.count > pageSize ? page.last : nil)
    }

    func record(_ change: CoverageChange, of account: AccountID, in region: Region) async throws {
        try await step { contents in
            var record = contents.coverage ?? CoverageRecord(account: account, region: region)
            switch change {
            case .sweepUnderWay(let started): record.currentSweepStarted = started
            case .sweepCompleted(let sweep):
                if let last = record.lastSweep, last.started > sweep.started { return }
                record.lastSweep = sweep
                record.currentSweepStarted = nil
            case .eventHandled(let time, let handled):
                if let last = record.lastEvent, last > time { return }
                record.lastEvent = time
                record.lastEventHandled = handled
            }
            contents.coverage = record
        }
    }
}
