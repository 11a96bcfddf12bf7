/// What is known of one resource, or of one resource's use of one image where it can use several: the acquisition that
/// counts, the release that counts, and until when a sweep has seen it so.
///
/// What counts is decided by times alone, so that records that saw the same events are equal, whatever the order. An
/// identifier that never comes back has one life: its earliest acquisition and its latest release count (of several
/// within ten minutes, of which the end of an instance has two, the first: nothing is to be written twice), and a release
/// ends it, whatever the times say; but which image it uses (a parameter that it names may change) is what a sweep saw
/// last. Only where AWS lists it and, asked directly, says that it is there, at times when nothing can be as old as the
/// latest release, was that release wrong: it is revived, and nothing told of the time before ends it again. What can begin
/// again has the latest of each, and the later of the two holds, a sweep's sight of it being as good as an acquisition; at
/// the same time it is in use, since "unknown" must never look like "unused".
public struct MappingRecord: Hashable, Sendable {
    public struct Acquired: Hashable, Sendable {
        public internal(set) var image: ImageID
        public internal(set) var resourceName: String?
        public internal(set) var mark: EventMark
        /// The image is decided, the usage row perhaps not written yet.
        public internal(set) var isIntended: Bool
        /// When a sweep came across it. It may have begun as late as that, after the sweep's mark; an event tells when it did.
        public internal(set) var found: EventTime?

        public init(
            image: ImageID,
            resourceName: String?,
            mark: EventMark,
            isIntended: Bool = false,
            found: EventTime? = nil
        ) {
            self.image = image
            self.resourceName = resourceName
            self.mark = mark
            self.isIntended = isIntended
            self.found = found
        }
    }

    public enum State: String, Hashable, Sendable {
        case intended
        case active
        /// There, but it names another's image now, or none; it may name the creator's again.
        case idle
        case released
    }

    public let key: MappingKey
    public internal(set) var acquired: Acquired?
    public internal(set) var released: EventMark?
    /// The mark's time of the latest sweep that saw it as it stands here: in use or idle.
    public internal(set) var seen: EventTime?
    public internal(set) var isIdle: Bool
    /// Of an identifier that never comes back: the mark's time of the sweep that found its release to be wrong.
    public internal(set) var revived: EventTime?
    /// How often it was written only so that whoever has read it before notices that its row may be another one since.
    public internal(set) var touches: Int

    public init(
        key: MappingKey,
        acquired: Acquired? = nil,
        released: EventMark? = nil,
        seen: EventTime? = nil,
        isIdle: Bool = false,
        revived: EventTime? = nil,
        touches: Int = 0
    ) {
        self.key = key
        self.acquired = acquired
        self.released = released
        self.seen = seen
        self.isIdle = isIdle
        self.revived = revived
        self.touches = touches
    }

    var touched: MappingRecord {
        var record = self
        record.touches += 1
        return record
    }

    var isReused: Bool { key.resource?.kind.isReused ?? false }

    public var state: State {
        guard let acquired, let latest else { return .released }
        if let released, !isReused || released.time > latest.time { return .released }
        if isIdle { return .idle }
        return acquired.isIntended ? .intended : .active
    }

    /// Up to when it is known as it stands, a release aside.
    var latest: EventMark? {
        guard let acquired else { return nil }
        guard let seen, seen > acquired.mark.time else { return acquired.mark }
        return .sweep(at: seen)
    }

    /// The mark of what brought the state about.
    public var mark: EventMark? {
        switch state {
        case .released: released
        case .idle: latest
        case .intended, .active: acquired?.mark
        }
    }

    // MARK: Changes

    mutating func acquire(_ use: Acquisition<ImageID>) {
        if isReplaced(by: use) {
            acquired = Acquired(
                image: use.image,
                resourceName: use.resourceName,
                mark: use.mark,
                isIntended: use.isVolatile && seen == nil
            )
        } else if acquired?.mark == use.mark {
            acquired?.isIntended = false
        }
        // Of a life that is over, nothing is left to be made.
        if state == .released { acquired?.isIntended = false }
    }

    /// Whether an acquisition takes the place of the one that is known. A sweep's later word on the image stands.
    private func isReplaced(by use: Acquisition<ImageID>) -> Bool {
        guard let acquired, let latest else { return true }
        let isSame = acquired.image == use.image
        if isReused { return use.mark > acquired.mark && (isSame || use.mark > latest) }
        return use.mark < acquired.mark && (isSame || seen == nil)
    }

    mutating func release(at mark: EventMark) {
        if let revived, mark.time < revived { return }
        guard let released else {
            self.released = mark
            return
        }
        self.released =
            if isReused { max(released, mark) } else if released.round == mark.round { min(released, mark) } else {
                max(released, mark)
            }
    }

    mutating func observe(_ observation: ResourceObservation) {
        let time = observation.mark.time
        // What was released later than this stays so; and what never comes back, unless its release was wrong.
        if let released {
            if released.time > time { return }
            if !isReused {
                guard observation.isConfirmed, released.isLongBefore(time) else { return }
                return revive(observation)
            }
        }
        if let acquired, let latest {
            // What is newer is left alone.
            guard time >= latest.time else { return }
            if acquired.image == observation.image, state != .released {
                if let seen, seen >= observation.freshFrom, state == .active { return }
                self.acquired?.isIntended = false
                self.acquired?.resourceName = observation.resourceName ?? acquired.resourceName
                seen = time
                isIdle = false
                return
            }
            guard time > latest.time || state == .released else { return }
        }
        acquired = Acquired(
            image: observation.image,
            resourceName: observation.resourceName,
            mark: observation.mark,
            found: observation.seenAt
        )
        seen = time
        isIdle = false
    }

    private mutating func revive(_ observation: ResourceObservation) {
        released = nil
        revived = observation.mark.time
        if let acquired, acquired.image == observation.image {
            self.acquired?.isIntended = false
            self.acquired?.resourceName = observation.resourceName ?? acquired.resourceName
        } else {
            acquired = Acquired(
                image: observation.image,
                resourceName: observation.resourceName,
                mark: observation.mark,
                found: observation.seenAt
            )
        }
        seen = observation.mark.time
        isIdle = false
    }

    mutating func miss(_ absence: ResourceAbsence) {
        let time = absence.mark.time
        guard let acquired, let latest else {
            // Of a life of which nothing is known but a row, it is not known when it began: it is not ended for ever.
            if isReused { release(at: absence.mark) }
            return
        }
        // The answer may be of a time before it began.
        guard state != .released, latest.time < time, acquired.found ?? time <= time else { return }
        if absence.isGone {
            // Of what may begin again, what is newer than the sweep's mark counts; else what is newer than the answer.
            release(at: isReused ? absence.mark : .sweep(at: absence.seenAt))
        } else if acquired.image == absence.image {
            guard !isReused else { return release(at: absence.mark) }
            self.acquired?.isIntended = false
            seen = absence.mark.time
            isIdle = true
        }
    }
}

extension EventMark {
    /// Of the ten minutes of the clock that it is in.
    fileprivate var round: Int64 { time.milliseconds / Self.roundMilliseconds }

    private static let roundMilliseconds: Int64 = 600_000

    /// Whether a time is later than every release for which this one may stand.
    func isLongBefore(_ time: EventTime) -> Bool { (round + 1) * Self.roundMilliseconds <= time.milliseconds }
}
