/// What is to be done about sweeps at a given moment.
public enum SweepDecision: Hashable, Sendable {
    /// The last one began not long ago.
    case wait
    /// Another invocation is at work on one.
    case leave
    case begin
    case resume

    /// - Parameters:
    ///   - checkpoint: of the last sweep; nil where there was none: one begins right after installation.
    ///   - intervalHours: from one sweep's beginning to the next one's.
    ///   - isForced: somebody asks for a sweep that begins now.
    public init(_ checkpoint: SweepCheckpoint?, at now: EventTime, intervalHours: Int64, isForced: Bool = false) {
        guard let checkpoint else {
            self = .begin
            return
        }
        if checkpoint.completed == nil {
            if let held = checkpoint.heldUntil, held > now {
                self = .leave
            } else {
                self = isForced ? .begin : .resume
            }
            return
        }
        // A clock that was set back must not keep sweeps from beginning.
        let isDue =
            checkpoint.started.advanced(bySeconds: intervalHours * 3600) <= now || checkpoint.started > now
        self = isDue || isForced ? .begin : .wait
    }
}
