import AWSClient
import AWSServices
import LambdaRuntime
import TestSupport
import Testing

@testable import Governance

@Suite struct UsageMeasurementTests {
    private static let other = AccountID(checked: "777788889999")
    private static let late = AccountID(checked: "888899990000")

    /// Of accounts that got their images on the first of the month.
    private func result(
        _ coverage: [CoverageRecord],
        _ accounts: [AccountID]?,
        shared: String = "2026-11-01T00:00:00Z",
        hasGroups: Bool = false,
        owner: AccountID? = nil
    ) throws -> UsageMeasurement.Result {
        let sharing = accounts.map { accounts in
            UsageMeasurement.Sharing(
                accounts: Dictionary(uniqueKeysWithValues: accounts.map { ($0, .since(time(shared))) }),
                hasGroups: hasGroups
            )
        }
        return try measurement(owner: owner) { _, _ in .status(500) }.1.result(
            Dictionary(uniqueKeysWithValues: coverage.map { ($0.account, .record($0)) }),
            sharing,
            now: asked
        )
    }

    @Test func theOldestSweepAndTheAccountsThatAreNotKnown() throws {
        let coverage = [swept(consumer), swept(Self.other, at: "2026-11-17T10:00:00Z")]
        let both = try result(coverage, [consumer, Self.other])
        #expect(both.sweepAge == 72)
        #expect(both.unknownAccounts == [Self.other])
        #expect(try result(coverage, [consumer]).sweepAge == 2)
        #expect(try result(coverage, [consumer]).unknownAccounts == [])
        // Whoever has no image any more is of no concern, unless a group may bring it one.
        #expect(try result(coverage, []) == .init(unknownAccounts: [], accountsAwaitingSweep: []))
        #expect(try result(coverage, [], hasGroups: true).sweepAge == 72)
        // Where shares cannot be read, every tracker's sweep counts; who has an image and no tracker, nobody can say.
        #expect(try result(coverage, nil) == .init(sweepAge: 72))
        // Without a tracker, or without a sweep.
        let heard = CoverageRecord(account: consumer, region: region, lastEvent: asked)
        let unknown = try result([heard], [consumer, Self.other])
        #expect(unknown.unknownAccounts == [consumer, Self.other])
        #expect(unknown.sweepAge == nil)
    }

    /// As a verdict has it: what a sweep left out, a share that is newer than the sweep, and the owner count.
    @Test func theRuleIsThatOfTheVerdict() throws {
        let skipped = [swept(consumer, skipped: ["fleets"]), swept(Self.other, skipped: ["image-references"])]
        #expect(try result(skipped, [consumer, Self.other]).unknownAccounts == [consumer])
        let coverage = [swept(consumer)]
        #expect(try result(coverage, [consumer], shared: "2026-11-20T07:59:59Z").unknownAccounts == [])
        #expect(try result(coverage, [consumer], owner: creator).unknownAccounts == [creator])
        #expect(try result(coverage + [swept(creator)], [consumer], owner: creator).unknownAccounts == [])
    }

    /// Whoever got an image since its last sweep is known by its next one, unless more is missing.
    @Test func accountsThatAwaitTheirNextSweep() throws {
        let late = "2026-11-20T08:00:00Z"
        let waiting = try result([swept(consumer)], [consumer], shared: late)
        #expect(waiting == .init(sweepAge: 2, unknownAccounts: [], accountsAwaitingSweep: [consumer]))
        let others = [
            swept(consumer, skipped: ["fleets"]), swept(Self.other, at: "2026-11-17T10:00:00Z"),
            CoverageRecord(account: Self.late, region: region, lastEvent: asked),
        ]
        let unknown = try result(others, [consumer, Self.other, Self.late, creator], shared: late)
        #expect(unknown.unknownAccounts == [consumer, Self.other, Self.late, creator].sorted())
        #expect(unknown.accountsAwaitingSweep == [])
        // No sweep is known to be later than what nobody knows the time of.
        let (_, measurement) = try measurement { _, _ in .status(500) }
        var sharing = UsageMeasurement.Sharing()
        sharing.add(consumer, since: nil)
        let lost = measurement.result([consumer: .record(swept(consumer))], sharing, now: asked)
        #expect((lost.unknownAccounts, lost.accountsAwaitingSweep) == ([consumer], []))
    }

    /// Of several images the last counts; and where a time cannot be read, no sweep is known to be later.
    @Test func severalImagesOfAnAccount() {
        let (first, last) = (time("2026-11-01T00:00:00Z"), time("2026-11-20T09:00:00Z"))
        func possession(_ times: [EventTime?]) -> Possession? {
            var sharing = UsageMeasurement.Sharing()
            for time in times { sharing.add(consumer, since: time) }
            return sharing.accounts[consumer]
        }
        #expect(possession([]) == nil)
        #expect(possession([first, last]) == .since(last))
        #expect(possession([last, first]) == .since(last))
        for times in [[nil], [first, nil], [nil, first], [first, nil, last]] {
            #expect(possession(times) == .notRecorded(isLost: false))
        }
    }

    /// An account that has no image any more is gone for the measures 30 days after the last sign of its tracker.
    @Test(arguments: [("2026-10-21T10:00:01Z", true), ("2026-10-21T09:58:59Z", false)])
    func accountsThatAreGone(sweep: String, isThere: Bool) throws {
        var gone = swept(Self.other, at: sweep)
        (gone.lastEvent, gone.lastEventHandled) = (nil, nil)
        let coverage = [swept(consumer), gone]
        let groups = try result(coverage, [consumer], hasGroups: true)
        #expect(groups.unknownAccounts == (isThere ? [Self.other] : []))
        #expect(((groups.sweepAge ?? 0) > 700) == isThere)
        // Whoever has an image counts, however long nothing was heard.
        #expect(try result(coverage, [consumer, Self.other]).unknownAccounts == [Self.other])
        // Events are a sign, too.
        gone.lastEventHandled = asked
        #expect(try result([gone], [], hasGroups: true).unknownAccounts == [Self.other])
    }

    private func measurement(
        owner: AccountID? = nil,
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
            owner: owner,
            maximumSweepAgeHours: 48,
            departedAfterDays: 30
        )
        return (fixture, measurement)
    }

    private static func principal(
        _ text: String,
        at time: String = "2026-11-01T00:00:00.000Z",
        since: String? = nil
    ) -> String {
        var item = ["principal": text, "event_time": time]
        item["permission_since"] = since
        return CloudFixture.item(item)
    }

    @Test func whatIsAskedOfTheTables() async throws {
        let (fixture, measurement) = try measurement { operation, body in
            switch operation {
            case "Query": CloudFixture.items([swept(consumer), swept(Self.late)].map(CloudFixture.item(of:)))
            case "Scan":
                body.contains("ExclusiveStartKey")
                    ? CloudFixture.items([
                        // Given once more since the sweep.
                        Self.principal(
                            "account#\(consumer)",
                            at: "2026-11-20T09:30:00.000Z",
                            since: "2026-11-01T00:00:00.000Z"
                        ),
                        Self.principal("image"),
                    ])
                    : CloudFixture.items(
                        // The latest of several images counts.
                        [
                            Self.principal("account#\(Self.other)"),
                            Self.principal("account#\(Self.late)", at: "2026-11-20T09:00:00.000Z"),
                            Self.principal("account#\(Self.late)"),
                        ],
                        more: CloudFixture.item(["image_id": "ami-1", "principal": "x"])
                    )
            default: .ok(#"{"Table":{"TableName":"usage","TableStatus":"ACTIVE","ItemCount":120001}}"#)
            }
        }
        let (result, failures) = await measurement.run(now: asked)
        #expect(failures.isEmpty)
        // Coverage is no usage.
        #expect(
            result
                == .init(
                    usageRows: 119_999,
                    sweepAge: 2,
                    unknownAccounts: [Self.other],
                    accountsAwaitingSweep: [Self.late]
                )
        )
        #expect(fixture.operations.sorted() == ["DescribeTable", "Query", "Scan", "Scan"])
        #expect(fixture.bodies(of: "Scan").allSatisfy { $0.contains(#"{"S":"shared"}"#) })
    }

    @Test func whatCannotBeMeasuredIsToldAndKeepsNothingElse() async throws {
        let (_, measurement) = try measurement { operation, _ in
            operation == "Query"
                ? CloudFixture.items([CloudFixture.item(of: swept(consumer))])
                : CloudFixture.dynamoDBError("AccessDeniedException")
        }
        let (result, failures) = await measurement.run(now: asked)
        #expect(result == .init(sweepAge: 2))
        #expect(failures.map(\.operation).sorted() == ["DescribeTable", "Scan"])
        #expect(IncompleteMeasurement(failures: failures).underlyingErrors.count == 2)
    }

    @Test func withoutCoverageNothingCanBeMeasured() async throws {
        let (_, measurement) = try measurement { operation, _ in
            switch operation {
            case "Query": CloudFixture.dynamoDBError("ThrottlingException")
            case "Scan": CloudFixture.items([Self.principal("account#\(consumer)")])
            default: .ok(#"{"Table":{"TableName":"usage","TableStatus":"ACTIVE","ItemCount":7}}"#)
            }
        }
        let (result, failures) = await measurement.run(now: asked)
        #expect(result == .init())
        #expect(failures.map(\.operation) == ["Query"])
    }

    @Test func metricsAreOfTheFunction() {
        let metrics = GovernanceMetrics(LambdaEnvironment(["AWS_LAMBDA_FUNCTION_NAME": "checker"]))
        let set = metrics.set([.init(.sweepAge, hours: 26.5), .init(.usageRows, 7)])
        #expect(set.namespace == "AMISteward")
        #expect(set.dimensions == [.init("FunctionName", "checker")])
        #expect(set.metrics == [.init("SweepAge", 26.5, .none), .init("UsageRows", 7, .count)])
    }
}
