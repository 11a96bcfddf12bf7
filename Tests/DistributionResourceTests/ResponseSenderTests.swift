import AWSClient
import LambdaRuntime
import Synchronization
import TestSupport
import Testing
import Transport

@testable import DistributionResource

@Suite struct ResponseSenderTests {
    /// Sends one document to a server that gives `replies`, without waiting in between.
    static func send(
        _ replies: [TestServer.Reply],
        deadline: ContinuousClock.Instant? = nil
    ) async -> (error: ResponseSender.DeliveryError?, server: TestServer, pauses: [Duration]) {
        let server = TestServer(replies)
        let pauses = Pauses()
        var effects = AWSEffects.live()
        effects.sleep = { pauses.add($0) }
        effects.random = { 1 }
        let sender = ResponseSender(http: HTTPClient(), effects: effects)
        do {
            try await sender.send(
                Array(#"{"Status":"SUCCESS"}"#.utf8),
                to: server.url + "/answer?X-Amz-Signature=secret",
                deadline: deadline,
                logger: Logger(level: .fatal)
            )
            return (nil, server, pauses.all)
        } catch {
            return (error, server, pauses.all)
        }
    }

    final class Pauses: Sendable {
        private let list = Mutex<[Duration]>([])
        var all: [Duration] { list.withLock { $0 } }
        func add(_ pause: Duration) { list.withLock { $0.append(pause) } }
    }

    @Test func thePutHasAnEmptyContentTypeAndAnExactLength() async throws {
        let (error, server, _) = await Self.send([.status(200)])
        #expect(error == nil)
        let request = try #require(server.requests.first)
        #expect(request.method == "PUT" && request.target == "/answer?X-Amz-Signature=secret")
        #expect(request.header("content-type") == "")
        #expect(request.header("content-length") == "20")
        #expect(request.header("transfer-encoding") == nil && request.header("expect") == nil)
        #expect(request.bodyText == #"{"Status":"SUCCESS"}"#)
    }

    @Test(arguments: [500, 502, 503, 408, 429])
    func whatMayPassIsTriedAgain(_ status: Int) async {
        let (error, server, pauses) = await Self.send([.status(status), .status(status), .status(status), .status(200)])
        #expect(error == nil)
        #expect(server.requests.count == 4)
        #expect(pauses == [.milliseconds(100), .milliseconds(200), .milliseconds(400)])
    }

    @Test(arguments: [TestServer.Reply.reset, .close, .garbage])
    func aLostConnectionIsTriedAgain(_ reply: TestServer.Reply) async {
        let (error, server, pauses) = await Self.send([reply, .status(200)])
        #expect(error == nil)
        #expect(server.requests.count == 2)
        #expect(pauses == [.milliseconds(100)])
    }

    @Test(arguments: [400, 403, 404, 411, 301])
    func aRefusalIsFinal(_ status: Int) async {
        let body =
            "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>X-Amz-Signature=secret</StringToSign></Error>"
        let (error, server, _) = await Self.send([.status(status, body: body), .status(200)])
        #expect(server.requests.count == 1)
        #expect(
            error?.description
                == "the response to CloudFormation was not delivered in 1 attempt: status \(status) SignatureDoesNotMatch"
        )
    }

    @Test func itEndsWithTheAttempts() async {
        let (error, server, pauses) = await Self.send(Array(repeating: .status(503), count: 20))
        #expect(server.requests.count == ResponseSender.maximumAttempts)
        #expect(error?.attempts == ResponseSender.maximumAttempts)
        #expect(pauses.max() == .seconds(2))
    }

    @Test func itEndsWithTheTime() async {
        let (error, server, _) = await Self.send([.status(200)], deadline: .now - .seconds(1))
        #expect(server.requests.isEmpty)
        #expect(error?.problem == "the time is over")
        let soon = await Self.send([.status(503), .status(200)], deadline: .now + .milliseconds(90))
        #expect(soon.error?.attempts == 1)
    }

    @Test func noErrorShowsTheURL() async {
        for replies in [[TestServer.Reply.status(403)], [.garbage], [.reset]] {
            let replies = replies + Array(repeating: replies[0], count: 10)
            let (error, _, _) = await Self.send(replies)
            let text = String(describing: error) + String(reflecting: error)
            #expect(error != nil && !text.contains("secret") && !text.contains("/answer"))
        }
    }

    @Test(arguments: [
        ("<Error><Code>AccessDenied</Code></Error>", "AccessDenied"), ("<Code></Code>", nil), ("no XML", nil),
        ("<Code>\(String(repeating: "a", count: 65))</Code>", nil), ("", nil), ("<Code>x", "x"),
    ])
    func theCodeOfARefusal(_ body: String, _ code: String?) {
        #expect(ResponseSender.code(in: Array(body.utf8)) == code)
    }
}
