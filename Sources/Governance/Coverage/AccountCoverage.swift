/// What the usage table holds about one account's coverage.
public enum CoverageEntry: Hashable, Sendable {
    case record(CoverageRecord)
    /// An item that is not as this software writes it: accounts write their own.
    case unreadable(attribute: String)
}

extension CoverageEntry {
    /// 30 days.
    public static let defaultDepartedAfterDays: Int64 = 30

    /// Whether nothing was heard of the account's tracker for so long that it is taken for gone. That is no matter as long
    /// as an image is shared with the account, or it is known to use one: then it is not known well.
    public func isDeparted(after days: Int64, now: EventTime) -> Bool {
        guard case .record(let record) = self, let sign = record.lastSign else { return false }
        return sign.advanced(bySeconds: days * 86_400) < now
    }
}

/// How well one account's use of images is known at one moment.
public struct AccountCoverage: Hashable, Sendable {
    public enum Status: String, Hashable, Sendable, CaseIterable {
        /// Everything there was looked through, and not too long ago.
        case swept
        /// Everything there was looked through, and that does not count: ``AccountCoverage/staleness`` tells why.
        case stale
        /// There is a usage tracker, and it has not looked through everything yet.
        case never
        case noTracker = "no-tracker"
    }

    public let account: AccountID
    public let status: Status
    /// Nil where there is no tracker.
    public let entry: CoverageEntry?
    /// Since when the account has the image, where that matters.
    public let possession: Possession
    /// Why the last complete sweep does not count; nil where it does, or there is none.
    public let staleness: Staleness?
    /// Whether the last complete sweep began too long ago, whatever else is to be said of it.
    public let isTooOld: Bool

    /// - Parameters:
    ///   - maximumAgeHours: From the beginning of a sweep on, for so long it counts.
    ///   - possession: Since when the account has the image; a sweep that did not surely begin later tells nothing of it.
    public init(
        of account: AccountID,
        _ entry: CoverageEntry?,
        now: EventTime,
        maximumAgeHours: Int64,
        possession: Possession = .noMatter
    ) {
        self.account = account
        self.entry = entry
        self.possession = possession
        guard case .record(let record) = entry, let sweep = record.lastSweep else {
            (staleness, isTooOld) = (nil, false)
            status = entry == nil ? .noTracker : .never
            return
        }
        isTooOld = sweep.started.advanced(bySeconds: maximumAgeHours * 3600) < now
        staleness = Staleness(of: sweep.started, possession, isTooOld: isTooOld)
        status = staleness == nil ? .swept : .stale
    }

    /// Whether the account's use is known well enough to call an image clear.
    public var isKnown: Bool { status == .swept && missingSections.isEmpty }

    /// Whether nothing is missing but a sweep that is later than when the account got the image, or lost it: its tracker is at work, its
    /// events are recorded, and its next sweep lists whatever they missed.
    public var isSettledByNextSweep: Bool {
        guard status == .stale, !isTooOld, missingSections.isEmpty else { return false }
        switch staleness {
        case .before, .beforeFound, .beforeLoss, .shareNotRecorded: return true
        case .tooOld, .creationNotKnown, nil: return false
        }
    }

    public var record: CoverageRecord? {
        guard case .record(let record) = entry else { return nil }
        return record
    }

    public var lastSweep: CoverageRecord.Sweep? { record?.lastSweep }

    /// What the last sweep left out and where there may be use that it did not see.
    public var missingSections: [String] { lastSweep?.missingSections ?? [] }
}

extension AccountCoverage {
    /// For the account's owner, in one line: from what it is known what uses an image.
    public var description: String {
        let more = "so there may be more"
        let leftOut = missingSections.isEmpty ? "" : "; it had to leave out: " + missingSections.joined(separator: ", ")
        switch status {
        case .swept:
            let time = lastSweep?.started.readable ?? ""
            return "Events, and a sweep of everything there at \(time)\(leftOut)"
        case .stale:
            let time = lastSweep?.started.readable ?? ""
            let which =
                switch staleness {
                case .tooOld, nil: "an old sweep of everything there, at \(time)"
                case .before(let share):
                    "a sweep of everything there at \(time), before the account had the image at \(share.readable)"
                case .beforeFound(let found):
                    "a sweep of everything there at \(time), before the account was found to have the image at "
                        + found.readable
                case .beforeLoss(let loss):
                    "a sweep of everything there at \(time), before the account lost the image at \(loss.readable)"
                case .shareNotRecorded, .creationNotKnown:
                    "a sweep of everything there at \(time), perhaps before the account had the image"
                }
            return "Events, and \(which), \(more)\(leftOut)"
        case .never:
            if case .unreadable = entry { return "Events; what is noted of sweeps cannot be read, \(more)" }
            return "Events alone: there was no complete sweep of everything there, \(more)"
        case .noTracker:
            return "Earlier events: this account has no usage tracker now, \(more)"
        }
    }
}

/// Coverage as JSON.
struct CoverageMessage: Encodable {
    let accountId: AccountID
    let status: String
    let lastSweepStarted: EventTime?
    let lastSweepCompleted: EventTime?
    let currentSweepStarted: EventTime?
    let lastEvent: EventTime?
    /// What the last complete sweep left out.
    let skipped: [String]
    /// How many resources of what was left out in part; only where there is such.
    let leftOut: [String: Int]?
    /// What the region does not offer; only where there is such.
    let unavailable: [String]?

    init(_ coverage: AccountCoverage) {
        accountId = coverage.account
        status = coverage.status.rawValue
        lastSweepStarted = coverage.lastSweep?.started
        lastSweepCompleted = coverage.lastSweep?.completed
        currentSweepStarted = coverage.record?.currentSweepStarted
        lastEvent = coverage.record?.lastEvent
        skipped = coverage.lastSweep?.skipped ?? []
        leftOut = coverage.lastSweep.flatMap { $0.leftOut.isEmpty ? nil : $0.leftOut }
        unavailable = coverage.lastSweep.flatMap { $0.unavailable.isEmpty ? nil : $0.unavailable }
    }
}
