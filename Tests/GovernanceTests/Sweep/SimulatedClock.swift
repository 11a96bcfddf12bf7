import Synchronization

@testable import Governance

/// The time of a simulation: every step of anybody takes some, as the seed decides.
final class SimulatedClock: Sendable {
    private struct State {
        var generator: SeededGenerator
        var now = time("2026-11-20T08:00:00Z")
    }

    private let state: Mutex<State>
    private let origin = ContinuousClock.now
    /// The longest that a step takes, in milliseconds.
    private let longestStep: Int64

    init(seed: UInt64, longestStep: Int64 = 60_000) {
        state = Mutex(State(generator: SeededGenerator(seed: seed &+ 17)))
        self.longestStep = longestStep
    }

    var now: EventTime { state.withLock(\.now) }

    var instant: ContinuousClock.Instant {
        origin + .milliseconds(now.milliseconds - time("2026-11-20T08:00:00Z").milliseconds)
    }

    func advance(milliseconds: Int64) {
        state.withLock { $0.now = EventTime(milliseconds: $0.now.milliseconds + milliseconds) }
    }

    func advance(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        advance(milliseconds: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }

    /// A step goes by.
    func tick() {
        state.withLock { state in
            // Most steps are quick.
            let longest = Int.random(in: 0..<4, using: &state.generator) == 0 ? longestStep : 100
            let milliseconds = Int64.random(in: 1...longest, using: &state.generator)
            state.now = EventTime(milliseconds: state.now.milliseconds + milliseconds)
        }
    }
}
