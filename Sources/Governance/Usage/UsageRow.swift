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
    /// Of the event by which the resource began to use the image, or of the sweep that found it: what rows are ordered by.
    /// ``firstSeen`` tells when that was.
    public let mark: EventMark
    /// Until when it is known to be so: the event's time, or the mark's of the latest sweep that saw it. What rows are ordered
    /// by; ``lastObserved`` tells when it was seen.
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

extension UsageRow {
    /// Up to when it is known, by the order that all marks have: its own mark, or a sweep's that has seen it since.
    var latest: EventMark { lastSeen > mark.time ? .sweep(at: lastSeen) : mark }

    /// When it was seen first: the event's time, or when the sweep that found it began to look.
    public var firstSeen: EventTime { mark.observed }

    /// When it was seen last: the event's time, or when the latest sweep that saw it began to look.
    public var lastObserved: EventTime { latest.observed }
}

/// A change of the usage table. Each is right to do even if it is late: its condition keeps it from touching what another
/// event, one that counts, has written.
public enum UsageRowChange: Hashable, Sendable {
    /// What must hold for the row that is there. Where there is none, every condition holds.
    public enum Condition: Hashable, Sendable {
        case always
        /// A row with a greater mark (`first_seen`, then `event_id`).
        case markAfter(EventMark)
        /// A row with this very mark.
        case markIs(EventMark)
        /// A row that is known up to an earlier mark only: its own, and `last_seen` as a sweep's.
        case latestBefore(EventMark)

        public func holds(for row: UsageRow?) -> Bool {
            guard let row else { return true }
            return switch self {
            case .always: true
            case .markAfter(let bound): row.mark > bound
            case .markIs(let mark): row.mark == mark
            case .latestBefore(let bound): row.latest < bound
            }
        }
    }

    /// Writes the whole row.
    case put(UsageRow, Condition)
    case delete(UsageRow.Key, Condition)

    public var key: UsageRow.Key {
        switch self {
        case .put(let row, _): row.key
        case .delete(let key, _): key
        }
    }

    public var condition: Condition {
        switch self {
        case .put(_, let condition), .delete(_, let condition): condition
        }
    }
}
