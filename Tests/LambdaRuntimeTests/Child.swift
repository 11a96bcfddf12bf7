import Glibc
import Synchronization

/// A run of an executable that is built beside the tests.
final class Child {
    enum End: Equatable {
        case exited(Int32)
        case killed(Int32)
    }

    struct SpawnError: Error {
        var code: Int32
    }

    private let process: pid_t
    private let outputPipe: Int32
    private let readsOutput: Bool
    /// What it wrote to standard output and standard error; whole once it has ended.
    private(set) var output = ""
    private var hasEnded = false

    /// One at a time, so that no child inherits the pipe of another.
    private static let spawning = Mutex(())

    /// - Parameter readsOutput: without, standard output and standard error are a pipe that nobody reads from.
    init(_ environment: [String: String], executable: String = "Echo", readsOutput: Bool = true) throws {
        let path = try Self.directory() + "/" + executable
        (process, outputPipe) = try Self.spawning.withLock { _ in try Self.spawn(path, environment) }
        self.readsOutput = readsOutput
        if !readsOutput { close(outputPipe) }
    }

    private static func spawn(_ path: String, _ environment: [String: String]) throws -> (pid_t, outputPipe: Int32) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw SpawnError(code: errno) }
        defer { close(ends[1]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO)
        // A connection that another test's server closes must not live on in the child.
        for descriptor in 3..<1024 { posix_spawn_file_actions_addclose(&actions, Int32(descriptor)) }
        // The threads of tests have signals blocked; a mask is inherited.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments = [strdup(path), nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for string in arguments + variables { free(string) } }
        var process = pid_t()
        let code = posix_spawn(&process, path, &actions, &attributes, &arguments, &variables)
        guard code == 0 else {
            close(ends[0])
            throw SpawnError(code: code)
        }
        return (process, ends[0])
    }

    deinit {
        if !hasEnded {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
        if readsOutput { close(outputPipe) }
    }

    func send(_ signal: Int32) { kill(process, signal) }

    /// Waits for the end.
    func wait() throws -> End {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while readsOutput {
            let count = read(outputPipe, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        output = String(decoding: bytes, as: UTF8.self)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { throw SpawnError(code: errno) }
        }
        hasEnded = true
        let signal = status & 0x7f
        return signal == 0 ? .exited(status >> 8 & 0xff) : .killed(signal)
    }

    /// Where the running tests are.
    private static func directory() throws -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { throw SpawnError(code: errno) }
        let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
    }
}
