/// What happens to one resource.
public enum ResourceEvent: Hashable, Sendable {
    case acquired(Acquisition<ImageID>)
    case released(Resource, EventMark)

    public var resource: Resource {
        switch self {
        case .acquired(let acquisition): acquisition.resource
        case .released(let resource, _): resource
        }
    }

    /// Of the record it changes. What is released by an event uses one image at most.
    var key: MappingKey {
        switch self {
        case .acquired(let acquisition): acquisition.resource.mappingKey(using: acquisition.image)
        case .released(let resource, _): resource.mappingKey(using: nil)
        }
    }
}

/// What an event changes, given the mapping as it was read. Rows are changed first and the mapping last, so that a mapping
/// never claims what has not been done: whoever is cut off in between finds the mapping as it was, and does it again.
public struct MappingTransition: Hashable, Sendable {
    /// The new mapping; nil where it stays.
    public var mapping: MappingRecord?
    /// Changes of rows, to be made before the mapping is written.
    public var rows: [Row] = []
    /// Whether there is more to decide once the mapping is written.
    public var isUnfinished = false

    public enum Row: Hashable, Sendable {
        case put(MappingRecord.Acquired)
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
    /// mapping as intended, and only then made: should this be cut off, the next attempt finds which image it was.
    public static func transition(
        from current: MappingRecord?,
        template: MappingRecord?,
        _ event: ResourceEvent
    ) -> MappingTransition {
        let known = current ?? MappingRecord(key: event.key)
        var next = known
        if let deletion = template?.released { next.release(at: deletion) }

        switch event {
        case .released(_, let mark):
            next.release(at: mark)
        case .acquired(let use):
            if next.isReplaced(by: use.mark) {
                next.acquired = Acquired(
                    image: use.image,
                    resourceName: use.resourceName,
                    mark: use.mark,
                    isIntended: use.isVolatile
                )
            } else if next.acquired?.mark == use.mark {
                next.acquired?.isIntended = false
            }
            // Of a life that is over, nothing is left to be made.
            if next.state == .released { next.acquired?.isIntended = false }
        }

        var transition = MappingTransition()
        transition.mapping = next == current ? nil : next
        transition.isUnfinished = next.state == .intended && next != current
        let kept = next.state == .active ? next.acquired : nil
        if let kept, known.state != .active || known.acquired != kept { transition.rows.append(.put(kept)) }
        transition.rows += obsoleteImages(known, next, event).map { .delete($0, next.deletionCondition) }
        return transition
    }

    /// Images whose rows of this resource must not stay: of the acquisition that was replaced or released; and of an
    /// acquisition that does not count, whose row may have been written before that was known.
    private static func obsoleteImages(
        _ known: MappingRecord,
        _ next: MappingRecord,
        _ event: ResourceEvent
    ) -> [ImageID] {
        var images: [ImageID] = []
        if let acquired = known.acquired {
            let mayHaveRow =
                switch (known.state, event) {
                // The row was deleted before the release was written.
                case (.released, .released): false
                // A cut-off attempt of the same acquisition may have written it since.
                case (.released, .acquired): next.state == .released
                default: true
                }
            if mayHaveRow { images.append(acquired.image) }
        }
        if case .acquired(let use) = event { images.append(use.image) }
        let kept = next.state == .released ? nil : next.acquired?.image
        return images.filter { $0 != kept }.unique()
    }

    /// Which rows of the resource are of a life, or of an acquisition, that does not count.
    private var deletionCondition: UsageRowChange.Condition {
        switch (isReused, state) {
        case (false, .released): .always
        case (true, .released): released.map { .markBefore(EventMark(time: $0.time, eventID: "")) } ?? .always
        case (false, _): acquired.map { .markAfter($0.mark) } ?? .always
        case (true, _): acquired.map { .markBefore($0.mark) } ?? .always
        }
    }
}
