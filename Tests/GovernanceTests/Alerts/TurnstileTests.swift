import Synchronization
import Testing

@testable import Governance

@Suite struct TurnstileTests {
    private struct Refused: Error {}

    /// Counts who is inside.
    private final class Gauge: Sendable {
        struct Counts: Equatable {
            var inside = 0
            var most = 0
            var passed = 0
        }

        let counts = Mutex(Counts())

        func enter() {
            counts.withLock { counts in
                counts.inside += 1
                counts.most = max(counts.most, counts.inside)
            }
        }

        func leave() {
            counts.withLock { counts in
                counts.inside -= 1
                counts.passed += 1
            }
        }
    }

    @Test func oneAtATimeWhateverBecomesOfIt() async {
        let turnstile = Turnstile()
        let gauge = Gauge()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<100 {
                group.addTask {
                    try? await turnstile.withTurn {
                        gauge.enter()
                        for _ in 0..<3 { await Task.yield() }
                        gauge.leave()
                        if number.isMultiple(of: 3) { throw Refused() }
                    }
                }
            }
        }
        #expect(gauge.counts.withLock { $0 } == .init(inside: 0, most: 1, passed: 100))
    }
}
