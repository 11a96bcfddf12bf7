import LambdaRuntime
import Testing

@testable import Governance

func completed(_ outcome: SweepOutcome) throws -> SweepCheckpoint {
    guard case .completed(let checkpoint) = outcome else {
        throw ConfigurationError(message: "the sweep is \(outcome.name)")
    }
    return checkpoint
}

/// A sweep from invocation to invocation, and how long each may be at it.
@Suite struct SweepInvocationTests {
    @Test func continuesWhereItWasLeft() async throws {
        let rig = SweepRig(SweepTests.account(instances: 40), longestStep: 1000)
        var invocations = 0
        var started: Set<EventTime> = []
        while true {
            invocations += 1
            let outcome = try await rig.sweep(seconds: 4)
            if let checkpoint = outcome.checkpoint { started.insert(checkpoint.started) }
            if case .completed(let checkpoint) = outcome {
                #expect(checkpoint.resources == 46)
                break
            }
            #expect(outcome.name == "suspended")
            try #require(invocations < 100)
            rig.clock.advance(milliseconds: 300_000)
        }
        #expect(invocations > 2)
        #expect(started.count == 1)
        #expect(rig.rows == rig.account.current.listedRows)
    }

    /// A page is more than an invocation has time for: what is done of it is not done again.
    @Test func aPageThatTakesSeveralInvocations() async throws {
        let rig = SweepRig(SweepTests.account(instances: 950), longestStep: 1, pageSize: 1000)
        // Two seconds of three are the reserve, and a hundred resources take a quarter of one.
        guard case .suspended(let first) = try await rig.sweep(seconds: 3) else {
            Issue.record("not suspended")
            return
        }
        #expect(first.unlisted.contains(.instances))
        // Four hundred, and what other sections had listed before.
        #expect((400...406).contains(rig.rows.count))
        let outcome = try await rig.sweep(seconds: 60)
        #expect(try completed(outcome).resources == 956)
        #expect(rig.rows == rig.account.current.listedRows)
    }

    @Test func oneIsAtItAtATime() async throws {
        let rig = SweepTests.rig()
        var checkpoint = SweepCheckpoint(started: rig.clock.now)
        checkpoint.heldUntil = rig.clock.now.advanced(bySeconds: 60)
        #expect(try await rig.store.write(checkpoint, replacing: nil))
        #expect(try await rig.sweep() == .busy)
        #expect(try await rig.sweep(isForced: true) == .busy)
        #expect(rig.rows == [])
        rig.clock.advance(milliseconds: 60_000)
        #expect(try completed(try await rig.sweep()).started == checkpoint.started)
    }

    @Test func doesNothingUntilTheNextOneIsDue() async throws {
        let rig = SweepTests.rig()
        let first = try completed(try await rig.sweep())
        let requests = rig.store.requests
        rig.clock.advance(milliseconds: 3_600_000)
        #expect(try await rig.sweep() == .notDue(first))
        #expect(rig.store.requests == requests + 1)
        let second = try completed(try await rig.sweep(isForced: true))
        #expect(second.started > first.started)
        #expect(second.revision > first.revision)
    }

    /// Two of a kind work on the same sweep: the one that is behind notices and stops.
    @Test func theOneThatIsOvertakenStops() async throws {
        struct Overtaken: SweepStore, UsageStore {
            let store: UsageStoreInMemory
            func checkpoint() async throws -> SweepCheckpoint? { try await store.checkpoint() }
            func write(_ checkpoint: SweepCheckpoint, replacing revision: Int?) async throws -> Bool {
                let isWritten = try await store.write(checkpoint, replacing: revision)
                if checkpoint.revision == 3 {
                    var other = checkpoint
                    other.revision += 1
                    _ = try await store.write(other, replacing: checkpoint.revision)
                }
                return isWritten
            }
            func mappings(after token: String?) async throws -> SweepPage<MappingRecord> {
                try await store.mappings(after: token)
            }
            func rows(of account: AccountID, in region: Region, lastSeenBefore: EventTime, after token: String?)
                async throws -> SweepPage<UsageRow.Key>
            {
                try await store.rows(of: account, in: region, lastSeenBefore: lastSeenBefore, after: token)
            }
            func record(_ change: CoverageChange, of account: AccountID, in region: Region) async throws {
                try await store.record(change, of: account, in: region)
            }
            func mappings(_ keys: [MappingKey]) async throws -> [MappingKey: MappingRecord] {
                try await store.mappings(keys)
            }
            func mappings(ofVersionsOf template: LaunchTemplateID) async throws -> [MappingRecord] {
                try await store.mappings(ofVersionsOf: template)
            }

            func mappings(ofUsesBy resource: Resource) async throws -> [MappingRecord] {
                try await store.mappings(ofUsesBy: resource)
            }
            func change(_ rows: [UsageRowChange]) async throws { try await store.change(rows) }
            func write(_ writes: [MappingWrite]) async throws -> Set<MappingKey> { try await store.write(writes) }
        }
        let rig = SweepTests.rig()
        let sweep = Sweep(
            ledger: UsageLedger(store: Overtaken(store: rig.store), account: consumer, region: region),
            inventory: rig.account,
            images: rig.account,
            intervalHours: 24,
            budget: SweepBudget(remaining: nil, now: { rig.clock.now }),
            logger: Logger(level: .fatal)
        )
        #expect(try await sweep.run() == .busy)
        #expect(try await rig.store.checkpoint()?.revision == 4)
        #expect(rig.store.contents.coverage?.lastSweep == nil)
    }

    @Test(
        arguments: [
            (1, 2, 0.1), (10, 2, 1.0), (60, 6, 3.0), (300, 20, 10.0), (900, 20, 10.0),
        ] as [(Int64, Int64, Double)]
    )
    func keepsAReserve(remaining: Int64, reserve: Int64, rest: Double) {
        let now = ContinuousClock.now
        let budget = SweepBudget(
            remaining: .seconds(remaining),
            now: { EventTime(milliseconds: 0) },
            instant: { now }
        )
        #expect(budget.reserve == .seconds(reserve))
        #expect(budget.isSpent() == (remaining <= reserve))
        #expect(budget.heldUntil == EventTime(milliseconds: (remaining + 1) * 1000))
    }

    @Test func isNotFasterThanDynamoDBTakesIt() async throws {
        let clock = SimulatedClock(seed: 1)
        let budget = SweepBudget(
            remaining: nil,
            now: { clock.now },
            instant: { clock.instant },
            sleep: { clock.advance($0) },
            pace: 400
        )
        let start = clock.instant
        try await budget.pause(since: start, resources: 100)
        #expect(clock.instant - start == .milliseconds(250))
        try await budget.pause(since: start, resources: 100)
        #expect(clock.instant - start == .milliseconds(250))
    }

    /// The time in which a page is listed is not waited for again, up to a quarter of a second.
    @Test(arguments: [(0, 1250), (100, 1150), (250, 1000), (9000, 1000)] as [(Int64, Int64)])
    func listingCountsAsAPause(listed: Int64, waited: Int64) async throws {
        let clock = SimulatedClock(seed: 1)
        let budget = SweepBudget(
            remaining: nil,
            now: { clock.now },
            instant: { clock.instant },
            sleep: { clock.advance($0) },
            pace: 400
        )
        let asked = clock.instant
        clock.advance(milliseconds: listed)
        let start = budget.start(sparedFrom: asked)
        let before = clock.instant
        for done in [100, 200, 300, 400, 500] { try await budget.pause(since: start, resources: done) }
        #expect(clock.instant - before == .milliseconds(waited))
    }
}
