import CCurl
import Glibc
import Synchronization

/// One thread that runs Swift concurrency jobs, keeps timers and drives libcurl's multi interface.
///
/// A function's process has one thread: `main` is synchronous and calls ``run(_:)``, so that every `async` function runs on
/// the main thread and a request costs no change of thread. Where nobody calls ``run(_:)`` (tests, tools), the loop starts
/// a background thread of its own with the first work it is given.
///
/// What structured concurrency starts (`async let`, task groups) runs on the loop too. A `Task { … }` does not: it is given
/// to Dispatch's threads, unless it is made with `Task(executorPreference: loop)`. `@MainActor` is of no use beside
/// ``run(_:)``: the main thread is the loop's then and never serves the main actor's queue, so that
/// `await MainActor.run { … }` waits for ever.
public final class EventLoop: TaskExecutor, SerialExecutor {
    public static let shared = EventLoop()

    /// Why ``run(_:)`` did not start.
    public enum RunError: Error, Sendable {
        /// Another thread, or an outer call, drives this loop.
        case alreadyRunning
    }

    private enum Work {
        case job(UnownedJob)
        case closure(@Sendable () -> Void)
    }

    private struct Queue {
        var work: [Work] = []
        /// Whether a thread runs what is queued.
        var isDriven = false
    }

    private let queue = Mutex(Queue())
    /// `pthread_self()` of the thread that drives the loop; 0 without one.
    private let thread = Atomic<UInt>(0)
    private let confinedState: LoopConfined<LoopState>
    private let multi: ThreadSafePointer<UnsafeMutableRawPointer>

    public init() {
        let state = LoopState()
        confinedState = LoopConfined(state)
        multi = ThreadSafePointer(pointer: state.multi)
    }

    /// What belongs to the loop's thread, and is reached only there.
    var state: LoopState { confinedState.value(on: self) }

    /// Whether the calling thread is the loop's.
    var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

    // MARK: Executors

    public func enqueue(_ job: consuming ExecutorJob) {
        submit(.job(UnownedJob(job)))
    }

    public func checkIsolated() {
        precondition(isCurrent, "not on the event loop's thread")
    }

    // MARK: Work

    /// Runs `closure` on the loop's thread: at once when called there, else as soon as the loop gets to it.
    func execute(_ closure: @escaping @Sendable () -> Void) {
        if isCurrent { closure() } else { submit(.closure(closure)) }
    }

    private func submit(_ work: Work) {
        let needsThread = queue.withLock { queue in
            queue.work.append(work)
            defer { queue.isDriven = true }
            return !queue.isDriven
        }
        if needsThread {
            startBackgroundThread()
        } else if !isCurrent {
            curl_multi_wakeup(multi.pointer)
        }
    }

    /// Memory for more work than this is given back.
    private static let maximumKeptCapacity = 256

    /// Exchanges what is queued for `done`, which was, and whose memory serves again.
    private func takeWork(_ done: inout [Work]) {
        done.removeAll(keepingCapacity: done.capacity <= Self.maximumKeptCapacity)
        queue.withLock { queue in
            if !queue.work.isEmpty { swap(&done, &queue.work) }
        }
    }

    // MARK: Running

    /// Drives the loop on the calling thread until `body`, which runs on it, has returned or thrown.
    ///
    /// On the main thread, it keeps the main actor from running meanwhile. Work of others may be left when it ends: it is done when
    /// somebody drives the loop again.
    ///
    /// - Throws: ``RunError/alreadyRunning``, or what `body` throws.
    public func run<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
        let isFree = queue.withLock { queue in
            defer { queue.isDriven = true }
            return !queue.isDriven
        }
        guard isFree else { throw RunError.alreadyRunning }
        let outcome = Outcome<Value>()
        Task(executorPreference: self) {
            do { outcome.set(.success(try await body())) } catch { outcome.set(.failure(error)) }
        }
        while true {
            if let result = drive(until: { outcome.get() }) { return try result.get() }
        }
    }

    private func startBackgroundThread() {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self).toOpaque()
        let status = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                let loop = Unmanaged<EventLoop>.fromOpaque(context).takeRetainedValue()
                let _: Never? = loop.drive(until: { nil })
                return nil
            },
            context
        )
        precondition(status == 0, "no thread for the event loop")
        pthread_detach(thread)
    }

    /// Runs what is queued, due or ready, and waits when nothing is, until `result` has a value.
    private func drive<Result>(until result: () -> Result?) -> Result? {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        defer {
            thread.store(0, ordering: .relaxed)
            queue.withLock { $0.isDriven = false }
        }
        var work: [Work] = []
        while true {
            runWork(&work)
            if let result = result() { return result }
            state.fireTimers()
            state.performTransfers()
            if queue.withLock({ $0.work.isEmpty }) { state.wait() }
        }
    }

    /// Runs what is queued, and what that queues in turn. Where there is no end of it, as with a task that yields again and
    /// again, timers and transfers must have their turn: after ``maximumBatches``, or after the batch in which a tick passed.
    ///
    /// - Parameter work: Memory for what is queued; empty, as it is afterwards.
    private func runWork(_ work: inout [Work]) {
        let serial = asUnownedSerialExecutor()
        let task = asUnownedTaskExecutor()
        let begun = Self.tick
        for _ in 0..<Self.maximumBatches {
            takeWork(&work)
            if work.isEmpty { return }
            for item in work {
                switch item {
                case .job(let job): job.runSynchronously(isolatedTo: serial, taskExecutor: task)
                case .closure(let closure): closure()
                }
            }
            if Self.tick != begun { break }
        }
        work.removeAll(keepingCapacity: work.capacity <= Self.maximumKeptCapacity)
    }

    /// More than an ordinary invocation has in a row: looking at timers and transfers in between would only cost it time.
    private static let maximumBatches = 64

    /// The kernel's last tick, of which there are 100 to 1,000 a second: the clock that costs least to read.
    private static var tick: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return time.tv_nsec
    }

    // MARK: Timers

    /// Suspends for `duration`.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    public func sleep(for duration: Duration) async throws {
        let deadline = ContinuousClock.now + duration
        let cancellation = CancellationFlag()
        let isDue = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                execute {
                    self.state.addTimer(at: deadline, cancellation: cancellation, continuation: continuation)
                }
            }
        } onCancel: {
            cancellation.set()
            execute { self.state.cancelTimer(cancellation) }
        }
        guard isDue else { throw CancellationError() }
    }
}

/// What a body run on the loop came to.
private final class Outcome<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)

    func set(_ value: Result<Value, any Error>) { result.withLock { $0 = value } }

    func get() -> Result<Value, any Error>? { result.withLock { $0 } }
}

/// Whether an operation was cancelled, known before the loop has heard of the operation; its identity names the operation.
final class CancellationFlag: Sendable {
    private let flag = Atomic<Bool>(false)

    var isSet: Bool { flag.load(ordering: .acquiring) }

    func set() { flag.store(true, ordering: .releasing) }
}
