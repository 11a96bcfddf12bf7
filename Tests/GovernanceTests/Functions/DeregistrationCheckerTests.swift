import AWSClient
import AWSServices
import LambdaRuntime
import Synchronization
import TestSupport
import Testing

@testable import Governance

/// What the checker does on its schedule.
@Suite struct DeregistrationCheckerTests {
    private final class Log: Sendable {
        let text = Mutex("")

        var logger: Logger {
            let sink = LogSink { bytes in
                self.text.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
                return bytes.count
            }
            return Logger(format: .json, sink: sink)
        }

        /// The records that are metrics.
        var metrics: [JSONValue] {
            text.withLock { $0 }.split(separator: "\n").compactMap { try? JSONValue(parsing: Array($0.utf8)) }
                .filter { $0["message"]?.string == "metrics" }
        }
    }

    private func checker(
        _ shares: SharesTableOnPaper = SharesTableOnPaper(),
        _ reply: @escaping @Sendable (String, String) -> TestServer.Reply?
    ) throws -> (CloudFixture, DeregistrationChecker) {
        let fixture = try CloudFixture { operation, body in
            if let reply = reply(operation, body) { return reply }
            switch operation {
            case "Scan": return CloudFixture.items([])
            case "DescribeTable": return .ok(#"{"Table":{"ItemCount":7}}"#)
            default: return shares.reply(operation, body) ?? .status(500)
            }
        }
        let environment = LambdaEnvironment([
            "SHARES_TABLE": "shares", "USAGE_TABLE": "usage", "USAGE_IMAGE_INDEX": "by-image",
            "EMAIL_PARAMETER_PREFIX": "/email", "ADMINISTRATOR_ADDRESS_PARAMETER": "/administrator",
            "ALERT_SENDER": "images@example.com",
            "ALERT_TOPIC_ARN": "arn:aws:sns:eu-central-1:\(creator):alerts",
            "AWS_LAMBDA_FUNCTION_NAME": "checker",
        ])
        return (fixture, try DeregistrationChecker(environment, client: fixture.client))
    }

    private static let measure = Array(#"{"measure": {}}"#.utf8)

    @Test func whatIsMeasured() async throws {
        let (fixture, checker) = try checker { operation, _ in
            operation == "DescribeImages" ? CloudFixture.xml(operation, "<imagesSet></imagesSet>") : nil
        }
        let log = Log()
        let context = LambdaContext(requestID: "1", logger: log.logger)
        let answer = String(decoding: try await checker.handle(Self.measure, context), as: UTF8.self)
        #expect(answer.contains(#""usage_rows":7"#))
        #expect(answer.contains(#""complete":true"#))
        #expect(answer.contains(#""accounts_awaiting_sweep_count":0"#))
        #expect(log.metrics.map { $0["UsageRows"] } == [.integer(7)])
        #expect(log.metrics.map { $0["UnknownAccounts"] } == [.integer(1)])
        #expect(log.metrics.map { $0["AccountsAwaitingSweep"] } == [.integer(0)])
        #expect(fixture.operations.contains("DescribeImages"))
    }

    /// Who has images is not known then: no number is published that is too small.
    @Test func noAccountsAreCountedWhereSharesCannotBeRead() async throws {
        let (_, checker) = try checker { operation, _ in
            switch operation {
            case "DescribeImages": CloudFixture.xml(operation, "<imagesSet></imagesSet>")
            case "Scan": CloudFixture.dynamoDBError("AccessDeniedException")
            default: nil
            }
        }
        let log = Log()
        let context = LambdaContext(requestID: "1", logger: log.logger)
        await #expect(throws: IncompleteMeasurement.self) { _ = try await checker.handle(Self.measure, context) }
        #expect(log.metrics.map { $0["UsageRows"] } == [.integer(7)])
        #expect(log.metrics.map { $0["UnknownAccounts"] } == [nil])
        #expect(log.metrics.map { $0["AccountsAwaitingSweep"] } == [nil])
    }

    /// What keeps images from being looked at keeps nothing from being measured.
    @Test(arguments: ["UnauthorizedOperation", "InternalError"])
    func measuresAreTakenWhereImagesCannotBeListed(code: String) async throws {
        let (fixture, checker) = try checker { operation, _ in
            guard operation == "DescribeImages" else { return nil }
            return CloudFixture.ec2Error(code, status: code == "InternalError" ? 500 : 403)
        }
        let log = Log()
        let context = LambdaContext(requestID: "1", logger: log.logger)
        let error = await #expect(throws: IncompleteMeasurement.self) {
            _ = try await checker.handle(Self.measure, context)
        }
        #expect(error?.failures.map { ($0 as? AWSError)?.code } == [code])
        #expect(log.metrics.map { $0["UsageRows"] } == [.integer(7)])
        #expect(log.metrics.map { $0["UnknownAccounts"] } == [.integer(1)])
        #expect(!fixture.operations.contains("DescribeImageAttribute"))
    }

    /// What keeps usage from being measured keeps nobody from being told of a share whose end the search has found, which no run
    /// finds again before tomorrow, and no loss from being followed up.
    @Test(arguments: [("ThrottlingException", 4), ("AccessDeniedException", 1)])
    func lossesAreToldWhereUsageCannotBeMeasured(code: String, attempts: Int) async throws {
        let now = EventTime(.now())
        let shared = now.advanced(bySeconds: -30 * 86_400)
        let shares = SharesTableOnPaper([share(.account(consumer), since: shared.description)])
        let unlisted = now.advanced(bySeconds: -86_400).description
        shares.set("unlisted_since", unlisted, image.text, "account#\(consumer)")
        let row = UsageRow(
            key: .init(account: consumer, image: image, resource: .instance(.init(checked: "i-100001"))),
            resourceName: nil,
            region: region,
            mark: EventMark(time: shared, eventID: "e"),
            lastSeen: shared,
            source: .event
        )
        let failures = Mutex(attempts)
        let (fixture, checker) = try checker(shares) { operation, body in
            switch operation {
            case "Query" where body.contains(#""S":"coverage""#):
                let fails = failures.withLock { left in
                    defer { left -= 1 }
                    return left > 0
                }
                return fails ? CloudFixture.dynamoDBError(code) : CloudFixture.items([])
            case "Query" where body.contains("by-image"): return CloudFixture.items([CloudFixture.item(of: row)])
            case "DescribeImages":
                return CloudFixture.xml(operation, "<imagesSet><item><imageId>\(image)</imageId></item></imagesSet>")
            case "DescribeImageAttribute":
                return CloudFixture.xml(operation, "<imageId>\(image)</imageId><launchPermission></launchPermission>")
            case "GetParameters":
                let value = #""Value":"owner@example.com","Type":"SecureString""#
                return .ok(#"{"Parameters":[{"Name":"/email/\#(consumer)",\#(value)}]}"#)
            case "Publish":
                return .ok("<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>")
            default: return operation.hasSuffix("/outbound-emails") ? .ok(#"{"MessageId":"m"}"#) : nil
            }
        }
        let log = Log()
        let context = LambdaContext(requestID: "1", logger: log.logger)
        let error = await #expect(throws: IncompleteMeasurement.self) {
            _ = try await checker.handle(Self.measure, context)
        }
        #expect(error?.failures.map { ($0 as? AWSError)?.code } == [code])
        #expect(shares.statuses(of: image) == ["account#\(consumer)": "removed"])
        #expect(log.metrics.compactMap { $0["AlertsSent"] } == [.integer(1)])
        #expect(log.metrics.allSatisfy { $0["UnknownAccounts"] == nil && $0["UsageRows"] == nil })
        #expect(fixture.operations.count { $0 == "Publish" } == 1)
        let mails = fixture.operations.filter { $0.hasSuffix("/outbound-emails") }.flatMap(fixture.bodies)
        #expect(mails.count == 1 && mails.allSatisfy { $0.contains("owner@example.com") })
        #expect(fixture.bodies(of: "Query").contains { $0.contains(LossFollowUp.partitionKey) })
    }
}
