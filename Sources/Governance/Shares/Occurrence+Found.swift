/// Changes that no event told of: EC2 lists a launch permission that is not recorded, or does not list one that is; or it does
/// not list an image that is recorded as shared.
extension Occurrence {
    static let foundID = "found"
    private static let (permissionsAsked, imagesAsked) = ("DescribeImageAttribute", "DescribeImages")

    /// Of a launch permission that EC2 listed, or no longer listed.
    /// - Parameter time: When EC2 had answered. The permission was given, or taken away, by then, nobody knows when.
    public static func found(at time: EventTime) -> Occurrence {
        Occurrence(time: time, eventID: foundID, eventName: permissionsAsked, actor: nil)
    }

    /// Of an image that EC2 no longer listed: it was disabled, or deregistered.
    /// - Parameter time: When EC2 had answered. Nobody had the image by then, nobody knows since when.
    public static func foundMissing(at time: EventTime) -> Occurrence {
        Occurrence(time: time, eventID: foundID, eventName: imagesAsked, actor: nil)
    }

    /// Whether it was found with EC2, and no event told of it.
    public var isFound: Bool {
        eventID == Self.foundID && (eventName == Self.permissionsAsked || eventName == Self.imagesAsked)
    }

    /// Whether it is a call's event, which tells who did it.
    var isCallsEvent: Bool { isCall && !isFound }

    /// The time by which it is ordered among events. What EC2 lists may be behind, and never by as much as a quarter of an
    /// hour, its answer's way included; so what is found is true of some moment since then. Whatever an event tells of a
    /// later time stands.
    var order: EventTime { isFound ? time.advanced(bySeconds: -Self.listDelaySeconds) : time }

    static let listDelaySeconds: Int64 = 15 * 60
}
