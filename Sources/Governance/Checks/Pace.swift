import AWSClient
import Synchronization

/// Lets requests through no faster than one each interval.
final class Pace: Sendable {
    private let interval: Duration
    private let effects: AWSEffects
    private let next = Mutex<ContinuousClock.Instant?>(nil)

    init(every interval: Duration, effects: AWSEffects) {
        self.interval = interval
        self.effects = effects
    }

    /// Waits for the turn that it takes.
    func wait() async throws {
        let now = effects.instant()
        let turn = next.withLock { next in
            let turn = max(next ?? now, now)
            next = turn + interval
            return turn
        }
        if turn > now { try await effects.sleep(turn - now) }
    }
}
