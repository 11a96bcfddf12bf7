import Testing

@testable import Governance

@Suite struct SweepDecisionTests {
    private static func checkpoint(
        started: String,
        completed: String? = nil,
        heldUntil: String? = nil,
        leftOut: [InventorySection: Int] = [:],
        skipped: Set<InventorySection> = [],
        incompleteBefore: Int = 0
    ) -> SweepCheckpoint {
        var checkpoint = SweepCheckpoint(started: time(started))
        checkpoint.completed = completed.map(time)
        checkpoint.heldUntil = heldUntil.map(time)
        checkpoint.leftOut = leftOut
        checkpoint.skipped = skipped
        checkpoint.incompleteBefore = incompleteBefore
        return checkpoint
    }

    private static let now = "2026-11-20T12:00:00Z"

    /// Of an account whose moment is noon.
    private static func schedule(hours: Int64 = 24) -> SweepSchedule {
        SweepSchedule(intervalHours: hours, hash: 12 * 3_600_000)
    }

    @Test(
        arguments: [
            // Right after installation.
            (nil, false, .begin), (nil, true, .begin),
            // Completed, before the account's moment or not long ago.
            (checkpoint(started: "2026-11-19T12:00:00Z", completed: "2026-11-19T12:10:00Z"), false, .begin),
            (checkpoint(started: "2026-11-19T11:00:00Z", completed: "2026-11-20T11:59:00Z"), false, .begin),
            (checkpoint(started: "2026-11-20T09:00:00Z", completed: "2026-11-20T09:10:00Z"), false, .begin),
            (checkpoint(started: "2026-11-20T09:00:01Z", completed: "2026-11-20T09:10:00Z"), false, .wait),
            (checkpoint(started: "2026-11-20T09:00:01Z", completed: "2026-11-20T09:10:00Z"), true, .begin),
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
        #expect(
            SweepDecision(checkpoint, at: time(Self.now), schedule: Self.schedule(), isForced: isForced) == expected
        )
    }

    /// After the account's moment has come, and before it comes again.
    @Test(arguments: [
        ("2026-11-20T12:00:00Z", "2026-11-21T11:59:59Z", false), ("2026-11-20T12:00:00Z", "2026-11-21T12:00:00Z", true),
        ("2026-11-20T12:04:59Z", "2026-11-21T12:00:00Z", true), ("2026-11-20T11:59:59Z", "2026-11-20T14:59:58Z", false),
        ("2026-11-20T11:59:59Z", "2026-11-20T14:59:59Z", true), ("2026-11-20T20:00:00Z", "2026-11-21T11:59:59Z", false),
    ])
    func momentOfTheAccount(started: String, now: String, isDue: Bool) {
        #expect(Self.schedule().isDue(after: time(started), at: time(now)) == isDue)
    }

    /// Whatever the account and the interval, ticks begin a sweep at least once in each interval, and after the first two all
    /// are an interval apart.
    @Test func noMoreThanAnIntervalApart() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            let hours = Int64.random(in: 1...168, using: &generator)
            let schedule = SweepSchedule(intervalHours: hours, hash: generator.next())
            var started = time(Self.now)
            var gaps: [Int64] = []
            var now = started
            while gaps.count < 4 {
                now = now.advanced(bySeconds: 300)
                guard schedule.isDue(after: started, at: now) else { continue }
                gaps.append((now.milliseconds - started.milliseconds) / 1000)
                started = now
            }
            #expect(gaps.allSatisfy { $0 <= hours * 3600 + 300 && $0 >= hours * 450 }, "\(hours): \(gaps)")
            #expect(gaps.dropFirst(2).allSatisfy { abs($0 - hours * 3600) <= 300 }, "\(hours): \(gaps)")
        }
    }

    /// 1,000 accounts with consecutive numbers, in two regions: of each hour of the day, about as many.
    @Test func accountsAreSpreadOverTheInterval() {
        var counts: [Int] = Array(repeating: 0, count: 24)
        for number in 0..<1000 {
            for name in ["eu-central-1", "us-east-1"] {
                let account = AccountID(checked: String(111_122_220_000 + number))
                let schedule = SweepSchedule(intervalHours: 24, account: account, region: .init(checked: name))
                #expect(schedule == SweepSchedule(intervalHours: 24, account: account, region: .init(checked: name)))
                let midnight = time("2026-11-19T23:59:59.999Z")
                let hour = (4...27).first {
                    schedule.isDue(after: midnight, at: midnight.advanced(bySeconds: $0 * 3600))
                }
                counts[Int(hour ?? 0) - 4] += 1
            }
        }
        // The first that is looked at has the four hours before, too.
        #expect(counts[0] > 240 && counts[0] < 430, "\(counts)")
        #expect(counts[1..<21].allSatisfy { $0 > 45 && $0 < 130 }, "\(counts)")
        #expect(counts[21...] == [0, 0, 0])
    }

    // MARK: What was left out

    @Test(
        arguments: [
            // The first time after an hour, then after two, four, …, up to the interval.
            (0, 59, false), (0, 60, true), (1, 119, false), (1, 120, true), (2, 240, true), (2, 239, false),
            (4, 959, false), (4, 960, true), (5, 1439, false), (5, 1440, true), (50, 1439, false), (50, 1440, true),
        ] as [(Int, Int64, Bool)]
    )
    func aRetry(incompleteBefore: Int, minutes: Int64, isDue: Bool) {
        let schedule = SweepSchedule(intervalHours: 24, hash: 0)
        let completed = time("2026-11-20T00:00:00Z")
        #expect(
            schedule.isRetryDue(
                after: completed,
                count: incompleteBefore + 1,
                at: completed.advanced(bySeconds: minutes * 60)
            ) == isDue
        )
        #expect(!schedule.isRetryDue(after: completed, count: 0, at: completed.advanced(bySeconds: 1_000_000)))
    }

    @Test(
        arguments: [
            ([:], [.parameters], .begin), ([.parameters: 1], [], .begin), ([:], [], .wait),
            // Whatever that is, other sections list it.
            ([:], [.imageReferences], .wait), ([.imageReferences: 1], [.fleets], .begin),
        ] as [([InventorySection: Int], Set<InventorySection>, SweepDecision)]
    )
    func whatIsTriedAgain(
        leftOut: [InventorySection: Int],
        skipped: Set<InventorySection>,
        expected: SweepDecision
    ) {
        let last = Self.checkpoint(
            started: "2026-11-20T10:50:00Z",
            completed: "2026-11-20T11:00:00Z",
            leftOut: leftOut,
            skipped: skipped
        )
        #expect(SweepDecision(last, at: time(Self.now), schedule: Self.schedule()) == expected)
    }

    @Test func sweepsInARow() {
        let first = Self.checkpoint(started: Self.now, completed: Self.now, skipped: [.fleets])
        #expect(first.incompleteInARow == 1)
        var second = SweepCheckpoint(started: time(Self.now), after: first)
        #expect(second.incompleteBefore == 1)
        // One that is begun anew by force counts once.
        #expect(SweepCheckpoint(started: time(Self.now), after: second).incompleteBefore == 1)
        second.leftOut = [.parameters: 1]
        second.completed = second.started
        #expect(SweepCheckpoint(started: time(Self.now), after: second).incompleteBefore == 2)
        second.leftOut = [:]
        #expect(SweepCheckpoint(started: time(Self.now), after: second).incompleteBefore == 0)
    }
}
