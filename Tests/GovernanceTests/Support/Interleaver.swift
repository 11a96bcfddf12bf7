import Synchronization

/// The invocation was cut off.
struct Crash: Error {}

/// Runs several invocations side by side, one step of one of them at a time, in an order that its seed decides, and cuts
/// them off where the seed says so. A step is what a store does at once.
final class Interleaver: Sendable {
    private struct State {
        var generator: SeededGenerator
        var waiting: [(invocation: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var running: Int
        var crashes: Int
    }

    private let state: Mutex<State>

    init(invocations: Int, seed: UInt64, crashes: Int) {
        state = Mutex(State(generator: SeededGenerator(seed: seed), running: invocations, crashes: crashes))
    }

    /// Runs them all; each is run again, from its beginning, after it was cut off, as Lambda does.
    static func run(
        _ invocations: [@Sendable () async throws -> Void],
        seed: UInt64,
        crashes: Int
    ) async throws {
        let interleaver = Interleaver(invocations: invocations.count, seed: seed, crashes: crashes)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, invocation) in invocations.enumerated() {
                group.addTask {
                    try await Interleaver.$current.withValue((interleaver, number)) {
                        defer { interleaver.finish() }
                        await interleaver.turn(of: number)
                        while true {
                            do {
                                return try await invocation()
                            } catch is Crash {
                                continue
                            }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @TaskLocal static var current: (Interleaver, Int)?

    /// A step of the current invocation: waits for its turn, then has its effect; or is cut off before or after it.
    static func step<Result>(_ effect: () throws -> Result) async throws -> Result {
        guard let (interleaver, number) = current else { return try effect() }
        await interleaver.turn(of: number)
        if interleaver.crashes() { throw Crash() }
        let result = try effect()
        if interleaver.crashes() { throw Crash() }
        return result
    }

    private func crashes() -> Bool {
        state.withLock { state in
            guard state.crashes > 0, Int.random(in: 0..<8, using: &state.generator) == 0 else { return false }
            state.crashes -= 1
            return true
        }
    }

    private func turn(of invocation: Int) async {
        await withCheckedContinuation { continuation in
            proceed { $0.waiting.append((invocation, continuation)) }
        }
    }

    private func finish() {
        proceed { $0.running -= 1 }
    }

    /// Once all that run wait for their turn, it is one's turn.
    private func proceed(after change: (inout State) -> Void) {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            change(&state)
            guard state.running > 0, state.waiting.count == state.running else { return nil }
            state.waiting.sort { $0.invocation < $1.invocation }
            return state.waiting.remove(at: Int.random(in: state.waiting.indices, using: &state.generator)).continuation
        }
        next?.resume()
    }
}
