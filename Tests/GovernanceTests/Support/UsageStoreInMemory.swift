import Synchronization

@testable import Governance

/// The usage table and the mapping table in memory: each condition is checked and each write made in one step. Items are
/// kept as attributes.
final class UsageStoreInMemory: UsageStore {
    struct Contents: Equatable {
        var rows: [String: ItemAttributes] = [:]
        var mappings: [MappingKey: ItemAttributes] = [:]
    }

    private struct Items {
        var contents = Contents()
        var requests = 0
    }

    private let items = Mutex(Items())

    var contents: Contents { items.withLock(\.contents) }
    var requests: Int { items.withLock(\.requests) }

    private func step<Result>(_ effect: (inout Contents) throws -> Result) async throws -> Result {
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

    func change(_ rows: [UsageRowChange]) async throws {
        for row in rows {
            try await step { contents in
                guard row.condition.holds(for: try self.row(at: row.key, in: contents)) else { return }
                contents.rows[row.key.sortKey] = if case .put(let row, _) = row { row.attributes } else { nil }
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
