import AWSServices
import Testing
import YAML

@testable import CommandLineInterface
@testable import Governance

struct CheckOutcomeTests {
    private static let account = AccountID("222222222201")!
    private static let now = ReportFixture().now

    private static func coverage(_ sweep: CoverageRecord.Sweep?, tracked: Bool = true) -> AccountCoverage {
        let region = ReportFixture().region
        let record = CoverageRecord(
            account: account,
            region: region,
            lastSweep: sweep,
            lastEvent: sweep.map { _ in now }
        )
        return AccountCoverage(of: account, tracked ? .record(record) : nil, now: now, maximumAgeHours: 48)
    }

    private static let cases = [
        coverage(nil, tracked: false), coverage(nil), coverage(.init(started: now, completed: now, resources: 1)),
        coverage(
            .init(
                started: now,
                completed: now,
                skipped: ["parameters"],
                leftOut: ["parameters": 2],
                unavailable: ["fleets"],
                resources: 1
            )
        ),
    ]

    @Test(arguments: cases)
    func `the coverage of an account is the same document as that of other commands`(coverage: AccountCoverage) throws {
        let answer = try JSONValue(parsing: try GovernanceJSON.encode(CoverageMessage(coverage)))
        var members = try #require(CheckOutcome.whole(answer).object)
        #expect(members.removeValue(forKey: "account_id") == .string(Self.account.text))
        guard case .mapping(let expected) = coverage.document else {
            Issue.record("no mapping")
            return
        }
        #expect(
            members.mapValues { YAMLValue($0) }
                == Dictionary(uniqueKeysWithValues: expected.map { ($0.name, $0.value) })
        )
    }
}
