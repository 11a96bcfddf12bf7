import Glibc
import Synchronization
import Transport

/// SIGINT and SIGTERM: the first asks the command to end, which lets it put away what it has made; the second ends the
/// process at once.
final class Interruption: Sendable {
    private static let shared = Interruption()

    /// 0 before the first signal.
    private let number = Atomic<Int32>(0)
    /// The signal's handler writes to the second, a thread waits at the first.
    private let pipe: (reading: Int32, writing: Int32)
    private let action = Mutex<(@Sendable () -> Void)?>(nil)

    private init() {
        var descriptors: [Int32] = [-1, -1]
        if Glibc.pipe(&descriptors) == 0 {
            for descriptor in descriptors { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        }
        pipe = (descriptors[0], descriptors[1])
    }

    /// The signal that has come.
    static var received: Int32? {
        let number = shared.number.load(ordering: .acquiring)
        return number == 0 ? nil : number
    }

    /// Makes the signals ask for an end, and a reader that went away an error of `write(2)` instead of a signal.
    static func install() -> Interruption {
        signal(SIGPIPE, SIG_IGN)
        let interruption = shared
        var thread = pthread_t()
        let isStarted =
            interruption.pipe.reading >= 0
            && pthread_create(
                &thread,
                nil,
                { _ in
                    Interruption.shared.wait()
                    return nil
                },
                nil
            ) == 0
        // Without the thread the signals end the process, as they do by themselves.
        guard isStarted else { return interruption }
        pthread_detach(thread)
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                // Atomic operations, write and _exit are safe in a signal handler.
                let (isFirst, _) = Interruption.shared.number.compareExchange(
                    expected: 0,
                    desired: number,
                    ordering: .acquiringAndReleasing
                )
                guard isFirst else { _exit(128 + number) }
                var byte: UInt8 = 0
                _ = write(Interruption.shared.pipe.writing, &byte, 1)
            }
        }
        return interruption
    }

    private func wait() {
        var byte: UInt8 = 0
        while read(pipe.reading, &byte, 1) < 0, errno == EINTR {}
        action.withLock { $0 }?()
    }

    /// Runs `body`, and cancels its task when a signal comes.
    func cancelling(_ body: @escaping @Sendable () async -> ExitStatus) async -> ExitStatus {
        let task = Task(executorPreference: EventLoop.shared) { await body() }
        action.withLock { $0 = { task.cancel() } }
        if Self.received != nil { task.cancel() }
        return await task.value
    }
}
