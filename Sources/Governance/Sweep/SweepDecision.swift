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
    ///   - isForced: somebody asks for a sweep that begins now.
    public init(_ checkpoint: SweepCheckpoint?, at now: EventTime, schedule: SweepSchedule, isForced: Bool = false) {
        guard let checkpoint else {
            self = .begin
            return
        }
        guard let completed = checkpoint.completed else {
            if let held = checkpoint.heldUntil, held > now {
                self = .leave
            } else {
                self = isForced ? .begin : .resume
            }
            return
        }
        let isDue =
            schedule.isDue(after: checkpoint.started, at: now)
            || schedule.isRetryDue(after: completed, count: checkpoint.incompleteInARow, at: now)
        self = isDue || isForced ? .begin : .wait
    }
}
