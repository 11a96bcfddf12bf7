/// How far a sweep has come, so that another invocation can continue it; and, once it has ended, when it was.
///
/// A sweep looks at everything three times: first at what AWS lists, a few sections side by side; then at the mappings it has
/// not come across, which it asks for one by one; then at the usage rows it has not refreshed, left over from what was cut
/// off.
public struct SweepCheckpoint: Hashable, Sendable {
    /// In their order.
    public enum Phase: String, CaseIterable, Sendable {
        case listing
        case confirming
        case reconciling
        case completed
    }

    /// Counted up with each write. A write replaces the revision that it was made from, or does not happen: of two
    /// invocations that continue the same sweep, one learns that it has been overtaken.
    public internal(set) var revision = 0
    public let started: EventTime
    public internal(set) var completed: EventTime?
    public internal(set) var phase = Phase.listing
    /// The sections whose listing has begun and has not come to its end.
    public internal(set) var places: [InventorySection: SectionPlace] = [:]
    /// The sections that nothing more is to be listed of: whatever became of them.
    public internal(set) var listed: Set<InventorySection> = []
    /// Continues a phase after the listing; nil at its beginning.
    public internal(set) var token: String?
    /// Sections that are left out.
    public internal(set) var skipped: Set<InventorySection> = []
    /// How many resources are left out of the others.
    public internal(set) var leftOut: [InventorySection: Int] = [:]
    /// Sections that the region does not offer: they are complete, and empty.
    public internal(set) var unavailable: Set<InventorySection> = []
    /// How often a phase after the listing has failed.
    public internal(set) var failures = 0
    /// Since when throttling has let no page of a phase after the listing through.
    public internal(set) var throttledSince: EventTime?
    /// Resources in use, as far as they are counted.
    public internal(set) var resources = 0
    /// Resources that turned out to be in use no more.
    public internal(set) var released = 0
    /// Resources that were recorded as released, and are there.
    public internal(set) var revived = 0
    /// How many sweeps before this one, without another between them, left something out that may hold uses.
    public internal(set) var incompleteBefore = 0
    /// An invocation works on it until then at the latest.
    public internal(set) var heldUntil: EventTime?

    /// A sweep that begins.
    /// - Parameter last: The one before, finished or not.
    public init(started: EventTime, after last: SweepCheckpoint? = nil) {
        self.started = started
        if let last { incompleteBefore = last.completed == nil ? last.incompleteBefore : last.incompleteInARow }
    }

    /// How many sweeps in a row left something out that may hide uses, with this one.
    var incompleteInARow: Int { incomplete.contains(where: \.mayHideUse) ? incompleteBefore + 1 : 0 }

    /// All that a sweep finds but what its sections list has this mark.
    var mark: EventMark { .sweep(lookingFrom: started) }

    /// A page fails only so often before something is left out.
    static let maximumFailures = 3

    /// The phase, and of the listing what is left of it, for people.
    var progress: String {
        phase == .listing ? "listing \(unlisted.map(\.rawValue).joined(separator: ", "))" : phase.rawValue
    }

    // MARK: Steps

    /// A page of a phase after the listing has been dealt with; there is another one where there is a token.
    mutating func advance(to token: String?) {
        self.token = token
        throttledSince = nil
        // What leaves single resources out goes on to do so.
        if !isLenient { failures = 0 }
        if token == nil { endPhase() }
    }

    /// Resources of a section are left out.
    mutating func leaveOut(_ count: Int, of section: InventorySection) {
        if count > 0 { leftOut[section, default: 0] += count }
    }

    /// Sections of which something is not known.
    var incomplete: Set<InventorySection> { skipped.union(leftOut.keys) }

    /// A step after the listing has failed. The third time, each resource is left out with which it fails. Where that fails as
    /// well, the phase is: what is recorded stays. Only launch template versions that no section lists could have come to use
    /// another image, unseen.
    ///
    /// - Returns: whether there is something to go on with.
    mutating func fail() -> Bool {
        failures += 1
        guard failures >= Self.maximumFailures else { return false }
        guard failures > Self.maximumFailures else { return true }
        if phase == .confirming {
            skipped.insert(.launchTemplates)
            leftOut[.launchTemplates] = nil
        }
        endPhase()
        return true
    }

    /// A step after the listing was throttled: that is no failure, but where no page gets through for so many seconds, the
    /// phase is given up, since direct questions one by one would be throttled all the more.
    /// - Returns: whether it is.
    mutating func throttle(at now: EventTime, limit: Int64) -> Bool {
        let since = throttledSince ?? now
        throttledSince = since
        guard since.advanced(bySeconds: limit) <= now else { return false }
        failures = max(failures, Self.maximumFailures)
        return fail()
    }

    /// Whether single resources are left out with which a step fails, rather than the step be given up.
    var isLenient: Bool { failures >= Self.maximumFailures }

    mutating func endPhase() {
        // What could not be asked for cannot be asked for again.
        if phase != .confirming || !isLenient { failures = 0 } else { failures = Self.maximumFailures }
        let later = Phase.allCases.drop { $0 != phase }.dropFirst()
        phase = later.first ?? .completed
        token = nil
        throttledSince = nil
    }
}
