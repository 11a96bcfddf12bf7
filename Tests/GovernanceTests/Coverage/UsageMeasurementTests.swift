import AWSClient
import AWSServices
import LambdaRuntime
import TestSupport
import Testing

@testable import Governance

@Suite struct UsageMeasurementTests {
    private static let other = AccountID(checked: "777788889999")

    private func result(
        _ coverage: [CoverageRecord],
        _ sharing: UsageMeasurement.Sharing?
    ) -> UsageMeasurement.Result {
        UsageMeasurement.result(
            Dictionary(uniqueKeysWithValues: coverage.map { ($0.account, .record($0)) }),
            sharing,
            now: asked,
            maximumAgeHours: 48
        )
    }

    @Test func theOldestSweepAndTheAccountsThatAreNotKnown() {
        let coverage = [swept(consumer), swept(Self.other, at: "2026-11-17T10:00:00Z")]
        let both = result(coverage, .init(accounts: [consumer, Self.other]))
        #expect(both.sweepAge == 72)
        #expect(both.unknownAccounts == [Self.other])
        #expect(result(coverage, .init(accounts: [consumer])).sweepAge == 2)
        #expect(result(coverage, .init(accounts: [consumer])).unknownAccounts == [])
        // Whoever has no image any more is of no concern, unless a group may bring it one.
        #expect(result(coverage, .init(accounts: [])) == .init())
        #expect(result(coverage, .init(hasGroups: true)).sweepAge == 72)
        // Where shares cannot be read, everybody counts.
        #expect(result(coverage, nil).unknownAccounts == [Self.other])
        // Without a tracker, or without a sweep.
        let heard = CoverageRecord(account: consumer, region: region, lastEvent: asked)
        let unknown = result([heard], .init(accounts: [consumer, Self.other]))
        #expect(unknown.unknownAccounts == [consumer, Self.other])
        #expect(unknown.sweepAge == nil)
    }

    private func measurement(
        _ reply: @escaping @Sendable (_ operation: String, _ body: String) -> TestServer.Reply
    ) throws -> (CloudFixture, UsageMeasurement) {
        let fixture = try CloudFixture(reply: reply)
        let dynamoDB = DynamoDB(fixture.client)
        let measurement = UsageMeasurement(
            dynamoDB: dynamoDB,
            coverage: CoverageIndex(dynamoDB, table: "usage", index: "image"),
            sharesTable: "shares",
            usageTable: "usage",
            region: region,
            maximumSweepAgeHours: 48
        )
        return (fixture, measurement)
    }

    private static func principal(_ text: String) -> String { CloudFixture.item(["principal": text]) }

    @Test func whatIsAskedOfTheTables() async throws {
        let (fixture, measurement) = try measurement { operation, body in
            switch operation {
            case "Query": CloudFixture.items([CloudFixture.item(of: swept(consumer))])
            case "Scan":
                body.contains("ExclusiveStartKey")
                    ? CloudFixture.items([Self.principal("account#\(consumer)"), Self.principal("image")])
                    : CloudFixture.items(
                        [Self.principal("account#\(Self.other)")],
                        more: CloudFixture.item(["image_id": "ami-1", "principal": "x"])
                    )
            default: .ok(#"{"Table":{"TableName":"usage","TableStatus":"ACTIVE","ItemCount":120001}}"#)
            }
        }
        let (result, failures) = try await measurement.run(now: asked)
        #expect(failures.isEmpty)
        // Coverage is no usage.
        #expect(result == .init(usageRows: 120_000, sweepAge: 2, unknownAccounts: [Self.other]))
        #expect(fixture.operations.sorted() == ["DescribeTable", "Query", "Scan", "Scan"])
        #expect(fixture.bodies(of: "Scan").allSatisfy { $0.contains(#"{"S":"shared"}"#) })
    }

    @Test func whatCannotBeMeasuredIsToldAndKeepsNothingElse() async throws {
        let (_, measurement) = try measurement { operation, _ in
            operation == "Query"
                ? CloudFixture.items([CloudFixture.item(of: swept(consumer))])
                : CloudFixture.dynamoDBError("AccessDeniedException")
        }
        let (result, failures) = try await measurement.run(now: asked)
        #expect(result == .init(usageRows: nil, sweepAge: 2, unknownAccounts: []))
        #expect(failures.map(\.operation).sorted() == ["DescribeTable", "Scan"])
        #expect(IncompleteMeasurement(failures: failures).underlyingErrors.count == 2)
    }

    @Test func metricsAreOfTheFunction() {
        let metrics = GovernanceMetrics(LambdaEnvironment(["AWS_LAMBDA_FUNCTION_NAME": "checker"]))
        let set = metrics.set([.init(.sweepAge, hours: 26.5), .init(.usageRows, 7)])
        #expect(set.namespace == "AMISteward")
        #expect(set.dimensions == [.init("FunctionName", "checker")])
        #expect(set.metrics == [.init("SweepAge", 26.5, .none), .init("UsageRows", 7, .count)])
    }
}
