/// How far a sweep has come, so that another invocation can continue it; and, once it has ended, when it was.
///
/// A sweep looks at everything three times: first at what AWS lists, section by section; then at the mappings it has not
/// come across, which it asks for one by one; then at the usage rows it has not refreshed, left over from what was cut off.
public struct SweepCheckpoint: Hashable, Sendable {
    public enum Phase: Hashable, Sendable {
        case listing(InventorySection)
        case confirming
        case reconciling
        case completed
    }

    /// Counted up with each write. A write replaces the revision that it was made from, or does not happen: of two
    /// invocations that continue the same sweep, one learns that it has been overtaken.
    public internal(set) var revision = 0
    public let started: EventTime
    public internal(set) var completed: EventTime?
    public internal(set) var phase: Phase
    /// When the listing of the current section began.
    public internal(set) var sectionStarted: EventTime?
    /// Continues the current phase, or the section; nil at its beginning.
    public internal(set) var token: String?
    /// Sections that are left out.
    public internal(set) var skipped: Set<InventorySection> = []
    /// How many resources are left out of the others.
    public internal(set) var leftOut: [InventorySection: Int] = [:]
    /// Sections that the region does not offer: they are complete, and empty.
    public internal(set) var unavailable: Set<InventorySection> = []
    /// Since when the endpoint of the current section's service cannot be found.
    public internal(set) var unresolvedSince: EventTime?
    /// How often the current section, or phase, has failed.
    public internal(set) var failures = 0
    /// How often the current section had to be begun again.
    public internal(set) var restarts = 0
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
        phase = Self.phases[0]
        if let last { incompleteBefore = last.completed == nil ? last.incompleteBefore : last.incompleteInARow }
    }

    /// How many sweeps in a row left something out that may hide uses, with this one.
    var incompleteInARow: Int { incomplete.contains(where: \.mayHideUse) ? incompleteBefore + 1 : 0 }

    /// All that a sweep finds but what its sections list has this mark.
    var mark: EventMark { .sweep(lookingFrom: started) }

    /// The phases in their order.
    static let phases: [Phase] = InventorySection.allCases.map(Phase.listing) + [.confirming, .reconciling, .completed]

    /// A section is begun only so often before it is left out.
    private static let maximumFailures = 3
    private static let maximumRestarts = 5
    private static let unresolvedSeconds: Int64 = 600

    // MARK: Steps

    /// A page has been dealt with; there is another one where there is a token.
    mutating func advance(to token: String?) {
        self.token = token
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

    /// The region does not offer the section.
    mutating func pass(_ section: InventorySection) {
        unavailable.insert(section)
        endPhase()
    }

    /// The endpoint of the section's service cannot be found, though others can be.
    /// - Returns: whether that has been so for long enough, or of a section of the same service in this sweep, that it is
    ///   none of the network's faults.
    mutating func isUnresolved(_ section: InventorySection, at now: EventTime) -> Bool {
        if section == .containerRecipes, unavailable.contains(.imageRecipes) { return true }
        let since = unresolvedSince ?? now
        unresolvedSince = since
        return since.advanced(bySeconds: Self.unresolvedSeconds) <= now
    }

    /// The section is left out.
    mutating func skip(_ section: InventorySection) {
        skipped.insert(section)
        leftOut[section] = nil
        endPhase()
    }

    /// The section cannot be continued where it was left.
    mutating func restart(_ section: InventorySection) {
        restarts += 1
        if restarts > Self.maximumRestarts { return skip(section) }
        token = nil
        sectionStarted = nil
        leftOut[section] = nil
    }

    /// A step has failed. The third time, a section is left out as a whole; of the other phases, each resource is left out
    /// with which it fails. Where that fails as well, the phase is: what is recorded stays. Only launch template versions
    /// that no section lists could have come to use another image, unseen.
    ///
    /// - Returns: whether there is something to go on with.
    mutating func fail() -> Bool {
        failures += 1
        guard failures >= Self.maximumFailures else { return false }
        switch phase {
        case .listing(let section): skip(section)
        case .confirming: if failures > Self.maximumFailures { skip(.launchTemplates) }
        case .reconciling, .completed: if failures > Self.maximumFailures { endPhase() }
        }
        return true
    }

    /// Whether single resources are left out with which a step fails, rather than the step be given up.
    var isLenient: Bool {
        if case .listing = phase { false } else { failures >= Self.maximumFailures }
    }

    private mutating func endPhase() {
        let next = Self.phases.firstIndex(of: phase).map { Self.phases.index(after: $0) }
        // What could not be asked for cannot be asked for again.
        let staysLenient = isLenient && phase == .confirming
        phase = next.map { Self.phases[min($0, Self.phases.count - 1)] } ?? .completed
        token = nil
        sectionStarted = nil
        failures = staysLenient ? Self.maximumFailures : 0
        restarts = 0
        unresolvedSince = nil
    }
}
