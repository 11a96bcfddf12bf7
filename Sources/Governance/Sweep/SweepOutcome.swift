/// What an invocation did about sweeps.
public enum SweepOutcome: Hashable, Sendable {
    /// None is due.
    case notDue(SweepCheckpoint)
    /// Another invocation is at work on one, or has overtaken this one.
    case busy
    /// Out of time; to be continued.
    case suspended(SweepCheckpoint)
    case completed(SweepCheckpoint)

    public var name: String {
        switch self {
        case .notDue: "not_due"
        case .busy: "busy"
        case .suspended: "suspended"
        case .completed: "completed"
        }
    }

    public var checkpoint: SweepCheckpoint? {
        switch self {
        case .notDue(let checkpoint), .suspended(let checkpoint), .completed(let checkpoint): checkpoint
        case .busy: nil
        }
    }
}
