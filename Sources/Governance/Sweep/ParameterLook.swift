import Transport

/// What a parameter names now, of which an event tells that it changed, and not to what.
///
/// The parameter is asked for directly, and the answer recorded as that of a sweep which begins at that moment: it is of then,
/// or of less than ten minutes before, whenever the event was of. So events that are late, doubled or in another order, and a
/// sweep at the same time, end with the latest answer. What was seen or found less than ten minutes ago is not released by
/// it, since Systems Manager may answer from before that; the next sweep does.
struct ParameterLook<Store: UsageStore, Items: Inventory, Images: ImageResolver>: Sendable {
    let ledger: UsageLedger<Store>
    let inventory: Items
    let images: Images
    let now: @Sendable () -> EventTime
    var sleep: @Sendable (Duration) async throws -> Void = { try await EventLoop.shared.sleep(for: $0) }

    /// How long to wait before an answer is asked for again that may be from before the event.
    private static var pause: Duration { .seconds(2) }

    struct Finding: Hashable {
        /// The creator's image that it names.
        var used: ImageID?
        /// How many that it was recorded with it no longer names.
        var released = 0
        /// It may not be read: nothing is known of it.
        var isRefused = false

        var isOfUse: Bool { used != nil || released > 0 }
    }

    /// What Systems Manager says, and what is recorded.
    private struct Answer {
        let presence: Presence
        let mark: EventMark
        var records: [MappingRecord] = []

        /// The images that it is recorded to use.
        var active: Set<ImageReference> {
            Set(records.filter { $0.state == .active }.compactMap { $0.acquired.map { .id($0.image) } })
        }
    }

    func settle(
        _ parameter: ParameterName,
        after change: GovernanceEvent.ParameterChange
    ) async throws -> Finding {
        let resource = Resource.parameter(parameter)
        guard var answer = try await ask(resource, after: change) else { return Finding(isRefused: true) }
        if Self.mayBeBehind(answer, change) {
            try await sleep(Self.pause)
            guard let second = try await ask(resource, after: change) else { return Finding(isRefused: true) }
            answer = second
        }
        return try await record(answer, of: resource)
    }

    /// - Returns: nil where the parameter may not be read.
    private func ask(
        _ resource: Resource,
        after change: GovernanceEvent.ParameterChange
    ) async throws -> Answer? {
        let mark = EventMark.sweep(lookingFrom: now())
        guard let presence = try await inventory.presence(of: [resource])[resource] else { return nil }
        // Most parameters are of another data type, which never changes: nothing is recorded of such a one, unless it was
        // deleted and made anew. The event of that comes, too.
        if presence == .uses([]), change != .deleted { return Answer(presence: presence, mark: mark) }
        return Answer(
            presence: presence,
            mark: mark,
            records: try await ledger.store.mappings(ofUsesBy: resource)
        )
    }

    /// Whether the answer is one that Systems Manager would also give from before the event.
    private static func mayBeBehind(_ answer: Answer, _ change: GovernanceEvent.ParameterChange) -> Bool {
        switch (answer.presence, change) {
        case (.uses([]), _): false
        case (.gone, .deleted): false
        case (.gone, _): true
        case (.uses, .deleted): true
        case (.uses(let references), _): answer.active == Set(references)
        }
    }

    private func record(_ answer: Answer, of resource: Resource) async throws -> Finding {
        let records = answer.records.filter { $0.state != .released }
        let recorded = Set(answer.records.compactMap { $0.acquired?.image })
        let resolved = try await images.images(of: Set(answer.presence.references))
        let named = Set(resolved.images.values)
        let tracked = try await images.tracked(named.subtracting(recorded)).union(recorded)
        let used = named.intersection(tracked)
        let left = records.filter { $0.isSeen(longBefore: answer.mark) }.compactMap { $0.acquired?.image }
        let look = Look(resolved: resolved, tracked: tracked, mark: answer.mark, seenAt: now())
        let events = used.union(left).sorted().compactMap { image in
            look.event(Use(resource: resource, image: image), answer.presence)
        }
        let states = try await ledger.settle(events)
        return Finding(used: used.first, released: states.values.count { $0 == .released })
    }
}

extension MappingRecord {
    /// Whether what it stands for was seen at a time that no answer can be from which is asked for under this mark.
    fileprivate func isSeen(longBefore mark: EventMark) -> Bool {
        latest.map { $0.observed <= mark.time } ?? true
    }
}
