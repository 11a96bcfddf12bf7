import Synchronization

/// Which event is to be noted as the newest that was handled: not every one, since that would be a write for each.
public final class EventNotes: Sendable {
    private struct State {
        var noted: EventTime?
        var newest: EventTime?
    }

    private let state = Mutex(State())

    /// The least time between two notes, in seconds.
    public static let interval: Int64 = 300

    public init() {}

    /// An event has come.
    /// - Returns: the time to be noted; nil where the last note is recent, or nothing newer has come since.
    public func note(_ event: EventTime, at now: EventTime) -> EventTime? {
        state.withLock { state in
            let known = state.newest
            state.newest = max(event, known ?? event)
            if let noted = state.noted, noted.advanced(bySeconds: Self.interval) > now, noted <= now { return nil }
            state.noted = now
            return state.newest
        }
    }
}
