import FoundationEssentials
import Testing

@testable import Governance

@Suite struct CheckAnswerTests {
    private static let links = ConsoleLinks(host: "console.aws.amazon.com", region: region)

    private func answer(
        _ rows: [UsageRow],
        record: ImageRecord? = nil,
        shares: [ShareRecord] = [],
        coverage: [CoverageRecord] = [],
        ownerView: UsageEvidence.OwnerView = .notAsked,
        gaps: [UsageGap] = []
    ) throws -> String {
        var answer = CheckAnswer(image: image, record: record, links: Self.links)
        for row in rows { answer.add(row) }
        answer.finish()
        var evidence = UsageEvidence(
            owner: nil,
            isRecorded: record != nil,
            shares: shares,
            coverage: Dictionary(uniqueKeysWithValues: coverage.map { ($0.account, .record($0)) }),
            now: asked
        )
        evidence.rows = answer.resourceCount
        evidence.ownerView = ownerView
        return String(decoding: try answer.json(Verdict(evidence), ownerView: ownerView, gaps: gaps), as: UTF8.self)
    }

    @Test func nobodyUsesIt() throws {
        let counts = ResourceKind.allCases.map { #"{"count":0,"kind":"\#($0.rawValue)"}"# }.joined(separator: ",")
        #expect(
            try answer([]) == #"{"account_count":0,"accounts":[],"coverage":[],"coverage_count":0,"gap_count":0,"#
                + #""gaps":[],"image_id":"ami-0abcdef1234567890","in_use":false,"notes":[],"reason_count":0,"reasons":[],"resource_count":0,"#
                + #""resource_counts":[\#(counts)],"shared_with":[],"shared_with_count":0,"verdict":"clear"}"#
        )
    }

    @Test func usageByAccount() throws {
        let other = AccountID(checked: "777788889999")
        let text = try answer(
            instances(2) + [launchConfiguration("web")] + [version(1, of: other)],
            record: ImageRecord(image: image, region: region, name: "golden"),
            shares: [share(.account(other))]
        )
        #expect(text.contains(#""account_count":2"#))
        #expect(text.contains(#""in_use":true"#))
        #expect(text.contains(#""verdict":"in-use""#))
        #expect(text.contains(#""reason_count":0,"reasons":[]"#))
        #expect(text.contains(#""resource_count":4"#))
        #expect(text.contains(#""image_name":"golden","image_status":"available""#))
        #expect(text.contains(#"{"account_id":"444455556666","resource_count":3,"resources":[{"count":2,"first":["#))
        #expect(text.contains(#"{"account_id":"777788889999","resource_count":1,"resources":[{"count":1,"first":["#))
        #expect(text.contains(#""shared_with":["account#777788889999"],"shared_with_count":1"#))
        #expect(
            text.contains(
                #""coverage":[{"account_id":"777788889999","skipped":[],"status":"no-tracker"}],"coverage_count":1"#
            )
        )
    }

    @Test func coverageOfEachAccount() throws {
        let other = AccountID(checked: "777788889999")
        let text = try answer(
            [],
            shares: [share(.account(consumer)), share(.account(other))],
            coverage: [swept(consumer, skipped: ["image-references"])]
        )
        #expect(text.contains(#""in_use":false"#))
        #expect(text.contains(#""verdict":"unknown""#))
        #expect(text.contains(#""reason_count":1,"reasons":["account 777788889999 has no usage tracker"]"#))
        // Those to worry about come first.
        let coverage = """
            "coverage":[{"account_id":"777788889999","skipped":[],"status":"no-tracker"},{"account_id":"444455556666",\
            "last_event":"2026-11-20T09:30:00.000Z","last_sweep_completed":"2026-11-20T08:01:00.000Z",\
            "last_sweep_started":"2026-11-20T08:00:00.000Z","skipped":["image-references"],"status":"swept"}],\
            "coverage_count":2
            """
        #expect(text.contains(coverage))
    }

    @Test func theOwnersView() throws {
        var report = UsageReport(created: asked)
        report.add(2, .instance, of: consumer)
        report.add(1, .instance, of: nil)
        let gap = UsageGap(
            account: nil,
            kind: .instance,
            table: 0,
            report: 1,
            recent: 0,
            sweep: nil,
            isSweptSince: false
        )
        let text = try answer([], ownerView: .available(report), gaps: [gap])
        #expect(text.contains(#""verdict":"in-use""#))
        #expect(
            text.contains(
                #""owner_view":{"account_count":1,"report_time":"2026-11-20T10:00:00.000Z","resource_counts":"#
                    + #"[{"count":3,"kind":"instance"},{"count":0,"kind":"launch-template"}],"status":"available"}"#
            )
        )
        #expect(
            text.contains(#""gap_count":1,"gaps":[{"ec2":1,"explained":false,"explanation":"EC2 counts more than"#)
        )
        let refused = try answer([], ownerView: .notAvailable(reason: "CreateImageUsageReport: UnauthorizedOperation"))
        #expect(
            refused.contains(
                #""owner_view":{"reason":"owner's view not available: CreateImageUsageReport: UnauthorizedOperation","#
                    + #""status":"not-available"}"#
            )
        )
    }

    /// However many there are, counts are whole and the answer fits into a Lambda response, 6 MB.
    @Test func isBounded() throws {
        let rows = (0..<300).flatMap { instances(100, of: AccountID(checked: String(100_000_000_000 + $0))) }
        let text = try answer(rows)
        #expect(text.contains(#""account_count":300"#))
        #expect(text.contains(#""resource_count":30000"#))
        #expect(text.ranges(of: "console_url").count == CheckAnswer.maximumListedResources)
        #expect(text.ranges(of: "\"account_id\"").count == 300)
        #expect(text.utf8.count < 1_000_000)
    }

    @Test func isBoundedForManyAccounts() throws {
        let accounts = (0..<12_000).map { AccountID(checked: String(100_000_000_000 + $0)) }
        let gaps = accounts.prefix(3000).map {
            UsageGap(account: $0, kind: .instance, table: 0, report: 1, recent: 0, sweep: nil, isSweptSince: false)
        }
        let text = try answer(
            accounts.map { instances(1, of: $0)[0] },
            shares: accounts.map { share(.account($0)) },
            coverage: accounts.map { account in
                swept(account, skipped: (0..<20).map { "\($0)" + String(repeating: "a", count: 38) })
            },
            ownerView: .available(UsageReport(created: asked)),
            gaps: Array(gaps)
        )
        #expect(text.contains(#""account_count":12000"#))
        #expect(text.contains(#""coverage_count":12000"#))
        #expect(text.contains(#""gap_count":3000"#))
        #expect(text.contains(#""shared_with_count":12000"#))
        #expect(text.utf8.count < 6_000_000)
        let unknown = try answer([], shares: accounts.map { share(.account($0)) })
        #expect(unknown.contains(#""reason_count":12000"#))
        #expect(unknown.utf8.count < 6_000_000)
    }

    @Test func grouping() {
        var grouping = UsageGrouping(limit: 2)
        let other = AccountID(checked: "777788889999")
        var summaries: [UsageSummary] = []
        for row in instances(3) + instances(1, of: other) {
            if let summary = grouping.add(row) { summaries.append(summary) }
        }
        if let last = grouping.finish() { summaries.append(last) }
        #expect(summaries.map(\.account) == [consumer, other])
        #expect(summaries.map(\.count) == [3, 1])
        #expect(summaries.map { $0[.instance].first.count } == [2, 1])
        #expect(summaries.map { $0[.instance].rest } == [1, 0])
        #expect(grouping.finish() == nil)
    }
}
