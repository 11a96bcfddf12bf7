import Dispatch
import Synchronization

/// The invocation was cut off.
struct Crash: Error {}

/// Runs several invocations side by side, each with all the tasks that it makes, one step of one of them at a time, in an
/// order that its seed decides, and cuts them off where the seed says so. A step is what a store does at once.
///
/// All of them run on one thread, which is the executor of their tasks: whatever there is to run between two steps runs to its
/// end, in the same order each time, before it is another step's turn.
final class Interleaver: TaskExecutor {
    private struct State {
        var generator: SeededGenerator
        var jobs: [UnownedJob] = []
        var waiting: [CheckedContinuation<Void, Never>] = []
        var running: Int
        var crashes: Int
    }

    /// One invocation, from its beginning until it ends or is cut off. When it is, none of its tasks does anything any more.
    final class Life: Sendable {
        fileprivate let interleaver: Interleaver
        private let isOver = Mutex(false)

        fileprivate init(_ interleaver: Interleaver) { self.interleaver = interleaver }

        fileprivate func goOn() throws {
            let interleaver = interleaver
            try isOver.withLock { isOver in
                isOver = isOver || interleaver.crashes()
                if isOver { throw Crash() }
            }
        }
    }

    @TaskLocal static var current: Life?

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
        let tasks = invocations.map { invocation in
            Task(executorPreference: interleaver) {
                defer { interleaver.state.withLock { $0.running -= 1 } }
                await interleaver.turn()
                while true {
                    do {
                        return try await Interleaver.$current.withValue(Life(interleaver)) { try await invocation() }
                    } catch is Crash {
                        continue
                    }
                }
            }
        }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                interleaver.work()
                continuation.resume()
            }
        }
        for task in tasks { try await task.value }
    }

    /// Runs one, as part of the invocation that it belongs to, or by itself.
    static func alone<Value: Sendable>(
        seed: UInt64,
        _ invocation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value? {
        if current != nil { return try await invocation() }
        let value = Box<Value>()
        try await run([{ value.set(try await invocation()) }], seed: seed, crashes: 0)
        return value.get()
    }

    private final class Box<Value: Sendable>: Sendable {
        private let value = Mutex<Value?>(nil)
        func set(_ new: Value) { value.withLock { $0 = new } }
        func get() -> Value? { value.withLock { $0 } }
    }

    /// A step of the current invocation: waits for its turn, then has its effect; or is cut off before or after it.
    static func step<Result>(_ effect: () throws -> Result) async throws -> Result {
        guard let life = current else { return try effect() }
        await life.interleaver.turn()
        try life.goOn()
        let result = try effect()
        try life.goOn()
        return result
    }

    private func crashes() -> Bool {
        state.withLock { state in
            guard state.crashes > 0, Int.random(in: 0..<8, using: &state.generator) == 0 else { return false }
            state.crashes -= 1
            return true
        }
    }

    private func turn() async {
        await withCheckedContinuation { continuation in state.withLock { $0.waiting.append(continuation) } }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
    }

    /// Runs whatever can run; then it is the turn of one of those that wait.
    private func work() {
        while true {
            let job = state.withLock { $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }
            if let job {
                job.runSynchronously(on: asUnownedTaskExecutor())
                continue
            }
            let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
                guard !state.waiting.isEmpty else { return nil }
                return state.waiting.remove(at: Int.random(in: state.waiting.indices, using: &state.generator))
            }
            guard let next else { break }
            next.resume()
        }
        precondition(state.withLock(\.running) == 0, "an invocation waits for something that is no step")
    }
}
