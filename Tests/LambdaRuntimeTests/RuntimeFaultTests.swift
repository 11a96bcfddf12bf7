import TestSupport
import Testing
import Transport

@testable import LambdaRuntime

/// What the Runtime API may do to the runtime: every fault is a value. One after another, so that no other test's connections
/// push a kept-alive one out of the loop's pool.
@Suite(.serialized) struct RuntimeFaultTests {
    typealias Script = ScriptedRuntime

    /// The last record, which says why the runtime ended.
    private func end(_ outcome: Script.Outcome) -> String { outcome.records.last ?? "" }

    // MARK: next

    @Test(arguments: [204, 302, 400, 403, 404, 500, 503]) func nextWithAnyOtherStatusEndsTheProcess(_ status: Int) async
    {
        let outcome = await Script(next: [.status(status, body: "out of order")]).run()
        #expect(outcome.status == 2)
        #expect(outcome.paths == ["GET invocation/next"])
        #expect(outcome.records.count == 1)
        #expect(end(outcome).hasPrefix("[FATAL]"))
        #expect(end(outcome).contains("GET invocation/next: the Runtime API answered \(status)"))
        #expect(end(outcome).hasSuffix("\tstatus=\(status)"))
        #expect(status == 204 || end(outcome).contains("out of order"))
    }

    @Test(arguments: [[], [("Lambda-Runtime-Aws-Request-Id", "")], [("Request-Id", "1")]])
    func nextWithoutARequestIDEndsTheProcess(_ headers: [(String, String)]) async {
        let outcome = await Script(next: [.ok("{}", headers: headers)]).run()
        #expect(outcome.status == 2)
        #expect(outcome.posts.isEmpty)
        #expect(end(outcome).contains("no header field Lambda-Runtime-Aws-Request-Id"))
    }

    @Test(
        arguments: [
            ("reset", TestServer.Reply.reset, "connectionLost"),
            ("closed", .close, "connectionLost"),
            ("garbage", .garbage, "malformedResponse"),
            ("truncated head", Script.event().truncated(to: 30), "connectionLost"),
            ("truncated body", Script.event("{\"a\":1234567890}").truncated(to: 80), "connectionLost"),
            (
                "reset in the body", .init(steps: Script.event("{}").truncated(to: 70).steps.dropLast() + [.reset]),
                "connectionLost"
            ),
            (
                "huge headers",
                Script.event(headers: Array(repeating: ("x", String(repeating: "y", count: 40_000)), count: 7)),
                "tooLarge"
            ),
            ("huge header", Script.event(headers: [("x", String(repeating: "y", count: 300_000))]), ""),
            ("huge event", Script.event(String(repeating: "y", count: 1 << 20 + 1)), "tooLarge"),
        ] as [(String, TestServer.Reply, String)]
    )
    func aBrokenReplyToNextEndsTheProcess(_ name: String, _ reply: TestServer.Reply, _ code: String) async {
        let outcome = await Script(next: [reply], maximumEventBytes: 1 << 20).run()
        #expect(outcome.status == 2)
        #expect(outcome.paths == ["GET invocation/next"])
        #expect(end(outcome).contains("GET invocation/next: no reply of the Runtime API"))
        #expect(end(outcome).contains("HTTPError: \(code)"))
    }

    @Test func noOneListening() async {
        let server = TestServer([])
        server.stop()
        let capture = LogCapture()
        let status = await LambdaRuntime.serve(
            RuntimeAPI(authority: server.authority, client: HTTPClient()),
            environment: LambdaEnvironment([:], logger: Logger(sink: capture.sink())),
            setTraceID: { _ in },
            initialize: { _ in { event, _ in event } }
        )
        #expect(status == 2)
        #expect(capture.text.contains("HTTPError: couldNotConnect"))
    }

    @Test(arguments: [TestServer.Reply.reset, .close]) func aKeptAliveConnectionThatIsGoneIsReplacedOnce(
        _ fault: TestServer.Reply
    ) async {
        let outcome = await Script(next: [Script.event(), fault, Script.event(requestID: "2")]).run()
        #expect(
            outcome.paths == [
                "GET invocation/next", "POST invocation/1/response",
                "GET invocation/next", "GET invocation/next", "POST invocation/2/response",
                "GET invocation/next",
            ]
        )
        #expect(outcome.requests.map(\.connection) == [1, 1, 1, 2, 2, 2])
    }

    @Test func aConnectionClosedDuringTheFreezeIsReplaced() async {
        let outcome = await Script(
            next: [Script.event(), Script.event(requestID: "2")],
            posts: [Script.accepted.resetting()]
        ).run()
        #expect(outcome.posts.map(\.path).count == 2)
        #expect(outcome.connectionCount == 2)
    }

    @Test func aFreshConnectionThatIsResetIsNotReplacedAgain() async {
        let outcome = await Script(next: [Script.event(), .reset, .reset, Script.event(requestID: "2")]).run()
        #expect(outcome.status == 2)
        #expect(outcome.requests.map(\.connection) == [1, 1, 1, 2])
        #expect(end(outcome).contains("HTTPError: connectionLost"))
    }

    @Test func aReplyThatBeginsWithAFoldedLineDoesNoHarm() async {
        let head = "HTTP/1.1 200 OK\r\n\tAnd: so on\r\nLambda-Runtime-Aws-Request-Id: 2\r\ncontent-length: 2"
        let folded = head + "\r\n\r\n{}"
        for _ in 0..<20 {
            let outcome = await Script(next: [Script.event(), .raw(Array(folded.utf8))]).run()
            #expect(outcome.status == 2)
            #expect(outcome.posts.first?.path.hasSuffix("/invocation/1/response") == true)
        }
    }

    @Test func anyReplyToNextIsAnsweredOrEndsTheProcess() async throws {
        let headers = [
            ("Lambda-Runtime-Deadline-Ms", "1795161600123"), ("Lambda-Runtime-Trace-Id", "Root=1;Sampled=1"),
            ("Lambda-Runtime-Client-Context", #"{"custom":{"a":"b"}}"#), ("Lambda-Runtime-Aws-Tenant-Id", "blue"),
        ]
        guard case .send(let reply) = try #require(Script.event("{\"a\":[1,2]}", headers: headers).steps.first) else {
            return
        }
        var generator = SeededGenerator(seed: 3)
        var answered = 0
        for _ in 0..<2000 {
            var bytes = reply
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<8, using: &generator) {
                case 0: bytes.removeSubrange(index...)
                case 1: bytes.removeSubrange(index..<min(index + 10, bytes.count))
                case 2: bytes.insert(contentsOf: bytes[..<index], at: index)
                case 3: bytes.insert(contentsOf: [0x0d, 0x0a], at: index)
                default: bytes[index] = .random(in: 0...255, using: &generator)
                }
                if bytes.isEmpty { break }
            }
            let outcome = await Script(next: [.raw(bytes)], format: .json).run()
            #expect(outcome.status == 2)
            #expect(outcome.requests.first?.method == "GET")
            #expect(outcome.records.allSatisfy { JSONValue(parsing: $0) != nil })
            #expect(end(outcome).contains(#""level":"FATAL""#))
            if !outcome.posts.isEmpty { answered += 1 }
        }
        #expect((200..<1800).contains(answered))
    }

    // MARK: response

    @Test(arguments: [500, 502, 503, 302, 599]) func aResponseAnsweredWithAServerErrorEndsTheProcess(_ status: Int)
        async
    {
        let script = Script(
            next: [Script.event(), Script.event(requestID: "2")],
            posts: [.status(status, body: "broken")]
        )
        let outcome = await script.run()
        #expect(outcome.status == 2)
        #expect(outcome.paths == ["GET invocation/next", "POST invocation/1/response"])
        #expect(end(outcome).hasPrefix("[FATAL]"))
        #expect(end(outcome).contains("POST invocation response: the Runtime API answered \(status): broken"))
        #expect(end(outcome).hasSuffix("\tstatus=\(status)"))
    }

    @Test(arguments: [400, 403, 404, 410]) func aResponseThatIsRefusedIsLoggedAndTheLoopGoesOn(_ status: Int) async {
        let script = Script(
            next: [Script.event(), Script.event(requestID: "2")],
            posts: [.status(status, body: "too late")]
        )
        let outcome = await script.run()
        #expect(
            outcome.paths.suffix(3) == ["GET invocation/next", "POST invocation/2/response", "GET invocation/next"]
        )
        #expect(outcome.records[0].hasPrefix("[ERROR]\t2026-11-20T08:00:00.123Z\t1\t"))
        #expect(outcome.records[0].hasSuffix("\tstatus=\(status)\tdetail=\"too late\""))
    }

    @Test(arguments: [202, 403]) func aResponseThatIsTooLargeFailsTheInvocationAndTheLoopGoesOn(_ status: Int) async {
        let script = Script(
            next: [Script.event("[1,2]"), Script.event(requestID: "2")],
            posts: [.status(413, body: "{}"), .status(status)]
        )
        let outcome = await script.run()
        #expect(
            outcome.paths == [
                "GET invocation/next", "POST invocation/1/response", "POST invocation/1/error",
                "GET invocation/next", "POST invocation/2/response",
                "GET invocation/next",
            ]
        )
        let report = outcome.posts[1]
        #expect(report.header("lambda-runtime-function-error-type") == "Function.ResponseSizeTooLarge")
        #expect(report.bodyText.contains("the response of 5 bytes is larger than the Runtime API accepts"))
        #expect(outcome.records.dropLast().allSatisfy { $0.hasPrefix("[ERROR]\t2026-11-20T08:00:00.123Z\t1\t") })
        #expect(outcome.records.count == 3)
    }

    @Test func aResponseOnAConnectionThatIsGoneIsSentOnceMore() async {
        let script = Script(next: [Script.event("[1]"), Script.event(requestID: "2")], posts: [.reset])
        let outcome = await script.run()
        #expect(outcome.posts.map(\.bodyText) == ["[1]", "[1]", "{}"])
        #expect(outcome.requests.map(\.connection) == [1, 1, 2, 2, 2, 2])
        #expect(outcome.records.count == 1)
    }

    /// libcurl itself does not send again what broke off while a long body was under way.
    @Test func aLongResponseWhoseConnectionBreaksOnTheWayIsSentOnceMore() async {
        let body = "\"" + String(repeating: "x", count: 6 << 20) + "\""
        for _ in 0..<10 {
            let script = Script(next: [Script.event(body).resettingUponMore(), Script.event(requestID: "2")])
            let outcome = await script.run()
            #expect(outcome.posts.map(\.body.count) == [body.utf8.count, 2])
            #expect(outcome.requests.map(\.connection) == [1, 2, 2, 2, 2])
            #expect(outcome.records.count == 1)
        }
    }

    /// The head of a response that is too large is answered with 413 and the end of the connection: a little later, as Go's
    /// servers do it, or at once, which the kernel turns into a reset since the rest is never read. By a reset the 413 may be
    /// lost: in the last case it always is.
    @Test(
        arguments: [
            ("read", [.delay(.milliseconds(100)), .close]), ("perhaps read", [.close]), ("lost", [.reset]),
        ] as [(String, [TestServer.Reply.Step])]
    )
    func aResponseThatIsRefusedOnTheWayFailsTheInvocation(_ refusal: String, _ end: [TestServer.Reply.Step]) async {
        let reply = TestServer.Reply(steps: (refusal == "lost" ? [] : TestServer.Reply.status(413).steps) + end)
        let body = "\"" + String(repeating: "x", count: 6 << 20) + "\""
        var readCount = 0
        for _ in 0..<20 {
            let script = Script(next: [Script.event(), Script.event(requestID: "2")], tooLong: reply)
            let outcome = await script.run { event, context in context.requestID == "1" ? Array(body.utf8) : event }
            #expect(
                outcome.paths.filter { $0 != "POST invocation/1/response" } == [
                    "GET invocation/next", "POST invocation/1/error",
                    "GET invocation/next", "POST invocation/2/response",
                    "GET invocation/next",
                ]
            )
            let report = outcome.posts.first { $0.path.hasSuffix("/error") }
            #expect(report?.header("lambda-runtime-function-error-type") == "Function.ResponseSizeTooLarge")
            #expect(outcome.records.first?.hasPrefix("[ERROR]") == true)
            #expect(outcome.records.first?.contains("the response: it is too large") == true)
            if outcome.records.first?.hasSuffix("\tstatus=413") == true { readCount += 1 }
            #expect(outcome.records.count == 3)
        }
        // On a busy machine, a tenth of a second may be too short once in a while.
        if refusal == "read" { #expect(readCount > 0) }
        if refusal == "lost" { #expect(readCount == 0) }
    }

    @Test func aResponseThatCannotBeDeliveredEndsTheProcess() async {
        let script = Script(next: [Script.event(), Script.event(requestID: "2")], posts: [.reset, .reset])
        let outcome = await script.run()
        #expect(outcome.status == 2)
        #expect(
            outcome.paths == ["GET invocation/next", "POST invocation/1/response", "POST invocation/1/response"]
        )
        #expect(end(outcome).contains("POST invocation response: no reply of the Runtime API"))
    }

    // MARK: error report

    @Test(arguments: [500, 503]) func anErrorReportAnsweredWithAServerErrorEndsTheProcess(_ status: Int) async {
        let outcome = await Script(next: [Script.event(), Script.event()], posts: [.status(status)]).run { _, _ in
            throw Plain()
        }
        #expect(outcome.status == 2)
        #expect(outcome.paths == ["GET invocation/next", "POST invocation/1/error"])
        #expect(end(outcome).contains("POST invocation error: the Runtime API answered \(status)"))
    }

    @Test(arguments: [400, 403, 413]) func anErrorReportThatIsRefusedIsLoggedAndTheLoopGoesOn(_ status: Int) async {
        let outcome = await Script(next: [Script.event(), Script.event()], posts: [.status(status)]).run { _, _ in
            throw Plain()
        }
        #expect(outcome.paths.count == 5)
        #expect(outcome.records[1].contains("the Runtime API refused the error report"))
        #expect(outcome.records[1].contains("status=\(status)"))
    }
}
