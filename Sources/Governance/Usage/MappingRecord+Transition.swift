/// What an event changes, given the mapping as it was read. Rows are changed first and the mapping last, so that a mapping
/// never claims what has not been done: whoever is cut off in between finds the mapping as it was, and does it again.
public struct MappingTransition: Hashable, Sendable {
    /// The new mapping; nil where it stays.
    public var mapping: MappingRecord?
    /// Changes of rows, to be made before the mapping is written.
    public var rows: [Row] = []
    /// Whether there is more to decide once the mapping is written.
    public var isUnfinished = false

    var writesRow: Bool {
        rows.contains { if case .put = $0 { true } else { false } }
    }

    public enum Row: Hashable, Sendable {
        /// - Parameter lastSeen: until when it is known to be so.
        case put(MappingRecord.Acquired, lastSeen: EventTime, UsageRowChange.Condition)
        case delete(ImageID, UsageRowChange.Condition)
    }
}

extension MappingRecord {
    /// Decides what an event changes.
    /// - Parameters:
    ///   - current: the mapping as read; nil where there is none.
    ///   - template: where the resource is a launch template version, the record of the whole template's deletion.
    ///
    /// An image that has to be looked up can be another one the next time. Its acquisition is first written to the
    /// mapping as intended, and only then made: should this be cut off, the next attempt finds which image it was. What a
    /// sweep began and did not end, the next one finds in the rows.
    public static func transition(
        from current: MappingRecord?,
        template: MappingRecord?,
        _ event: ResourceEvent
    ) -> MappingTransition {
        let known = current ?? MappingRecord(key: event.key)
        var next = known
        if let deletion = template?.released { next.release(at: deletion) }
        switch event {
        case .released(_, let mark): next.release(at: mark)
        case .acquired(let use): next.acquire(use)
        case .observed(let observation): next.observe(observation)
        case .absent(let absence): next.miss(absence)
        }

        var transition = MappingTransition()
        transition.mapping = next == known ? nil : next
        transition.isUnfinished = next.state == .intended && next != known
        let kept = next.state == .active ? next.acquired : nil
        if let kept, let latest = next.latest, next.needsRow(known, event) {
            transition.rows.append(.put(kept, lastSeen: latest.time, next.putCondition(event)))
        }
        transition.rows += deletions(known, next, event)
        return transition
    }

    /// Whether the row is to be written: what is used has changed, or it has been seen again, with or without its row.
    private func needsRow(_ known: MappingRecord, _ event: ResourceEvent) -> Bool {
        if case .observed = event { return self != known }
        return known.state != .active || known.acquired != acquired
    }

    private func putCondition(_ event: ResourceEvent) -> UsageRowChange.Condition {
        guard let acquired, let latest else { return .always }
        if isReused { return .latestBefore(latest) }
        // A sweep writes the mapping after it, whatever it finds; an event whose mark is lesser comes to know.
        if case .observed = event { return .always }
        return .markAfter(acquired.mark)
    }

    /// Rows of the resource that must not stay: of the acquisition that was replaced or has ended; and of one that does not
    /// count, whose row may have been written before that was known.
    private static func deletions(
        _ known: MappingRecord,
        _ next: MappingRecord,
        _ event: ResourceEvent
    ) -> [MappingTransition.Row] {
        let kept = next.state == .active || next.state == .intended ? next.acquired?.image : nil
        var conditions: [(image: ImageID, condition: UsageRowChange.Condition)] = []
        if let acquired = known.acquired, mayHaveRow(known, next, event) {
            conditions.append((acquired.image, next.endCondition))
        }
        switch event {
        case .acquired(let use):
            let isOver = next.state == .released && !next.isReused
            conditions.append((use.image, isOver ? .always : .markIs(use.mark)))
        case .observed(let observation):
            conditions.append((observation.image, next.endCondition))
            if let former = observation.formerImage { conditions.append((former, next.endCondition)) }
        case .absent(let absence):
            conditions.append((absence.image, next.isEmpty ? .latestBefore(absence.mark) : next.endCondition))
        case .released: break
        }
        var seen: Set<ImageID> = []
        return conditions.filter { $0.image != kept && seen.insert($0.image).inserted }
            .map { .delete($0.image, $0.condition) }
    }

    private static func mayHaveRow(_ known: MappingRecord, _ next: MappingRecord, _ event: ResourceEvent) -> Bool {
        switch (known.state, event) {
        // The row was deleted before that was written.
        case (.released, .released), (.released, .absent), (.idle, .released), (.idle, .absent): false
        // A cut-off attempt of the same acquisition may have written it since.
        case (.released, .acquired), (.released, .observed): next.state == .released
        default: true
        }
    }

    private var isEmpty: Bool { acquired == nil && released == nil }

    /// Which rows are of a life, or of an acquisition, that does not count. It leaves alone what another one, which counts,
    /// may be writing at this moment.
    private var endCondition: UsageRowChange.Condition {
        if state == .released, !isReused { return .always }
        if state == .released, let released { return .latestBefore(EventMark(time: released.time, eventID: "")) }
        guard let acquired, let latest else { return .always }
        return isReused || seen != nil ? .latestBefore(latest) : .markAfter(acquired.mark)
    }
}
