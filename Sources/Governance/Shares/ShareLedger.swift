/// A value as stored, with what a conditional write needs to notice that it has been changed since.
public struct Stored<Value: Sendable>: Sendable {
    public let value: Value
    /// Grows by one with each write.
    public let revision: Int

    public init(_ value: Value, revision: Int) {
        self.value = value
        self.revision = revision
    }
}

/// Where shares are kept. Reads are strongly consistent. A write happens only if the record is still as it was read.
public protocol ShareStore: Sendable {
    func imageRecord(of image: ImageID) async throws -> Stored<ImageRecord>?
    /// The records of these principals, or of all of them for nil; the image's own record is not among them.
    func shareRecords(of image: ImageID, principals: [Principal]?) async throws -> [Stored<ShareRecord>]
    /// - Parameter revision: of the record as it was read; nil where there was none.
    /// - Returns: whether it was written; false where someone else has written the record since.
    func write(_ record: ImageRecord, revision: Int?) async throws -> Bool
    /// Like the above, for each of several records on its own.
    /// - Returns: the principals whose record was not written, because someone else has written it since.
    func write(_ records: [(record: ShareRecord, revision: Int?)]) async throws -> [Principal]
}

/// Someone else changed the same record again and again. To be retried later.
public struct RecordContention: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
}

/// Applies what events change to a store, so that it ends in the same state whatever the order of events, however often
/// each is delivered, however many invocations run at once, and wherever one of them was cut off and run again.
///
/// The order of steps is what makes it so. An event that takes the image from everyone is written to the image's record
/// first, then to every principal found. A change of a principal is written to its record first; then the image's record
/// is read and what is found there is written to the principal. Whichever of two such invocations comes second sees what
/// the other wrote. Records only ever merge, and each is written only if it is as it was read.
public struct ShareLedger<Store: ShareStore>: Sendable {
    public let store: Store
    private let rounds = 20

    public init(store: Store) { self.store = store }

    /// - Returns: the image's record as it was last read or written, nil where there is none.
    @discardableResult
    public func apply(_ changes: ShareChanges) async throws -> ImageRecord? {
        var imageRecord: ImageRecord?
        if let change = changes.imageChange {
            imageRecord = try await apply(change, of: changes.image, in: changes.region)
        }
        if let imageRecord, changes.imageChange?.revocations.isEmpty == false {
            try await revoke(imageRecord.revocations, of: changes.image, principals: nil)
        }
        guard !changes.permissions.isEmpty else { return imageRecord }
        try await apply(changes.permissions, of: changes.image, in: changes.region)
        imageRecord = try await store.imageRecord(of: changes.image)?.value
        if let revocations = imageRecord?.revocations, !revocations.isEmpty {
            let added = changes.permissions.filter { $0.permission.status == .shared }.map(\.principal)
            try await revoke(revocations, of: changes.image, principals: added)
        }
        return imageRecord
    }

    private func apply(_ change: ImageChange, of image: ImageID, in region: Region) async throws -> ImageRecord {
        for _ in 0..<rounds {
            let stored = try await store.imageRecord(of: image)
            guard let merged = ImageRecord.merge(stored?.value, change, of: image, in: region) else {
                return stored?.value ?? ImageRecord(image: image, region: region)
            }
            if try await store.write(merged, revision: stored?.revision) { return merged }
        }
        throw RecordContention(description: "the record of \(image) is changed by others all the time")
    }

    private func apply(_ changes: [PermissionChange], of image: ImageID, in region: Region) async throws {
        var open = changes
        for _ in 0..<rounds {
            let stored = try await store.shareRecords(of: image, principals: open.map(\.principal))
            let byPrincipal = Dictionary(
                stored.map { ($0.value.principal, $0) },
                uniquingKeysWith: { first, _ in first }
            )
            let writes = open.compactMap { change in
                let found = byPrincipal[change.principal]
                return ShareRecord.merge(found?.value, change, of: image, in: region)
                    .map { (record: $0, revision: found?.revision) }
            }
            let unwritten = writes.isEmpty ? [] : Set(try await store.write(writes))
            if unwritten.isEmpty { return }
            open.removeAll { !unwritten.contains($0.principal) }
        }
        throw RecordContention(description: "shares of \(image) are changed by others all the time")
    }

    private func revoke(
        _ revocations: Sightings<ShareStatus>,
        of image: ImageID,
        principals: [Principal]?
    ) async throws {
        var open = principals
        for _ in 0..<rounds {
            if let open, open.isEmpty { return }
            let writes = try await store.shareRecords(of: image, principals: open).compactMap { stored in
                ShareRecord.merge(stored.value, revocations).map { (record: $0, revision: Optional(stored.revision)) }
            }
            if writes.isEmpty { return }
            open = try await store.write(writes)
        }
        throw RecordContention(description: "shares of \(image) are changed by others all the time")
    }
}
