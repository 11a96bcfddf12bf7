import CGlibc
import Glibc
import Transport

/// A custom runtime for AWS Lambda (`provided.al2023`): the whole `main` of a function is a call of ``run(_:)``.
public enum LambdaRuntime {
    /// Turns an event into a response, both JSON. What it throws fails the invocation.
    public typealias Handler = @Sendable (_ event: [UInt8], _ context: LambdaContext) async throws -> [UInt8]

    /// The exit status of the process.
    enum ExitStatus {
        /// SIGTERM: Lambda takes the environment down.
        static let terminated: Int32 = 0
        /// `initialize` threw; the error was reported.
        static let initializationFailed: Int32 = 1
        /// The Runtime API is missing, answered with an error it cannot recover from (5xx), or the connection was lost.
        static let runtimeAPIUnusable: Int32 = 2
    }

    /// Starts the function with `initialize`, then serves invocations with the handler it returned.
    ///
    /// `initialize` is Lambda's init phase: everything that can be done once belongs there. What it throws is reported as
    /// initialization error and ends the process.
    ///
    /// The process has one thread; handlers run on it and must not block it. It ends with status 0 upon SIGTERM, 1 when
    /// `initialize` threw, 2 when the Runtime API cannot be used, each with a log record that says why (but for SIGTERM).
    ///
    /// The thread is the main one, and ``EventLoop/shared`` has it: `await MainActor.run { … }` waits for ever. `async let`
    /// and task groups stay on the thread. An unstructured `Task { … }` does not, and starts threads of Dispatch's: it is made
    /// with `Task(executorPreference: EventLoop.shared) { … }`.
    ///
    /// What is printed to standard output is written line by line: SIGTERM and the end of an invocation find nothing left but
    /// an unfinished line.
    public static func run(
        _ initialize: @escaping @Sendable (LambdaEnvironment) async throws -> Handler
    ) -> Never {
        keepFreedMemory()
        writeLineByLine()
        Termination.install()
        let environment = LambdaEnvironment.process
        guard let authority = environment["AWS_LAMBDA_RUNTIME_API"] else {
            environment.logger.fatal(
                "AWS_LAMBDA_RUNTIME_API is not set: the program runs inside AWS Lambda (or with scripts/invoke)"
            )
            exit(ExitStatus.runtimeAPIUnusable)
        }
        do {
            let status = try EventLoop.shared.run {
                let api = RuntimeAPI(authority: authority, client: HTTPClient())
                return await serve(
                    api,
                    environment: environment,
                    setTraceID: { TraceVariable.shared.set($0) },
                    initialize: initialize
                )
            }
            exit(status)
        } catch {
            environment.logger.fatal("the event loop did not start", error: error)
            exit(ExitStatus.runtimeAPIUnusable)
        }
    }

    /// The life of a function, with what it touches of its process as values; returns the exit status.
    static func serve(
        _ api: RuntimeAPI,
        environment: LambdaEnvironment,
        clock: WallClock = .system,
        workingDirectory: String = currentDirectory(),
        setTraceID: @escaping @Sendable (String?) -> Void,
        initialize: @Sendable (LambdaEnvironment) async throws -> Handler
    ) async -> Int32 {
        let logger = environment.logger
        let handler: Handler
        do {
            handler = try await initialize(environment)
        } catch {
            let report = ErrorReport(error)
            logger.log(.fatal, "the initialization failed", report: report)
            do {
                let receipt = try await api.reportInitialization(report)
                if receipt != .accepted { logger.error("the Runtime API refused the initialization error") }
            } catch {
                logger.error("the initialization error could not be reported", error: error)
            }
            return ExitStatus.initializationFailed
        }
        let loop = RuntimeLoop(
            api: api,
            handler: handler,
            logger: logger,
            clock: clock,
            setTraceID: setTraceID,
            workingDirectory: workingDirectory
        )
        let error = await loop.run()
        logger.fatal("the runtime ends: the Runtime API cannot be used", error: error, ["status": error.status])
        return ExitStatus.runtimeAPIUnusable
    }

    /// Has malloc keep what an invocation frees for the next one. By default it gives memory back to the kernel from 128 KiB
    /// on, and takes it again page by page: for events of 100 KB that costs more than all the rest of an invocation.
    /// Blocks from 1 MiB on are still given back.
    private static func keepFreedMemory() {
        mallopt(M_MMAP_THRESHOLD, 1 << 20)
        mallopt(M_TRIM_THRESHOLD, 4 << 20)
    }

    /// Has libc write each line when it is printed. In Lambda standard output is no terminal: libc would keep lines until there
    /// are 4 KB of them, past the end of the invocation, and SIGTERM would lose them.
    private static func writeLineByLine() {
        cglibc_write_line_by_line()
    }

    private static func currentDirectory() -> String {
        guard let path = getcwd(nil, 0) else { return "" }
        defer { free(path) }
        return String(cString: path)
    }
}
