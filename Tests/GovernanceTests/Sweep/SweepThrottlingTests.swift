import AWSClient
import Synchronization
import Testing

@testable import Governance

/// Throttling is waited out. It holds up nothing else, and keeps no sweep from its end.
@Suite struct SweepThrottlingTests {
    private static let start = time("2026-11-20T08:00:00.000Z")
    private static let day: Int64 = 86_400
    private static let throttling = SimulatedAccount.error(.throttling, "RequestLimitExceeded")
    /// What EC2 counts against one quota of the account.
    private static let sections: [InventorySection] = [
        .instances, .launchTemplates, .fleets, .spotFleets, .imageReferences,
    ]

    private static func throttle(_ sections: [InventorySection], _ rig: SweepRig) {
        for section in sections { rig.account.fail(section, Array(repeating: throttling, count: 10_000)) }
    }

    /// More sections than pages are asked for at a time.
    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func allOthersAreListedAtOnce(seed: UInt64) async throws {
        let rig = SweepTests.rig(instances: 9)
        Self.throttle(Self.sections, rig)
        let inventory = SideBySideTests.Watched(rig.account)
        let outcome = try await Interleaver.alone(seed: seed) {
            try await SideBySideTests.sweep(rig, inventory, rig.store).run()
        }
        #expect(outcome?.name == "suspended")
        #expect(outcome?.checkpoint?.unlisted == Self.sections)
        let others = rig.account.current.listedRows.filter { row in
            !row.contains("#instance#") && !row.contains("#launch-template#")
        }
        #expect(rig.rows == others)
        // Each section before any is asked for again.
        let pages = inventory.watch.withLock(\.pages)
        let all = InventorySection.allCases
        #expect(Set(pages.prefix(all.count)) == Set(all.map { "\($0.rawValue) -" }))
        // Those that are throttled eight times more, each.
        #expect(pages.count == all.count + 8 * Self.sections.count)
    }

    /// One waits while others are listed, not before them.
    @Test func nothingWaitsWithIt() async throws {
        let rig = SweepRig(SweepTests.account(instances: 40), longestStep: 1)
        Self.throttle([.parameters], rig)
        let known = Mutex<Int?>(nil)
        let sweep = Sweep(
            ledger: UsageLedger(store: rig.store, account: consumer, region: region),
            inventory: rig.account,
            images: rig.account,
            intervalHours: 24,
            budget: SweepBudget(
                remaining: .seconds(300),
                now: { rig.clock.now },
                instant: { rig.clock.instant },
                sleep: { pause in
                    // Longer than what the pace takes.
                    if pause > .seconds(1) { known.withLock { $0 = $0 ?? rig.rows.count } }
                    rig.clock.advance(pause)
                }
            ),
            logger: .init(level: .fatal)
        )
        let before = rig.clock.now
        let outcome = try await Interleaver.alone(seed: 1) { try await sweep.run() }
        #expect(outcome?.checkpoint?.unlisted == [.parameters])
        #expect(known.withLock { $0 } == rig.account.current.listedRows.count - 1)
        // No pause goes past what an invocation keeps for its end.
        #expect(rig.clock.now < before.advanced(bySeconds: 280))
        #expect(rig.clock.now > before.advanced(bySeconds: 200))
    }

    @Test func theNextInvocationBeginsWithTheOthers() {
        var checkpoint = SweepCheckpoint(started: Self.start)
        for section in [.instances, .fleets, .parameters] as [InventorySection] {
            _ = checkpoint.begin(section, at: Self.start)
        }
        func throttle(_ section: InventorySection) -> Bool {
            checkpoint.throttle(section, at: Self.start, limit: Self.day)
        }
        #expect([throttle(.instances), throttle(.parameters)] == [false, false])
        #expect(checkpoint.unlisted.first == .fleets)
        #expect(checkpoint.unlisted.suffix(2) == [.instances, .parameters])
        checkpoint.advance(.parameters, to: "more")
        #expect(checkpoint.unlisted.prefix(2) == [.fleets, .parameters])
        #expect(checkpoint.unlisted.last == .instances)
    }

    // MARK: Without end

    private static func finish(_ rig: SweepRig, sweep: () async throws -> SweepOutcome) async throws
        -> SweepCheckpoint
    {
        for _ in 0..<1000 {
            let outcome = try await sweep()
            if case .completed(let checkpoint) = outcome { return checkpoint }
            #expect(outcome.name == "suspended")
            rig.clock.advance(milliseconds: 3_600_000)
        }
        throw Self.throttling
    }

    @Test func sectionsThatAreThrottledForAnIntervalAreLeftOut() async throws {
        let rig = SweepTests.rig(instances: 3)
        Self.throttle(Self.sections, rig)
        let checkpoint = try await Self.finish(rig) { try await rig.sweep(seconds: 300) }
        #expect(checkpoint.skipped == Set(Self.sections))
        let completed = try #require(checkpoint.completed)
        #expect(completed >= checkpoint.started.advanced(bySeconds: Self.day))
        #expect(completed < checkpoint.started.advanced(bySeconds: Self.day + 2 * 3600))
        #expect(rig.store.contents.coverage?.lastSweep?.skipped == Self.sections.map(\.rawValue).sorted())
    }

    /// What is recorded stays if it cannot be asked for.
    @Test func directQuestionsThatAreThrottledAllTheTime() async throws {
        struct Throttled: Inventory {
            let account: SimulatedAccount
            func page(of section: InventorySection, after token: String?) async throws -> InventoryPage {
                try await account.page(of: section, after: token)
            }
            func presence(of resources: [Resource]) async throws -> [Resource: Presence] {
                throw SweepThrottlingTests.throttling
            }
        }
        let rig = SweepTests.rig(instances: 3)
        _ = try await rig.sweep()
        let rows = rig.rows
        rig.account.change { $0.instances[SampleTests.instance(0)] = nil }
        rig.clock.advance(milliseconds: 86_400_000)
        let sweep = SideBySideTests.sweep(rig, Throttled(account: rig.account), rig.store)
        let checkpoint = try await Self.finish(rig) { try await sweep.run() }
        #expect(checkpoint.skipped == [.launchTemplates])
        #expect(rig.rows == rows)
        #expect(checkpoint.released == 0)
        // Each phase after the listing has an interval.
        let completed = try #require(checkpoint.completed)
        #expect(completed >= checkpoint.started.advanced(bySeconds: 2 * Self.day))
        #expect(completed < checkpoint.started.advanced(bySeconds: 2 * Self.day + 4 * 3600))
    }

    @Test func aTableThatIsThrottledAllTheTime() async throws {
        let rig = SweepTests.rig()
        let sweep = SideBySideTests.sweep(rig, rig.account, FaultyStore(store: rig.store, fault: .throttling))
        let checkpoint = try await Self.finish(rig) { try await sweep.run() }
        #expect(
            checkpoint.skipped == [
                .instances, .launchTemplates, .launchConfigurations, .autoScalingGroups, .parameters,
            ]
        )
        #expect(rig.rows == [])
    }

    /// It has to last, without a page between.
    @Test func aPageEndsThrottling() {
        var checkpoint = SweepCheckpoint(started: Self.start)
        _ = checkpoint.begin(.fleets, at: Self.start)
        func throttle(after seconds: Int64) -> Bool {
            checkpoint.throttle(.fleets, at: Self.start.advanced(bySeconds: seconds), limit: Self.day)
        }
        #expect([throttle(after: 10), throttle(after: Self.day + 9)] == [false, false])
        checkpoint.advance(.fleets, to: "more")
        #expect([throttle(after: Self.day + 10), throttle(after: 2 * Self.day + 9)] == [false, false])
        #expect(checkpoint.skipped == [])
        #expect(throttle(after: 2 * Self.day + 10))
        #expect(checkpoint.skipped == [.fleets])
        #expect(checkpoint.places == [:])
    }

    @Test func aPageEndsThrottlingAfterTheListingToo() {
        var checkpoint = SweepCheckpoint(started: Self.start)
        checkpoint.phase = .confirming
        func throttle(after seconds: Int64) -> Bool {
            checkpoint.throttle(at: Self.start.advanced(bySeconds: seconds), limit: Self.day)
        }
        #expect([throttle(after: 10), throttle(after: Self.day + 9)] == [false, false])
        checkpoint.advance(to: "more")
        #expect([throttle(after: Self.day + 10), throttle(after: 2 * Self.day + 9)] == [false, false])
        #expect(checkpoint.failures == 0)
        #expect(throttle(after: 2 * Self.day + 10))
        #expect(checkpoint.phase == .reconciling)
        #expect(checkpoint.throttledSince == nil)
    }
}
