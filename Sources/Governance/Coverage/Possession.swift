/// Since when an account has an image, or until when it had it: a sweep that began before does not tell its use.
public enum Possession: Hashable, Sendable {
    /// The account is not asked about one image, or is not known to have it.
    case noMatter
    case since(EventTime)
    /// Since that time at the latest: EC2 was found to let it launch the image, and no event told since when.
    case found(EventTime)
    /// It lost the image at that time. A sweep that began before does not do, whenever it got the image: what no event told
    /// of may have come in between, be it a share or a launch.
    case until(EventTime)
    /// It has, or had, the image, and nothing is recorded of when it got it. `isLost`: it has it no longer.
    case notRecorded(isLost: Bool)
    /// It owns the image, and it is not known when that was made.
    case creationNotKnown

    public var time: EventTime? {
        switch self {
        case .since(let time), .found(let time), .until(let time): time
        case .noMatter, .notRecorded, .creationNotKnown: nil
        }
    }

    /// Of several ways by which an account has an image, or of several images that it has: a sweep has to be later than
    /// all of them.
    public static func latest(_ possessions: [Possession]) -> Possession {
        let unknown = possessions.first { if case .notRecorded = $0 { true } else { $0 == .creationNotKnown } }
        if let unknown { return unknown }
        let known = possessions.compactMap { possession in possession.time.map { (possession, $0) } }
        return known.max { $0.1 < $1.1 }?.0 ?? .noMatter
    }
}

/// Why an account's last complete sweep does not count.
public enum Staleness: Hashable, Sendable {
    case tooOld
    /// It began before the account got the image, at this time.
    case before(EventTime)
    /// It began before the account was found to have the image, at this time.
    case beforeFound(EventTime)
    /// It began before the account lost the image, at this time.
    case beforeLoss(EventTime)
    /// It cannot be told whether it began before that.
    case shareNotRecorded(isLost: Bool)
    /// It cannot be told whether it began before the account made the image.
    case creationNotKnown

    init?(of sweep: EventTime, _ possession: Possession, isTooOld: Bool) {
        switch possession {
        case .since(let time) where sweep <= time: self = .before(time)
        case .found(let time) where sweep <= time: self = .beforeFound(time)
        case .until(let time) where sweep <= time: self = .beforeLoss(time)
        case _ where isTooOld: self = .tooOld
        case .notRecorded(let isLost): self = .shareNotRecorded(isLost: isLost)
        case .creationNotKnown: self = .creationNotKnown
        case .noMatter, .since, .found, .until: return nil
        }
    }
}
