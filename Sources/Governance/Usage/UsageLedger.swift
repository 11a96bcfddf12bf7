/// A write of a mapping that happens only if the mapping is still as it was read.
public struct MappingWrite: Hashable, Sendable {
    public let record: MappingRecord
    /// As read; nil where there was none.
    public let replaced: MappingRecord?
    /// A launch template whose deletion must not have been recorded: it was not when the decision was made.
    public let undeletedTemplate: MappingKey?
}

/// Where the use of images is kept: rows in the creator's account, mappings in the own one.
public protocol UsageStore: Sendable {
    /// Strongly consistent; a key without a record is missing from the answer.
    func mappings(_ keys: [MappingKey]) async throws -> [MappingKey: MappingRecord]
    /// The records of all versions of a launch template, without the one of the template itself. Strongly consistent.
    func mappings(ofVersionsOf template: LaunchTemplateID) async throws -> [MappingRecord]
    /// The records of a resource's use of images, one for each image where it can use several. Strongly consistent.
    func mappings(ofUsesBy resource: Resource) async throws -> [MappingRecord]
    /// Makes the changes; those whose condition does not hold have been overtaken, and are left.
    func change(_ rows: [UsageRowChange]) async throws
    /// Makes each write whose conditions hold.
    /// - Returns: the keys that were not written.
    func write(_ writes: [MappingWrite]) async throws -> Set<MappingKey>
}

/// Applies what events change to a store, so that it ends in the same state whatever the order of events, however often
/// each is delivered, however many invocations run at once, and wherever one of them was cut off and run again.
///
/// For each resource: read the mapping, decide, change the rows, write the mapping if it is as it was read; else read it
/// again and decide again, which may mean to delete the row just written. If the mapping is right as it is then, it is
/// written nevertheless, as touched: a release may have read it before, deleted the row before that was written again, and
/// would not notice. The deletion of a launch template is recorded first, at the template; from then on no version's mapping
/// can be written as in use; then its versions are released.
public struct UsageLedger<Store: UsageStore>: Sendable {
    public let store: Store
    public let account: AccountID
    public let region: Region
    private let rounds = 20

    public init(store: Store, account: AccountID, region: Region) {
        self.store = store
        self.account = account
        self.region = region
    }

    public func apply(_ changes: UsageChanges<ImageID>) async throws {
        if let template = changes.deletedTemplate { try await delete(template, at: changes.mark) }
        try await settle(
            changes.acquisitions.map(ResourceEvent.acquired)
                + changes.releases.map { .released($0, changes.mark) }
        )
    }

    private func delete(_ template: LaunchTemplateID, at mark: EventMark) async throws {
        try await recordDeletion(at: .template(template), mark)
        let versions = try await store.mappings(ofVersionsOf: template)
        try await settle(versions.compactMap { $0.key.resource.map { .released($0, mark) } })
    }

    private func recordDeletion(at key: MappingKey, _ mark: EventMark) async throws {
        for _ in 0..<rounds {
            let known = try await store.mappings([key])[key]
            var record = known ?? MappingRecord(key: key)
            record.release(at: mark)
            if record == known { return }
            let write = MappingWrite(record: record, replaced: known, undeletedTemplate: nil)
            if try await store.write([write]).isEmpty { return }
        }
        throw RecordContention(description: "\(key.resourceID) is changed by others all the time")
    }

    /// Applies what happened to any number of resources: read, decide, change rows, write mappings. Of several events of the
    /// same record, the first one.
    /// - Returns: the state in which each record was left.
    @discardableResult
    public func settle(_ events: [ResourceEvent]) async throws -> [MappingKey: MappingRecord.State] {
        var states: [MappingKey: MappingRecord.State] = [:]
        var seen: Set<MappingKey> = []
        var open = events.filter { seen.insert($0.key).inserted }
        // Whose rows were written, and whose mappings were not.
        var halfDone: Set<MappingKey> = []
        for _ in 0..<rounds {
            if open.isEmpty { return states }
            let keys = open.map(\.key) + open.compactMap(\.resource.templateKey).unique()
            let known = try await store.mappings(keys)
            var rows: [UsageRowChange] = []
            var writes: [MappingWrite] = []
            var unfinished: Set<MappingKey> = []
            for event in open {
                let key = event.key
                let template = event.resource.templateKey.flatMap { known[$0] }
                let transition = MappingRecord.transition(from: known[key], template: template, event)
                rows += transition.rows.map { change($0, of: event.resource) }
                if transition.isUnfinished { unfinished.insert(key) }
                states[key] = (transition.mapping ?? known[key])?.state ?? .released
                let isTouched = halfDone.remove(key) != nil && states[key] == .active
                guard let mapping = transition.mapping ?? (isTouched ? known[key]?.touched : nil) else { continue }
                if transition.writesRow { halfDone.insert(key) }
                writes.append(
                    MappingWrite(
                        record: mapping,
                        replaced: known[key],
                        undeletedTemplate: template == nil ? event.resource.templateKey : nil
                    )
                )
            }
            if !rows.isEmpty { try await store.change(rows) }
            let unwritten = writes.isEmpty ? [] : try await store.write(writes)
            halfDone.formIntersection(unwritten)
            unfinished.formUnion(unwritten)
            open.removeAll { !unfinished.contains($0.key) }
        }
        if let event = open.first {
            throw RecordContention(description: "\(event.resource.id) is changed by others all the time")
        }
        return states
    }

    private func change(_ row: MappingTransition.Row, of resource: Resource) -> UsageRowChange {
        switch row {
        case .put(let acquired, let lastSeen, let condition):
            .put(
                UsageRow(
                    key: .init(account: account, image: acquired.image, resource: resource),
                    resourceName: acquired.resourceName,
                    region: region,
                    mark: acquired.mark,
                    lastSeen: lastSeen,
                    source: acquired.mark.source
                ),
                condition
            )
        case .delete(let image, let condition):
            .delete(.init(account: account, image: image, resource: resource), condition)
        }
    }
}
