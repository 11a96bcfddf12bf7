/// What a sweep keeps, and reads besides what the ledger does.
public protocol SweepStore: Sendable {
    /// Strongly consistent; nil where there never was a sweep.
    func checkpoint() async throws -> SweepCheckpoint?

    /// Writes the checkpoint if the one that is there has the given revision, nil for none.
    /// - Returns: whether it was written.
    func write(_ checkpoint: SweepCheckpoint, replacing revision: Int?) async throws -> Bool

    /// The mappings of everything that is or may be in use, or idle, a page at a time. Strongly consistent.
    func mappings(after token: String?) async throws -> SweepPage<MappingRecord>

    /// The keys of an account's usage rows in a region that are last known of before a time, a page at a time. Strongly
    /// consistent.
    func rows(
        of account: AccountID,
        in region: Region,
        lastSeenBefore time: EventTime,
        after token: String?
    ) async throws -> SweepPage<UsageRow.Key>

    /// Records how far the account's use is known.
    func record(_ change: CoverageChange, of account: AccountID, in region: Region) async throws
}

/// A part of what is read; it may be empty, and yet not be the last one.
public struct SweepPage<Element: Sendable>: Sendable {
    public let elements: [Element]
    /// Nil after the last page.
    public let nextToken: String?

    public init(_ elements: [Element], nextToken: String? = nil) {
        self.elements = elements
        self.nextToken = nextToken
    }
}

/// What becomes known of how far an account's use is known.
public enum CoverageChange: Hashable, Sendable {
    case sweepUnderWay(started: EventTime)
    /// Leaves a later sweep's record as it is.
    case sweepCompleted(CoverageRecord.Sweep)
    /// Leaves a later event's record as it is.
    case eventHandled(time: EventTime, at: EventTime)
}
