import Synchronization
import TestSupport
import Transport

@testable import LambdaRuntime

/// A scripted Runtime API: replies to `next` in order, then 500, upon which the runtime ends; replies to every POST in
/// order, then 202.
struct ScriptedRuntime {
    /// A loop of their own: on the shared one, other suites' connections may crowd out the idle ones counted here.
    private static let loop = EventLoop()

    var next: [TestServer.Reply] = []
    var posts: [TestServer.Reply] = []
    var format = LogFormat.text
    var clock = WallClock { LogCapture.time }
    var maximumEventBytes = 16 << 20
    /// The reply to a POST with a body of more than 6 MiB, given when its head has come; it must end the connection.
    var tooLong: TestServer.Reply?

    /// What came of a run.
    struct Outcome {
        var status: Int32
        var requests: [TestServer.Request]
        var connectionCount: Int
        var records: [String]
        /// Each value that `_X_AMZN_TRACE_ID` was given.
        var traceIDs: [String?]

        var posts: [TestServer.Request] { requests.filter { $0.method == "POST" } }
        /// Method and path of each request, without what all have in common.
        var paths: [String] {
            requests.map { "\($0.method) \($0.path.replacing("/2018-06-01/runtime/", with: ""))" }
        }
    }

    /// A reply to `next`.
    static func event(
        _ body: String = "{}",
        requestID: String = "1",
        headers: [(String, String)] = []
    ) -> TestServer.Reply {
        .ok(body, headers: [("Lambda-Runtime-Aws-Request-Id", requestID)] + headers)
    }

    static let accepted = TestServer.Reply.status(202, body: #"{"status":"OK"}"#)

    func run(
        initialize: @escaping @Sendable (LambdaEnvironment) async throws -> LambdaRuntime.Handler
    ) async -> Outcome {
        let script = Mutex((next: next[...], posts: posts[...]))
        let early = { @Sendable [tooLong] (request: TestServer.Request) -> TestServer.Reply? in
            request.header("content-length").flatMap { Int($0) } ?? 0 > 6 << 20 ? tooLong : nil
        }
        let server = TestServer(early: early) { request in
            script.withLock { script in
                if request.method == "GET" { return script.next.popFirst() ?? .status(500, body: "no more events") }
                return script.posts.popFirst() ?? Self.accepted
            }
        }
        defer { server.stop() }
        let capture = LogCapture()
        let traceIDs = Mutex<[String?]>([])
        let logger = Logger(level: .info, format: format, sink: capture.sink())
        let status = await LambdaRuntime.serve(
            RuntimeAPI(
                authority: server.authority,
                client: HTTPClient(loop: Self.loop),
                maximumEventBytes: maximumEventBytes
            ),
            environment: LambdaEnvironment([:], logger: logger),
            clock: clock,
            workingDirectory: "/var/task",
            setTraceID: { value in traceIDs.withLock { $0.append(value) } },
            initialize: initialize
        )
        return Outcome(
            status: status,
            requests: server.requests,
            connectionCount: server.connectionCount,
            records: capture.records,
            traceIDs: traceIDs.withLock { $0 }
        )
    }

    func run(handler: @escaping LambdaRuntime.Handler) async -> Outcome {
        await run { _ in handler }
    }

    /// Runs a function that answers each event with itself.
    func run() async -> Outcome {
        await run { event, _ in event }
    }
}
