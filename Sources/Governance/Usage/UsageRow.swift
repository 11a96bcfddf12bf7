/// How it is known that a resource uses an image.
public enum UsageSource: String, Hashable, Sendable {
    case event
    case sweep
}

/// One resource of one account that uses an image. There is a row as long as it does.
public struct UsageRow: Hashable, Sendable {
    public struct Key: Hashable, Sendable {
        public let account: AccountID
        public let image: ImageID
        public let resource: Resource

        public init(account: AccountID, image: ImageID, resource: Resource) {
            self.account = account
            self.image = image
            self.resource = resource
        }
    }

    public let key: Key
    /// A launch template's name.
    public let resourceName: String?
    public let region: Region
    /// Of the event by which the resource began to use the image; its time is `first_seen`.
    public let mark: EventMark
    public let lastSeen: EventTime
    public let source: UsageSource

    public init(
        key: Key,
        resourceName: String?,
        region: Region,
        mark: EventMark,
        lastSeen: EventTime,
        source: UsageSource
    ) {
        self.key = key
        self.resourceName = resourceName
        self.region = region
        self.mark = mark
        self.lastSeen = lastSeen
        self.source = source
    }
}

/// A change of the usage table. Each is right to do even if it is late: its condition keeps it from touching what another
/// event, one that counts, has written.
public enum UsageRowChange: Hashable, Sendable {
    public enum Condition: Hashable, Sendable {
        case always
        /// Only a row with a lesser mark (`first_seen`, then `event_id`).
        case markBefore(EventMark)
        /// Only a row with a greater mark.
        case markAfter(EventMark)

        /// Whether a row with this mark is to be changed. What is not there always is.
        public func holds(for mark: EventMark?) -> Bool {
            guard let mark else { return true }
            return switch self {
            case .always: true
            case .markBefore(let bound): mark < bound
            case .markAfter(let bound): mark > bound
            }
        }
    }

    /// Writes the whole row, unless there is one that counts as much or more: an earlier one, or, of a name that can come back, a
    /// later one.
    case put(UsageRow)
    case delete(UsageRow.Key, Condition)

    public var key: UsageRow.Key {
        switch self {
        case .put(let row): row.key
        case .delete(let key, _): key
        }
    }

    /// What must hold for the row that is there, if any.
    public var condition: Condition {
        switch self {
        case .put(let row): row.key.resource.kind.isReused ? .markBefore(row.mark) : .markAfter(row.mark)
        case .delete(_, let condition): condition
        }
    }
}
