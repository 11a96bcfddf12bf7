import Synchronization

/// Which event is to be noted as the newest that was handled: not every one, since that would be a write for each.
public final class EventNotes: Sendable {
    private struct State {
        /// The newest event that has come.
        var newest: EventTime?
        /// What was written last, and when.
        var written: (event: EventTime, at: EventTime)?
    }

    private let state = Mutex(State())

    /// In seconds: the least time between two notes, unless an event is newer than the noted one by more than that.
    public static let interval: Int64 = 300

    public init() {}

    /// An event has come.
    /// - Returns: the time to be noted, that of the newest event; nil where the last note is recent, and the event not much newer.
    public func note(_ event: EventTime, at now: EventTime) -> EventTime? {
        state.withLock { state in
            let newest = max(event, state.newest ?? event)
            state.newest = newest
            guard let written = state.written else { return newest }
            let isRecent = written.at <= now && now < written.at.advanced(bySeconds: Self.interval)
            let isNear = newest <= written.event.advanced(bySeconds: Self.interval)
            return isRecent && isNear ? nil : newest
        }
    }

    /// The time of an event is written. Until then it is still to be noted.
    public func wrote(_ event: EventTime, at now: EventTime) {
        state.withLock { $0.written = (event, now) }
    }
}
