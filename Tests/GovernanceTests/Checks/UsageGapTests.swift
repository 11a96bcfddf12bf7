import Testing

@testable import Governance

@Suite struct UsageGapTests {
    private static let other = AccountID(checked: "777788889999")
    private static let old = "2026-11-01T08:00:00Z"

    private func seen(_ row: UsageRow, at first: String = old) -> UsageRow {
        UsageRow(
            key: row.key,
            resourceName: row.resourceName,
            region: row.region,
            mark: EventMark(time: time(first), eventID: "e"),
            lastSeen: asked,
            source: .sweep
        )
    }

    private func gaps(
        _ rows: [UsageRow],
        _ entries: [(AccountID?, ResourceKind, Int)],
        kinds: [ResourceKind] = [.instance, .launchTemplate],
        accounts: Set<AccountID>? = nil,
        elsewhere: [UsageRow] = [],
        coverage: [CoverageRecord] = []
    ) -> [UsageGap] {
        func tally(_ rows: [UsageRow]) -> UsageTally {
            var tally = UsageTally(reportedSince: asked)
            for row in rows { tally.add(row) }
            tally.finish()
            return tally
        }
        var report = UsageReport(created: time("2026-11-20T09:59:00Z"), kinds: kinds)
        for (account, kind, count) in entries { report.add(count, kind, of: account) }
        return UsageGap.gaps(
            between: tally(rows),
            and: report,
            elsewhere: accounts == nil ? nil : tally(elsewhere),
            evidence: UsageEvidence(
                accounts: accounts,
                owner: creator,
                isRecorded: true,
                shares: [],
                coverage: Dictionary(uniqueKeysWithValues: coverage.map { ($0.account, .record($0)) }),
                now: asked,
                maximumSweepAgeHours: 72
            )
        )
    }

    @Test func whatAgreesIsNoGap() {
        let rows =
            instances(2).map { seen($0) } + [seen(version(1)), seen(version(2)), seen(launchConfiguration("web"))]
        // Two versions are one launch template, and launch configurations are nothing EC2 counts.
        #expect(gaps(rows, [(consumer, .instance, 2), (consumer, .launchTemplate, 1)]) == [])
        #expect(gaps([], []) == [])
        // Entries add up.
        #expect(gaps(rows, [(consumer, .instance, 1), (consumer, .instance, 1), (consumer, .launchTemplate, 1)]) == [])
    }

    private func gap(
        _ account: AccountID,
        _ kind: ResourceKind,
        table: Int,
        report: Int,
        sweep: EventTime? = nil,
        isSweptSince: Bool = false
    ) -> UsageGap {
        UsageGap(
            account: account,
            kind: kind,
            table: table,
            report: report,
            recent: 0,
            sweep: sweep,
            isSweptSince: isSweptSince
        )
    }

    @Test func bothDirections() {
        let rows = instances(3).map { seen($0) } + instances(1, of: Self.other).map { seen($0) }
        let sweep = time("2026-11-20T08:00:00Z")
        #expect(
            gaps(rows, [(consumer, .instance, 1), (Self.other, .launchTemplate, 4)], coverage: [swept(consumer)]) == [
                gap(consumer, .instance, table: 3, report: 1, sweep: sweep, isSweptSince: true),
                gap(Self.other, .instance, table: 1, report: 0),
                gap(Self.other, .launchTemplate, table: 0, report: 4),
            ]
        )
    }

    /// The report lags behind: 24 hours for instances, days for launch templates.
    @Test func whatIsTooNewForTheReport() {
        let rows =
            instances(3).enumerated().map {
                seen($1, at: $0 == 0 ? "2026-11-19T10:00:00.001Z" : "2026-11-19T10:00:00Z")
            }
            + [seen(version(1)), seen(version(2), at: "2026-11-20T09:00:00Z")]
            + [seen(row(.launchTemplateVersion(.init(checked: "lt-9"), 1)), at: "2026-11-17T10:00:01Z")]
        let found = gaps(rows, [(consumer, .instance, 2), (consumer, .launchTemplate, 0)])
        #expect(found.map(\.table) == [3, 2])
        #expect(found.map(\.recent) == [1, 1])
        // One instance may be too new; of the launch templates one has an old version.
        #expect(found.map(\.isExplained) == [true, false])
        #expect(gaps(rows, [(consumer, .instance, 5)])[0].isExplained == false)
    }

    /// What ended within the report's delay is counted still: where a sweep within that delay found no more, it says nothing
    /// against the table. An account without such a sweep is another matter.
    @Test(arguments: [
        ("2026-11-20T09:59:30Z", [], true, true), ("2026-11-19T09:59:00Z", [], true, true),
        ("2026-11-19T09:58:59Z", [], false, true), ("2026-11-17T10:00:00Z", [], false, true),
        ("2026-11-17T09:58:59Z", [], false, false), ("2026-11-20T08:00:00Z", ["instances"], false, false),
    ])
    func whatEndedLately(sweep: String, skipped: [String], instances: Bool, templates: Bool) {
        let coverage = [swept(consumer, at: sweep, skipped: skipped)]
        let found = gaps([], [(consumer, .instance, 2), (consumer, .launchTemplate, 1)], coverage: coverage)
        #expect(found.map(\.isExplained) == [instances, templates])
        #expect(gaps([], [(Self.other, .instance, 2)], coverage: coverage).map(\.isExplained) == [false])
    }

    @Test func accountsThatEC2DoesNotName() {
        let found = gaps([], [(nil, .instance, 2), (consumer, .instance, 1), (nil, .launchTemplate, 1)])
        #expect(found.map(\.account) == [consumer, nil, nil])
        #expect(found.map(\.report) == [1, 2, 1])
    }

    /// What EC2 counts without an account number is what the table has of accounts of which EC2 says nothing.
    @Test(arguments: [(4, 0), (3, 1), (5, 1), (1, 1)])
    func unnamedCountsAreSetOffAgainstTheTable(unnamed: Int, gapCount: Int) {
        let rows = instances(3).map { seen($0) } + instances(2, of: Self.other).map { seen($0) }
        let found = gaps(rows, [(consumer, .instance, 1), (nil, .instance, unnamed)])
        #expect(found.count == gapCount)
        for gap in found { #expect((gap.account, gap.table, gap.report) == (nil, 4, unnamed)) }
        #expect(UsageGap.unnamedUses(in: found) == max(0, unnamed - 4))
        // Another kind, and another account of which EC2 counts more, are not set off.
        let others = gaps(rows, [(consumer, .instance, 1), (nil, .launchTemplate, 1), (Self.other, .instance, 3)])
        #expect(others.map(\.account) == [consumer, Self.other, nil])
    }

    /// What is too new for the report is so, whoever's it is.
    @Test func unnamedCountsMayLackWhatIsNew() {
        let rows = instances(3).enumerated().map { seen($1, at: $0 == 0 ? "2026-11-20T09:00:00Z" : Self.old) }
        #expect(gaps(rows, [(nil, .instance, 2)]).map(\.isExplained) == [true])
        #expect(gaps(rows, [(nil, .instance, 1)]).map(\.isExplained) == [false])
    }

    /// Of those asked about, unless the table's other accounts have as many.
    @Test(arguments: [(0, 2), (1, 1), (2, 0), (3, 0)])
    func unnamedCountsWhereAccountsAreNamed(elsewhere: Int, left: Int) {
        let others = instances(elsewhere, of: Self.other).map { seen($0) }
        let found = gaps([], [(nil, .instance, 2)], accounts: [consumer], elsewhere: others)
        #expect(found.isEmpty == (left == 0))
        #expect(UsageGap.unnamedUses(in: found) == left)
        // What they have themselves may be all of it; what is more than that is a difference.
        let rows = instances(3).map { seen($0) }
        let own = gaps(rows, [(nil, .instance, 2)], accounts: [consumer], elsewhere: others)
        #expect(own.map { [$0.table, $0.report] } == [[3, 2]])
        // EC2 counts the others by their numbers.
        let named = gaps(
            [],
            [(nil, .instance, 2), (Self.other, .instance, 9)],
            accounts: [consumer],
            elsewhere: others
        )
        #expect(UsageGap.unnamedUses(in: named) == 2)
    }

    /// EC2 reports on other accounts.
    @Test func theOwnerIsComparedOnlyWhereEC2CountsIt() {
        let own = instances(2, of: creator).map { seen($0) }
        #expect(gaps(own, []) == [])
        #expect(gaps(own, [(creator, .instance, 1)]).map(\.report) == [1])
    }

    @Test func onlyTheAccountsInQuestionAndTheKindsThatAreCounted() {
        let rows = instances(1).map { seen($0) }
        #expect(gaps(rows, [(Self.other, .instance, 9), (consumer, .instance, 1)], accounts: [consumer]) == [])
        let recipe = Resource(
            kind: .imageRecipe,
            id: "arn:aws:imagebuilder:eu-central-1:444455556666:image-recipe/web/1.0.0"
        )!
        #expect(gaps([seen(row(recipe))], []) == [])
        let counted = gaps([seen(row(recipe))], [], kinds: [.instance, .imageRecipe])
        #expect(counted.map(\.kind) == [.imageRecipe])
    }

    @Test func explanationsSayWhichIsNewer() {
        let created = time("2026-11-20T09:59:00Z")
        func explanation(table: Int, report: Int, recent: Int = 0, account: AccountID? = consumer, sweep: String?)
            -> String
        {
            UsageGap(
                account: account,
                kind: .instance,
                table: table,
                report: report,
                recent: recent,
                sweep: sweep.flatMap { EventTime($0) },
                isSweptSince: false
            ).explanation(created: created)
        }
        let after = explanation(table: 1, report: 2, sweep: "2026-11-20T10:00:00Z")
        #expect(after.hasPrefix("EC2 counts more than the table has: the report is of 2026-11-20 09:59:00 UTC"))
        #expect(after.hasSuffix("began at 2026-11-20 10:00:00 UTC, after the report"))
        #expect(explanation(table: 1, report: 2, sweep: "2026-11-20T09:00:00Z").hasSuffix("before the report"))
        #expect(explanation(table: 1, report: 2, sweep: nil).hasSuffix("the account was never swept"))
        #expect(explanation(table: 0, report: 2, account: nil, sweep: nil).hasSuffix("EC2 does not name the accounts"))
        let newer = explanation(table: 3, report: 2, recent: 1, sweep: nil)
        #expect(
            newer.hasPrefix("the table has more than EC2 counts, 1 of them newer than what the report is sure to have")
        )
    }

    @Test func countsStayBounded() {
        var report = UsageReport(created: asked)
        for number in 0..<(UsageReport.maximumAccounts + 50) {
            report.add(2, .instance, of: AccountID(checked: String(100_000_000_000 + number)))
        }
        #expect(report.accounts.count == UsageReport.maximumAccounts)
        #expect(report.others == [.instance: 100])
        #expect(report.totals == [.instance: 2 * (UsageReport.maximumAccounts + 50)])
    }
}
