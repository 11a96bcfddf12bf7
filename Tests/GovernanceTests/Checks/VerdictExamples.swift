import Testing

@testable import Governance

/// What verdicts are decided from, made in short.
protocol VerdictExamples {}

extension VerdictExamples {
    static var other: AccountID { AccountID(checked: "777788889999") }

    /// Where the owner's own use is known, unless it is said otherwise.
    func evidence(
        _ shares: [ShareRecord],
        _ coverage: [CoverageRecord] = [],
        accounts: Set<AccountID>? = nil,
        ownerIsSwept: Bool = true,
        _ change: (inout UsageEvidence) -> Void = { _ in }
    ) -> UsageEvidence {
        let coverage = (ownerIsSwept ? [swept(creator)] : []) + coverage
        var evidence = UsageEvidence(
            accounts: accounts,
            owner: creator,
            isRecorded: true,
            shares: shares,
            coverage: Dictionary(uniqueKeysWithValues: coverage.map { ($0.account, .record($0)) }),
            now: asked
        )
        evidence.wasThere = time("2026-11-01T00:00:00Z")
        change(&evidence)
        return evidence
    }

    func report(
        _ accounts: [AccountID] = [],
        unnamed: Bool = false,
        of created: EventTime = asked
    ) -> UsageEvidence.OwnerView {
        var report = UsageReport(created: created)
        for account in accounts { report.add(1, .instance, of: account) }
        if unnamed { report.add(1, .instance, of: nil) }
        return .available(report)
    }

    func expect(
        _ evidence: UsageEvidence,
        _ outcome: Verdict.Outcome,
        _ doubts: [Doubt] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let verdict = Verdict(evidence)
        #expect(verdict.outcome == outcome, sourceLocation: sourceLocation)
        #expect(verdict.doubts == doubts, sourceLocation: sourceLocation)
    }

    /// A share that was lost.
    func lost(
        _ principal: Principal,
        _ status: ShareStatus = .removed,
        at end: String = "2026-11-10T08:00:00Z"
    ) -> ShareRecord {
        let occurrence = Occurrence(time: time(end), eventID: "e", eventName: "n", actor: nil)
        var record = share(principal)
        if status == .removed {
            record.permission = Sighting(.removed, occurrence)
        } else {
            record.revocations = Sightings(call: Sighting(status, occurrence))
        }
        return record
    }
}
