import FoundationEssentials
import Synchronization
import TestSupport
import Testing

@testable import LambdaRuntime

/// Invocations as they should go.
@Suite(.serialized) struct RuntimeLoopTests {
    typealias Script = ScriptedRuntime

    @Test func eachEventIsAnsweredBeforeTheNextIsAskedFor() async {
        let outcome = await Script(next: [Script.event("{\"a\":1}"), Script.event("[2]", requestID: "2")]).run()
        #expect(
            outcome.paths == [
                "GET invocation/next", "POST invocation/1/response",
                "GET invocation/next", "POST invocation/2/response",
                "GET invocation/next",
            ]
        )
        #expect(outcome.posts.map(\.bodyText) == ["{\"a\":1}", "[2]"])
        #expect(outcome.posts.allSatisfy { $0.header("content-type") == "application/json" })
        #expect(outcome.requests.allSatisfy { $0.header("expect") == nil })
        #expect(outcome.connectionCount == 1)
    }

    @Test func everyHeaderReachesTheHandler() async throws {
        let headers = [
            ("Lambda-Runtime-Deadline-Ms", "\(LogCapture.time + 3000)"),
            ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:111122223333:function:f:live"),
            ("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=1"),
            ("Lambda-Runtime-Client-Context", #"{"custom":{"a":"b"}}"#),
            ("Lambda-Runtime-Cognito-Identity", #"{"cognitoIdentityId":"i","cognitoIdentityPoolId":"p"}"#),
            ("Lambda-Runtime-Aws-Tenant-Id", "blue"),
        ]
        let seen = Mutex<LambdaContext?>(nil)
        _ = await Script(next: [Script.event(headers: headers)]).run { event, context in
            seen.withLock { $0 = context }
            return event
        }
        let context = try #require(seen.withLock { $0 })
        #expect(context.requestID == "1")
        #expect(context.deadline == LogCapture.time + 3000)
        #expect(context.remainingTime == .seconds(3))
        #expect(context.invokedFunctionARN == headers[1].1)
        #expect(context.traceID == headers[2].1)
        #expect(context.clientContext?.custom == ["a": "b"])
        #expect(context.identity == CognitoIdentity(identityID: "i", identityPoolID: "p"))
        #expect(context.tenantID == "blue")
    }

    @Test(arguments: [
        [], [("Lambda-Runtime-Deadline-Ms", "soon")], [("Lambda-Runtime-Deadline-Ms", "99999999999999999999")],
        ["Deadline-Ms", "Trace-Id", "Invoked-Function-Arn", "Client-Context", "Cognito-Identity", "Aws-Tenant-Id"].map {
            ("Lambda-Runtime-\($0)", "")
        },
    ]) func everyHeaderButTheRequestIDIsOptional(_ headers: [(String, String)]) async throws {
        let seen = Mutex<LambdaContext?>(nil)
        let outcome = await Script(next: [Script.event(headers: headers)]).run { event, context in
            seen.withLock { $0 = context }
            return event
        }
        let context = try #require(seen.withLock { $0 })
        #expect(context.deadline == nil && context.remainingTime == nil)
        #expect(context.invokedFunctionARN == nil && context.traceID == nil && context.tenantID == nil)
        #expect(context.clientContext == nil && context.identity == nil)
        #expect(outcome.paths.contains("POST invocation/1/response"))
    }

    @Test(arguments: ["Lambda-Runtime-Client-Context", "Lambda-Runtime-Cognito-Identity"])
    func aMalformedContextIsLeftOut(_ name: String) async {
        let outcome = await Script(
            next: [Script.event(headers: [(name, "{\"client\":")]), Script.event(requestID: "2")]
        ).run { event, context in
            #expect(context.clientContext == nil && context.identity == nil)
            return event
        }
        #expect(outcome.posts.map(\.path).map { $0.hasSuffix("/response") } == [true, true])
        #expect(outcome.records[0].hasPrefix("[WARN]"))
        #expect(outcome.records[0].contains("malformed"))
    }

    @Test func theTraceVariableIsSetForEachInvocationAndUnsetWhereThereIsNone() async {
        let traced = [("Lambda-Runtime-Trace-Id", "Root=1")]
        let outcome = await Script(
            next: [Script.event(headers: traced), Script.event(), Script.event(headers: traced)]
        ).run()
        #expect(outcome.traceIDs == ["Root=1", nil, "Root=1"])
    }

    @Test func anEventOfTheLargestSizeArrivesWhole() async {
        let body = (0..<6 << 20 + 100).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let reply = TestServer.Reply.status(200, headers: [("Lambda-Runtime-Aws-Request-Id", "1")], body: body)
        let outcome = await Script(next: [reply]).run()
        #expect(body.count == 6_291_556)
        #expect(outcome.posts.first?.body == body)
    }

    @Test func anEventInChunksOrSlowArrivesWhole() async {
        let chunks = TestServer.Reply.chunked(["{\"a\":", "1}"], headers: [("Lambda-Runtime-Aws-Request-Id", "1")])
        let slow = Script.event("{\"b\":2}", requestID: "2").trickled(size: 20, every: .milliseconds(2))
        let outcome = await Script(next: [chunks, slow.delayed(by: .milliseconds(50))]).run()
        #expect(outcome.posts.map(\.bodyText) == ["{\"a\":1}", "{\"b\":2}"])
    }

    @Test func emptyEventsAndResponses() async {
        let outcome = await Script(next: [Script.event("")]).run()
        #expect(outcome.posts.map(\.bodyText) == [""])
        #expect(outcome.posts.map { $0.header("content-length") } == ["0"])
    }

    @Test func anUnusualRequestIDIsEscaped() async {
        let outcome = await Script(next: [Script.event(requestID: "a b/../ü?x")]).run()
        #expect(outcome.paths.contains("POST invocation/a%20b%2F..%2F%C3%BC%3Fx/response"))
    }

    @Test func recordsOfAnInvocationNameIt() async {
        let script = Script(
            next: [Script.event(requestID: "8476a536", headers: [("Lambda-Runtime-Aws-Tenant-Id", "blue")])],
            format: .json
        )
        let outcome = await script.run { event, context in
            context.logger.info("seen", ["imageId": "ami-1"])
            return event
        }
        #expect(
            outcome.records.first == #"{"timestamp":"2026-11-20T08:00:00.123Z","level":"INFO","message":"seen","#
                + #""requestId":"8476a536","tenantId":"blue","imageId":"ami-1"}"#
        )
    }

    // MARK: Errors of the function

    private struct ErrorBody: Decodable, Equatable {
        var errorType, errorMessage: String
        var requestId: String?
        var stackTrace: [String]
    }

    @Test func whatTheHandlerThrowsFailsTheInvocationAlone() async throws {
        let script = Script(next: [Script.event(), Script.event(requestID: "2")], format: .json)
        let outcome = await script.run { event, context in
            if context.requestID == "1" { throw ShareFailure() }
            return event
        }
        #expect(
            outcome.paths == [
                "GET invocation/next", "POST invocation/1/error",
                "GET invocation/next", "POST invocation/2/response",
                "GET invocation/next",
            ]
        )
        let post = outcome.posts[0]
        #expect(post.header("content-type") == "application/json")
        #expect(post.header("lambda-runtime-function-error-type") == "Function.ShareFailure")
        let causes = ["Timeout: too \"slow\"", "Plain: Plain(field: 7)"]
        let body = try JSONDecoder().decode(ErrorBody.self, from: Data(post.body))
        #expect(
            body
                == ErrorBody(
                    errorType: "ShareFailure",
                    errorMessage: "cannot share",
                    requestId: "1",
                    stackTrace: causes
                )
        )
        #expect(
            post.header("lambda-runtime-function-xray-error-cause")
                == #"{"working_directory":"/var/task","exceptions":[{"type":"ShareFailure","message":"cannot share","stack":[]},"#
                + #"{"type":"Timeout","message":"too \"slow\"","stack":[]},"#
                + #"{"type":"Plain","message":"Plain(field: 7)","stack":[]}],"paths":[]}"#
        )
        #expect(
            outcome.records.first
                == #"{"timestamp":"2026-11-20T08:00:00.123Z","level":"ERROR","message":"the invocation failed","#
                + #""requestId":"1","errorType":"ShareFailure","errorMessage":"cannot share","#
                + #""stackTrace":["Timeout: too \"slow\"","Plain: Plain(field: 7)"]}"#
        )
    }

    @Test(arguments: difficultStrings) func anyMessageIsReported(_ message: String) async throws {
        let outcome = await Script(next: [Script.event(), Script.event(requestID: "2")]).run { event, context in
            if context.requestID == "1" { throw ConfigurationError(message: message) }
            return event
        }
        let body = try JSONDecoder().decode(ErrorBody.self, from: Data(outcome.posts[0].body))
        #expect(body.errorMessage == message)
        #expect(outcome.posts.count == 2)
    }

    // MARK: Initialization

    @Test func aFailedInitializationIsReportedAndEndsTheProcess() async throws {
        let outcome = await Script(format: .json).run { environment in
            throw ConfigurationError(message: "the environment variable \"X\" is not set")
        }
        #expect(outcome.status == 1)
        #expect(outcome.paths == ["POST init/error"])
        #expect(
            outcome.requests[0].bodyText
                == #"{"errorType":"ConfigurationError","errorMessage":"the environment variable \"X\" is not set","stackTrace":[]}"#
        )
        #expect(outcome.requests[0].header("lambda-runtime-function-error-type") == "Function.ConfigurationError")
        #expect(outcome.requests[0].header("content-type") == "application/json")
        #expect(outcome.records.count == 1)
        #expect(outcome.records[0].contains(#""level":"FATAL","message":"the initialization failed","errorType""#))
    }

    @Test(arguments: [TestServer.Reply.status(403), .status(413), .status(500), .reset, .garbage])
    func theProcessEndsEvenWhenTheReportFails(_ reply: TestServer.Reply) async {
        let outcome = await Script(posts: [reply]).run { _ in throw Plain() }
        #expect(outcome.status == 1)
        #expect(outcome.paths == ["POST init/error"])
        #expect(outcome.records.map { $0.prefix(7) } == ["[FATAL]", "[ERROR]"])
    }

    @Test func theInitializationSeesTheEnvironment() async {
        let outcome = await Script(next: [Script.event()]).run { environment in
            environment.logger.info("starting", ["value": environment["NOT_SET"] ?? "default"])
            return { event, _ in event }
        }
        #expect(outcome.records.first?.hasSuffix("\t\tstarting\tvalue=default") == true)
    }
}
