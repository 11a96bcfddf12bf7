import Synchronization

@testable import Governance

/// The shares table in memory: each item is read and conditionally written in one step. Items are kept as attributes.
final class ShareStoreInMemory: ShareStore {
    struct Contents: Equatable {
        var image: ItemAttributes?
        var principals: [Principal: ItemAttributes] = [:]

        /// What is the same whatever the order of events.
        var withoutSince: Contents {
            Contents(image: image, principals: principals.mapValues { $0.filter { $0.key != "permission_since" } })
        }
    }

    private struct Items {
        var image: (ItemAttributes, Int)?
        var principals: [Principal: (ItemAttributes, Int)] = [:]
        var writes = 0
    }

    private let items = Mutex(Items())

    var contents: Contents {
        items.withLock { Contents(image: $0.image?.0, principals: $0.principals.mapValues(\.0)) }
    }
    var writes: Int { items.withLock { $0.writes } }

    func record(of principal: Principal) throws -> ShareRecord? {
        try contents.principals[principal].map { try ShareRecord(image: image, principal: principal, attributes: $0) }
    }

    func status(of principal: Principal) -> String? { contents.principals[principal]?["status"] }

    func imageRecord(of id: ImageID) async throws -> Stored<ImageRecord>? {
        try await Interleaver.step {
            try items.withLock { items in
                try items.image.map { Stored(try ImageRecord(image: id, attributes: $0.0), revision: $0.1) }
            }
        }
    }

    func shareRecords(of id: ImageID, principals: [Principal]?) async throws -> [Stored<ShareRecord>] {
        try await Interleaver.step {
            try items.withLock { items in
                try items.principals.filter { principals?.contains($0.key) ?? true }.sorted { $0.key < $1.key }.map {
                    Stored(
                        try ShareRecord(image: id, principal: $0.key, attributes: $0.value.0),
                        revision: $0.value.1
                    )
                }
            }
        }
    }

    func write(_ record: ImageRecord, revision: Int?) async throws -> Bool {
        try await Interleaver.step {
            items.withLock { items in
                guard items.image?.1 == revision else { return false }
                items.image = (record.attributes, (revision ?? 0) + 1)
                items.writes += 1
                return true
            }
        }
    }

    func write(_ records: [(record: ShareRecord, revision: Int?)]) async throws -> [Principal] {
        var unwritten: [Principal] = []
        for (record, revision) in records {
            let written = try await Interleaver.step {
                items.withLock { items in
                    guard items.principals[record.principal]?.1 == revision else { return false }
                    items.principals[record.principal] = (record.attributes, (revision ?? 0) + 1)
                    items.writes += 1
                    return true
                }
            }
            if !written { unwritten.append(record.principal) }
        }
        return unwritten
    }
}
