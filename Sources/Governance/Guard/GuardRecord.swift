/// What the guard did to an image: an item of the shares table, beside the image's shares, with the sort key `guard`.
///
/// It is written before each call and after it. Whoever is cut off between the two leaves a record that tells: protection
/// that is found then may be the guard's, or somebody else's who came meanwhile; it is never taken away.
public struct GuardRecord: Hashable, Sendable {
    public enum Status: String, Hashable, Sendable, CaseIterable {
        /// About to give protection.
        case giving
        case given
        /// About to take it away.
        case taking
        /// The guard has no protection on the image.
        case unguarded
        /// Somebody's protection, perhaps the guard's, which nobody can tell: left to people.
        case left
    }

    public let image: ImageID
    public var status: Status
    public var time: EventTime

    public init(image: ImageID, status: Status, time: EventTime) {
        self.image = image
        self.status = status
        self.time = time
    }
}

extension GuardRecord {
    public static let sortKey = "guard"

    /// Everything but the keys and the revision.
    var attributes: ItemAttributes { ["status": status.rawValue, "event_time": time.description] }

    init(image: ImageID, attributes: ItemAttributes) throws(MalformedItem) {
        guard let status = attributes["status"].flatMap(Status.init(rawValue:)) else {
            throw MalformedItem(attribute: "status")
        }
        guard let time = attributes["event_time"].flatMap({ EventTime($0) }) else {
            throw MalformedItem(attribute: "event_time")
        }
        self.init(image: image, status: status, time: time)
    }
}
