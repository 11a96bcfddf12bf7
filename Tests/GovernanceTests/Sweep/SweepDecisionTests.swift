import Testing

@testable import Governance

@Suite struct SweepDecisionTests {
    private static func checkpoint(
        started: String,
        completed: String? = nil,
        heldUntil: String? = nil
    ) -> SweepCheckpoint {
        var checkpoint = SweepCheckpoint(started: time(started))
        checkpoint.completed = completed.map(time)
        checkpoint.heldUntil = heldUntil.map(time)
        return checkpoint
    }

    private static let now = "2026-11-20T12:00:00Z"

    @Test(
        arguments: [
            // Right after installation.
            (nil, false, .begin), (nil, true, .begin),
            // Completed, and a day ago or not.
            (checkpoint(started: "2026-11-19T12:00:01Z", completed: "2026-11-19T12:10:00Z"), false, .wait),
            (checkpoint(started: "2026-11-19T12:00:01Z", completed: "2026-11-19T12:10:00Z"), true, .begin),
            (checkpoint(started: "2026-11-19T12:00:00Z", completed: "2026-11-20T11:59:00Z"), false, .begin),
            // The clock was set back.
            (checkpoint(started: "2027-11-19T12:00:00Z", completed: "2027-11-19T12:10:00Z"), false, .begin),
            // Not finished: nobody is at it, somebody is, somebody was.
            (checkpoint(started: "2026-11-20T11:00:00Z"), false, .resume),
            (checkpoint(started: "2026-11-10T11:00:00Z"), false, .resume),
            (checkpoint(started: "2026-11-20T11:00:00Z"), true, .begin),
            (checkpoint(started: "2026-11-20T11:00:00Z", heldUntil: "2026-11-20T12:00:01Z"), false, .leave),
            (checkpoint(started: "2026-11-20T11:00:00Z", heldUntil: "2026-11-20T12:00:01Z"), true, .leave),
            (checkpoint(started: "2026-11-20T11:00:00Z", heldUntil: "2026-11-20T12:00:00Z"), false, .resume),
        ] as [(SweepCheckpoint?, Bool, SweepDecision)]
    )
    func decision(checkpoint: SweepCheckpoint?, isForced: Bool, expected: SweepDecision) {
        #expect(SweepDecision(checkpoint, at: time(Self.now), intervalHours: 24, isForced: isForced) == expected)
    }

    @Test(arguments: [(1, SweepDecision.begin), (12, .begin), (13, .wait), (168, .wait)] as [(Int64, SweepDecision)])
    func interval(hours: Int64, expected: SweepDecision) {
        let last = Self.checkpoint(started: "2026-11-20T00:00:00Z", completed: "2026-11-20T00:10:00Z")
        #expect(SweepDecision(last, at: time(Self.now), intervalHours: hours) == expected)
    }
}
