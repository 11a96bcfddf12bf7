/// What happens to one resource, or is found out about it.
public enum ResourceEvent: Hashable, Sendable {
    /// An event tells that it began to use an image.
    case acquired(Acquisition<ImageID>)
    /// An event tells that it is gone.
    case released(Resource, EventMark)
    /// A sweep saw it use an image.
    case observed(ResourceObservation)
    /// A sweep asked for it, and it does not use the image that it is recorded with.
    case absent(ResourceAbsence)

    public var resource: Resource {
        switch self {
        case .acquired(let acquisition): acquisition.resource
        case .released(let resource, _): resource
        case .observed(let observation): observation.resource
        case .absent(let absence): absence.resource
        }
    }

    /// Of the record it changes. What is released by an event uses one image at most.
    var key: MappingKey {
        switch self {
        case .acquired(let acquisition): acquisition.resource.mappingKey(using: acquisition.image)
        case .released(let resource, _): resource.mappingKey(using: nil)
        case .observed(let observation): observation.key
        case .absent(let absence): absence.resource.mappingKey(using: absence.image)
        }
    }
}

/// A sweep saw that a resource uses an image.
public struct ResourceObservation: Hashable, Sendable {
    public let resource: Resource
    public let resourceName: String?
    public let image: ImageID
    /// ``EventMark/sweep(lookingFrom:)`` of when it began to look.
    public let mark: EventMark
    /// When it was seen.
    public let seenAt: EventTime
    /// Where the same is known from this time on, there is nothing to refresh: the same sweep has seen it before.
    public let freshFrom: EventTime
    /// One with which it was recorded, and which it does not use.
    public let formerImage: ImageID?
    /// It was both listed and, asked for directly, said to be there.
    public let isConfirmed: Bool

    public init(
        resource: Resource,
        resourceName: String? = nil,
        image: ImageID,
        mark: EventMark,
        seenAt: EventTime,
        freshFrom: EventTime? = nil,
        formerImage: ImageID? = nil,
        isConfirmed: Bool = false
    ) {
        self.resource = resource
        self.resourceName = resourceName
        self.image = image
        self.mark = mark
        self.seenAt = seenAt
        self.freshFrom = freshFrom ?? mark.time
        self.formerImage = formerImage
        self.isConfirmed = isConfirmed
    }

    /// Of the record that it changes.
    var key: MappingKey { resource.mappingKey(using: image) }

    /// The same, said by a direct answer as well.
    var confirmed: Self {
        Self(
            resource: resource,
            resourceName: resourceName,
            image: image,
            mark: mark,
            seenAt: seenAt,
            freshFrom: freshFrom,
            isConfirmed: true
        )
    }
}

/// By a direct answer, not by absence from a list, a resource does not use an image.
public struct ResourceAbsence: Hashable, Sendable {
    public let resource: Resource
    public let image: ImageID
    public let mark: EventMark
    /// When that was said.
    public let seenAt: EventTime
    /// The resource is not there at all. One whose identifier never comes back is released for ever; else it is there, and
    /// may come to use the image again.
    public let isGone: Bool

    public init(resource: Resource, image: ImageID, mark: EventMark, seenAt: EventTime, isGone: Bool) {
        self.resource = resource
        self.image = image
        self.mark = mark
        self.seenAt = seenAt
        self.isGone = isGone
    }
}

extension EventMark {
    static let sweepID = "sweep"

    /// The mark of what a sweep finds that began to look at `start`. Lists of AWS may be behind, and never by as much as
    /// ten minutes; so what a sweep finds is true of some moment after ten minutes before it began. Whatever an event
    /// tells of a later time stands.
    public static func sweep(lookingFrom start: EventTime) -> EventMark {
        sweep(at: start.advanced(bySeconds: -sweepDelaySeconds))
    }

    private static let sweepDelaySeconds: Int64 = 600

    /// When what it marks was seen: an event's time, or when the sweep began to look.
    var observed: EventTime { source == .sweep ? time.advanced(bySeconds: Self.sweepDelaySeconds) : time }

    static func sweep(at time: EventTime) -> EventMark { EventMark(time: time, eventID: sweepID) }

    var source: UsageSource { eventID == Self.sweepID ? .sweep : .event }
}
