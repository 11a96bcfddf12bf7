import AWSClient
import AWSServices
import Synchronization
import TestSupport

@testable import Governance

/// A client whose every request goes to a scripted server, and which takes no time: pauses move its clock on.
final class CloudFixture: Sendable {
    let server: TestServer
    let client: AWSClient
    let effects: AWSEffects
    private let elapsed: Elapsed

    /// When the clock begins.
    static let start = ContinuousClock.now

    private final class Elapsed: Sendable {
        let value = Mutex(Duration.zero)
        let isInterrupted = Mutex(false)
    }

    /// - Parameter reply: What the server answers to an operation and its body, form-encoded for EC2.
    init(reply: @escaping @Sendable (_ operation: String, _ body: String) -> TestServer.Reply) throws {
        server = TestServer { reply($0.operation, $0.bodyText) }
        let elapsed = Elapsed()
        self.elapsed = elapsed
        var effects = AWSEffects.live()
        // Whoever has the client has the server.
        let server = self.server
        effects.now = { withExtendedLifetime(server) { .now() } }
        effects.instant = { Self.start + elapsed.value.withLock { $0 } }
        effects.sleep = { duration in
            if elapsed.isInterrupted.withLock({ $0 }) { throw CancellationError() }
            elapsed.value.withLock { $0 += duration }
        }
        effects.uuid = { "token" }
        self.effects = effects
        client = AWSClient(
            configuration: try AWSConfiguration(
                environment: AWSEnvironment(["AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": server.url])
            ),
            credentials: StaticCredentialsProvider(AWSCredentials(accessKeyID: "AKID", secretAccessKey: "secret")),
            effects: effects
        )
    }

    /// Whoever sleeps is woken at once.
    func interrupt() { elapsed.isInterrupted.withLock { $0 = true } }

    /// Time goes by, as while a server takes its time to answer.
    func pass(_ duration: Duration) { elapsed.value.withLock { $0 += duration } }

    /// How long everybody slept.
    var slept: Duration { elapsed.value.withLock { $0 } }

    var operations: [String] { server.requests.map(\.operation) }

    func bodies(of operation: String) -> [String] {
        server.requests.filter { $0.operation == operation }.map(\.bodyText)
    }

    /// EC2's answer.
    static func xml(_ operation: String, _ content: String = "") -> TestServer.Reply {
        .ok("<\(operation)Response><requestId>r</requestId>\(content)</\(operation)Response>")
    }

    static func ec2Error(_ code: String, status: Int = 400) -> TestServer.Reply {
        let error = "<Error><Code>\(code)</Code><Message>m</Message></Error>"
        return .status(status, body: "<Response><Errors>\(error)</Errors><RequestID>r</RequestID></Response>")
    }

    static func dynamoDBError(_ code: String) -> TestServer.Reply {
        .status(400, body: #"{"__type":"com.amazonaws.dynamodb.v20120810#\#(code)","message":"m"}"#)
    }

    /// An item as DynamoDB's JSON.
    static func item(_ texts: [String: String], revision: Int? = nil) -> String {
        var members = texts.sorted { $0.key < $1.key }.map { #""\#($0.key)":{"S":"\#($0.value)"}"# }
        if let revision { members.append(#""revision":{"N":"\#(revision)"}"#) }
        return "{\(members.joined(separator: ","))}"
    }

    static func items(_ items: [String], more: String? = nil) -> TestServer.Reply {
        let next = more.map { #","LastEvaluatedKey":\#($0)"# } ?? ""
        return .ok(#"{"Items":[\#(items.joined(separator: ","))],"Count":\#(items.count)\#(next)}"#)
    }

    static func item(of row: UsageRow) -> String {
        item(
            row.attributes.merging(["account_id": row.key.account.text, "resource": row.key.sortKey]) { first, _ in
                first
            }
        )
    }

    static func item(of record: CoverageRecord) -> String {
        item(record.attributes.merging(["account_id": record.account.text, "resource": record.sortKey]) { a, _ in a })
    }
}

extension TestServer.Request {
    /// The operation of a JSON or query request.
    fileprivate var operation: String {
        if let target = header("x-amz-target") { return target.split(separator: ".").last.map(String.init) ?? target }
        let action = bodyText.split(separator: "&").first { $0.hasPrefix("Action=") }
        return action.map { String($0.dropFirst("Action=".count)) } ?? path
    }
}
