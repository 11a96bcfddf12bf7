import Synchronization

@testable import AWSClient

/// Clocks that move only when somebody sleeps, and sleeps that only move the clocks and are recorded.
final class TestEffects: Sendable {
    struct State {
        var now = Timestamp(seconds: 1_795_161_600)  // 2026-11-20T08:00:00Z
        var instant = ContinuousClock.now
        var sleeps: [Duration] = []
        var randoms: [Double] = []
        var uuids = 0
    }

    private let state = Mutex(State())
    /// What `random` gives when no list is set.
    let random: Double

    init(random: Double = 1, randoms: [Double] = []) {
        self.random = random
        state.withLock { $0.randoms = randoms.reversed() }
    }

    var sleeps: [Duration] { state.withLock { $0.sleeps } }
    var now: Timestamp { state.withLock { $0.now } }
    var instant: ContinuousClock.Instant { state.withLock { $0.instant } }

    func advance(_ duration: Duration) {
        state.withLock { state in
            state.now = state.now + duration
            state.instant = state.instant + duration
        }
    }

    var effects: AWSEffects {
        AWSEffects(
            now: { self.now },
            instant: { self.instant },
            sleep: { duration in
                try Task.checkCancellation()
                self.advance(duration)
                self.state.withLock { $0.sleeps.append(duration) }
            },
            random: { self.state.withLock { $0.randoms.popLast() ?? self.random } },
            uuid: {
                self.state.withLock { state in
                    state.uuids += 1
                    return "uuid-\(state.uuids)"
                }
            }
        )
    }
}
