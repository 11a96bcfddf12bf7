/// What is known of one resource: the acquisition of an image that counts and the release that counts.
///
/// Which ones count is decided by the events' times alone, so that records that saw the same events are equal, whatever
/// the order. An identifier that never comes back has one life: its earliest acquisition and its earliest release count,
/// and a release ends it, whatever the times say. A name that can come back has the latest of each, and the later of the
/// two holds; at the same time it is in use, since "unknown" must never look like "unused".
public struct MappingRecord: Hashable, Sendable {
    public struct Acquired: Hashable, Sendable {
        public let image: ImageID
        public let resourceName: String?
        public let mark: EventMark
        /// The image is decided, the usage row perhaps not written yet.
        public internal(set) var isIntended: Bool

        public init(image: ImageID, resourceName: String?, mark: EventMark, isIntended: Bool) {
            self.image = image
            self.resourceName = resourceName
            self.mark = mark
            self.isIntended = isIntended
        }
    }

    public enum State: String, Hashable, Sendable {
        case intended
        case active
        case released
    }

    public let key: MappingKey
    public internal(set) var acquired: Acquired?
    public internal(set) var released: EventMark?

    public init(key: MappingKey, acquired: Acquired? = nil, released: EventMark? = nil) {
        self.key = key
        self.acquired = acquired
        self.released = released
    }

    var isReused: Bool { key.resource?.kind.isReused ?? false }

    public var state: State {
        guard let acquired else { return .released }
        if let released, !isReused || released.time > acquired.mark.time { return .released }
        return acquired.isIntended ? .intended : .active
    }

    /// The mark of what brought the state about.
    public var mark: EventMark? { state == .released ? released : acquired?.mark }

    /// Whether an acquisition with this mark takes the place of the one that is known.
    func isReplaced(by mark: EventMark) -> Bool {
        guard let acquired else { return true }
        return isReused ? mark > acquired.mark : mark < acquired.mark
    }

    mutating func release(at mark: EventMark) {
        guard let released else {
            self.released = mark
            return
        }
        self.released = isReused ? max(released, mark) : min(released, mark)
    }
}
