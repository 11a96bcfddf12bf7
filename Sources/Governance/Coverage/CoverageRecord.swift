/// What is known of how well one account's use of images in one region is known: when everything there was last looked
/// through, and when something was last heard. A usage tracker keeps it, so where there is none, there is no tracker.
public struct CoverageRecord: Hashable, Sendable {
    /// A sweep that went through everything, but for the sections it was refused.
    public struct Sweep: Hashable, Sendable {
        /// When it began: what was there then, it has seen.
        public let started: EventTime
        public let completed: EventTime
        /// Sections of the inventory that it had to leave out, as a whole or in part, sorted.
        public let skipped: [String]
        /// Of sections that it left out in part: how many resources of each.
        public let leftOut: [String: Int]
        /// Sections whose service the region does not offer: nothing there can use an image. Sorted.
        public let unavailable: [String]
        /// How many resources it saw that use the creator's images.
        public let resources: Int

        public init(
            started: EventTime,
            completed: EventTime,
            skipped: [String] = [],
            leftOut: [String: Int] = [:],
            unavailable: [String] = [],
            resources: Int
        ) {
            self.started = started
            self.completed = completed
            self.skipped = skipped.sorted()
            self.leftOut = leftOut
            self.unavailable = unavailable.sorted()
            self.resources = resources
        }

        /// What it left out and where there may be use that it did not see: sections, or `2 of parameters`.
        ///
        /// EC2's references of an image are not among them: what they name are resources that other sections list.
        public var missingSections: [String] {
            skipped.filter { InventorySection(rawValue: $0)?.mayHideUse ?? true }.map { section in
                leftOut[section].map { "\($0) of \(section)" } ?? section
            }
        }
    }

    public let account: AccountID
    public let region: Region
    /// The last complete sweep.
    public var lastSweep: Sweep?
    /// When the sweep began that is under way.
    public var currentSweepStarted: EventTime?
    /// When the newest event happened that the tracker has handled, and when it handled it; minutes late at most.
    public var lastEvent: EventTime?
    public var lastEventHandled: EventTime?

    public init(
        account: AccountID,
        region: Region,
        lastSweep: Sweep? = nil,
        currentSweepStarted: EventTime? = nil,
        lastEvent: EventTime? = nil,
        lastEventHandled: EventTime? = nil
    ) {
        self.account = account
        self.region = region
        self.lastSweep = lastSweep
        self.currentSweepStarted = currentSweepStarted
        self.lastEvent = lastEvent
        self.lastEventHandled = lastEventHandled
    }
}

extension CoverageRecord {
    /// When something was last heard of the tracker; nil where nothing ever was.
    public var lastSign: EventTime? {
        [lastSweep?.completed, currentSweepStarted, lastEventHandled, lastEvent].compactMap { $0 }.max()
    }
}
