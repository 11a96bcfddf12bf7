/// Changes of shares that no event told of: EC2 lists a launch permission that is not recorded, or does not list one that is.
extension Occurrence {
    private static let foundName = "DescribeImageAttribute"
    private static let foundID = "found"

    /// Of a launch permission that EC2 listed, or no longer listed.
    /// - Parameter time: When EC2 had answered. The permission was given, or taken away, by then, nobody knows when.
    public static func found(at time: EventTime) -> Occurrence {
        Occurrence(time: time, eventID: foundID, eventName: foundName, actor: nil)
    }

    /// Whether it was found with EC2, and no event told of it.
    public var isFound: Bool { eventName == Self.foundName && eventID == Self.foundID }

    /// The time by which it is ordered among events. What EC2 lists may be behind, and never by as much as a quarter of an
    /// hour, its answer's way included; so what is found is true of some moment since then. Whatever an event tells of a
    /// later time stands.
    var order: EventTime { isFound ? time.advanced(bySeconds: -Self.listDelaySeconds) : time }

    static let listDelaySeconds: Int64 = 15 * 60
}
