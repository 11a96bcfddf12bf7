import Glibc
import Synchronization

/// A command run by `/bin/sh`, whose standard output is read.
final class ShellCommand: Sendable {
    enum Failure: Error, Equatable {
        case cancelled
        case timedOut
        case tooMuchOutput
        case status(Int32)
        case signal(Int32)
        case system(String)
    }

    private static let maximumBytes = 1 << 20

    private let command: String
    private let deadline: ContinuousClock.Instant
    private let isCancelled = Atomic<Bool>(false)

    init(_ command: String, deadline: ContinuousClock.Instant) {
        self.command = command
        self.deadline = deadline
    }

    /// Waits on a thread of its own, so that no other task waits with it.
    func run() async -> Result<[UInt8], Failure> {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                startThread { continuation.resume(returning: self.runBlocking()) }
            }
        } onCancel: {
            isCancelled.store(true, ordering: .relaxed)
        }
    }

    private func startThread(_ body: @escaping @Sendable () -> Void) {
        let context = Unmanaged.passRetained(ThreadBody(body))
        var thread = pthread_t()
        let status = pthread_create(
            &thread,
            nil,
            { context in
                guard let context else { return nil }
                Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            context.toOpaque()
        )
        if status == 0 {
            pthread_detach(thread)
        } else {
            // Without a thread the caller's has to wait.
            context.takeRetainedValue().run()
        }
    }

    private func runBlocking() -> Result<[UInt8], Failure> {
        // One at a time, so that no child inherits the pipe of another and holds it open.
        switch Self.spawning.withLock({ _ in start() }) {
        case .failure(let failure):
            return .failure(failure)
        case .success(let (process, descriptor)):
            defer { close(descriptor) }
            let output = read(descriptor)
            // The whole process group: the shell and what it started.
            if case .failure = output { kill(-process, SIGKILL) }
            return wait(for: process, output: output)
        }
    }

    private static let spawning = Mutex(())

    /// Starts the command; gives its process and the end of the pipe to read.
    private func start() -> Result<(process: pid_t, descriptor: Int32), Failure> {
        var descriptors: [Int32] = [0, 0]
        guard pipe(&descriptors) == 0 else { return .failure(.system(Self.message(errno))) }
        for descriptor in descriptors { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        let (reading, writing) = (descriptors[0], descriptors[1])
        defer { close(writing) }
        let child = spawn(output: writing)
        if case .failure = child { close(reading) }
        return child.map { ($0, reading) }
    }

    /// Starts the shell in a process group of its own, with standard output to the pipe.
    private func spawn(output: Int32) -> Result<pid_t, Failure> {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        posix_spawnattr_setpgroup(&attributes, 0)
        var words: [UnsafeMutablePointer<CChar>?] = ["sh", "-c", command].map { (word: String) in strdup(word) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var process = pid_t()
        let status = posix_spawn(&process, "/bin/sh", &actions, &attributes, words, environ)
        return status == 0 ? .success(process) : .failure(.system(Self.message(status)))
    }

    /// Reads to the end of the output, the deadline or the cancellation.
    private func read(_ descriptor: Int32) -> Result<[UInt8], Failure> {
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while true {
            if isCancelled.load(ordering: .relaxed) { return .failure(.cancelled) }
            if ContinuousClock.now >= deadline { return .failure(.timedOut) }
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, 20) > 0 else { continue }
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return .success(output) }
            if count < 0 {
                if errno == EINTR { continue }
                return .failure(.system(Self.message(errno)))
            }
            output += chunk[..<count]
            if output.count > Self.maximumBytes { return .failure(.tooMuchOutput) }
        }
    }

    private func wait(for process: pid_t, output: Result<[UInt8], Failure>) -> Result<[UInt8], Failure> {
        var status: Int32 = 0
        while true {
            let options = (try? output.get()) == nil ? 0 : WNOHANG
            let ended = waitpid(process, &status, options)
            if ended == process { break }
            if ended < 0, errno != EINTR { return .failure(.system(Self.message(errno))) }
            // The output is closed and the command goes on: it has until the deadline.
            if ended == 0, isCancelled.load(ordering: .relaxed) || ContinuousClock.now >= deadline {
                kill(-process, SIGKILL)
                waitpid(process, &status, 0)
                return .failure(isCancelled.load(ordering: .relaxed) ? .cancelled : .timedOut)
            }
            if ended == 0 { usleep(2000) }
        }
        if case .failure = output { return output }
        // As the macros of <sys/wait.h> take the status apart.
        if status & 0x7f != 0 { return .failure(.signal(status & 0x7f)) }
        let code = (status >> 8) & 0xff
        return code == 0 ? output : .failure(.status(code))
    }

    private static func message(_ code: Int32) -> String { String(cString: strerror(code)) }
}

/// What a thread runs.
private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}
