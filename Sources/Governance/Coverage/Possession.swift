/// Since when an account has an image: a sweep that began before tells nothing of its use.
public enum Possession: Hashable, Sendable {
    /// The account is not asked about one image, or is not known to have it.
    case noMatter
    case since(EventTime)
    /// It has, or had, the image, and nothing is recorded of when it got it. `isLost`: it has it no longer.
    case notRecorded(isLost: Bool)
    /// It owns the image, and it is not known when that was made.
    case creationNotKnown

    public var time: EventTime? { if case .since(let time) = self { time } else { nil } }
}

/// Why an account's last complete sweep does not count.
public enum Staleness: Hashable, Sendable {
    case tooOld
    /// It began before the account got the image, at this time.
    case before(EventTime)
    /// It cannot be told whether it began before that.
    case shareNotRecorded(isLost: Bool)
    /// It cannot be told whether it began before the account made the image.
    case creationNotKnown

    init?(of sweep: EventTime, _ possession: Possession, now: EventTime, maximumAgeHours: Int64) {
        let isTooOld = sweep.advanced(bySeconds: maximumAgeHours * 3600) < now
        switch possession {
        case .since(let time) where sweep <= time: self = .before(time)
        case _ where isTooOld: self = .tooOld
        case .notRecorded(let isLost): self = .shareNotRecorded(isLost: isLost)
        case .creationNotKnown: self = .creationNotKnown
        case .noMatter, .since: return nil
        }
    }
}
