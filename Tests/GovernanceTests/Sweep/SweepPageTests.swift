import AWSClient
import LambdaRuntime
import Synchronization
import Testing

@testable import Governance

/// What becomes of a page from when it is asked for until it is recorded.
@Suite struct SweepPageTests {
    private static let name = Simulation.names[0]

    /// A page of a list that lags behind waits to be recorded, and its section was begun later than the sweep. What was
    /// released since ten minutes before the section was begun stays released: the list may be from before that.
    @Test(arguments: [(609, true), (601, true), (599, false), (570, false), (541, false), (1, false)])
    func aPageThatWaitsHasTheMarkOfItsListing(releasedBefore seconds: Int64, isInUse: Bool) async throws {
        let rig = SweepTests.rig()
        let sweep = SideBySideTests.sweep(rig, rig.account, rig.store)
        var checkpoint = SweepCheckpoint(started: rig.clock.now)
        rig.clock.advance(milliseconds: 300_000)
        let asked = rig.clock.now
        _ = checkpoint.begin(.launchConfigurations, at: asked)
        let resource = Resource.launchConfiguration(Self.name)
        func mark(_ seconds: Int64) -> EventMark {
            EventMark(time: asked.advanced(bySeconds: -seconds), eventID: "\(seconds)")
        }
        let acquisition = Acquisition(resource, of: .id(image), mark(86_400)).resolved(to: image)
        try await sweep.ledger.settle([.acquired(acquisition)])
        try await sweep.ledger.settle([.released(resource, mark(seconds))])
        #expect(rig.rows == [])
        let page = ListedPage(
            sightings: [ResourceSighting(resource, of: .id(image))],
            resolved: ResolvedReferences(images: [.id(image): image]),
            tracked: [image],
            nextToken: nil,
            leftOut: [],
            seenAt: asked
        )
        rig.clock.advance(milliseconds: 60_000)
        let step = try await sweep.record(
            page,
            of: .launchConfigurations,
            quietSince: rig.clock.instant,
            &checkpoint
        )
        #expect(step == .done)
        #expect(checkpoint.listed == [.launchConfigurations])
        #expect(rig.rows.isEmpty == !isInUse)
    }

    /// The end of an invocation's time is nobody's fault.
    @Test func aPageForWhichThereIsNoTimeIsAskedForAgain() async throws {
        let rig = SweepTests.rig(instances: 3)
        let deadline = SimulatedAccount.error(.deadline, "DeadlineExceeded")
        rig.account.fail(.instances, [deadline, deadline, deadline])
        for _ in 1...3 {
            let outcome = try await rig.sweep(seconds: 300)
            #expect(outcome.name == "suspended")
            #expect(outcome.checkpoint?.heldUntil == nil)
            #expect(outcome.checkpoint?.places[.instances]?.failures == 0)
        }
        #expect(try completed(try await rig.sweep(seconds: 300)).incomplete == [])
        #expect(rig.rows == rig.account.current.listedRows)
    }

    /// Pages of a section take a while, and are cut off where the invocation has no time for that.
    private struct Slow: Inventory {
        let account: SimulatedAccount
        let section: InventorySection
        let page: Duration
        let invocation: Duration
        var error = SimulatedAccount.error(.deadline, "DeadlineExceeded")

        func page(of section: InventorySection, after token: String?) async throws -> InventoryPage {
            guard section == self.section else { return try await account.page(of: section, after: token) }
            // Meanwhile, other sections are listed.
            for _ in 0..<1000 { try await Interleaver.step {} }
            account.clock.advance(min(page, invocation))
            if page > invocation { throw error }
            return try await account.page(of: section, after: token)
        }

        func presence(of resources: [Resource]) async throws -> [Resource: Presence] {
            try await account.presence(of: resources)
        }
    }

    private static func invocation(_ inventory: Slow, _ rig: SweepRig, seed: UInt64, seconds: Int64) async throws
        -> SweepOutcome?
    {
        let sweep = Sweep(
            ledger: UsageLedger(store: rig.store, account: consumer, region: region),
            inventory: inventory,
            images: rig.account,
            intervalHours: 24,
            budget: SweepBudget(
                remaining: .seconds(seconds),
                now: { rig.clock.now },
                instant: { rig.clock.instant },
                sleep: { rig.clock.advance($0) }
            ),
            logger: Logger(level: .fatal)
        )
        return try await Interleaver.alone(seed: seed) { try await sweep.run() }
    }

    /// A page that takes longer than an invocation, whether it is cut off or comes too late to be recorded.
    @Test(arguments: [400, 285], 1...10 as ClosedRange<UInt64>)
    func aPageThatNoInvocationHasTimeForIsLeftOut(takes: Int64, seed: UInt64) async throws {
        let rig = SweepRig(SweepTests.account(instances: 9), seed: seed, longestStep: 1)
        let slow = Slow(
            account: rig.account,
            section: .instances,
            page: .seconds(takes),
            invocation: .seconds(290)
        )
        var outcomes: [SweepOutcome] = []
        while outcomes.count < 10, outcomes.last?.name != "completed" {
            let outcome = try await Self.invocation(slow, rig, seed: seed, seconds: 300)
            outcomes.append(try #require(outcome))
            rig.clock.advance(milliseconds: 300_000)
        }
        let checkpoint = try completed(try #require(outcomes.last))
        #expect(checkpoint.skipped == [.instances])
        #expect(rig.rows == rig.account.current.listedRows.filter { !$0.contains("#instance#") })
        // One in which other sections were listed, three that had time for nothing else.
        #expect((4...5).contains(outcomes.count))
        #expect(outcomes.dropLast().allSatisfy { $0.name == "suspended" })
    }

    @Test(arguments: [20, 250] as [Int64])
    func aPageThatHadLittleTimeIsNoFailure(seconds: Int64) async throws {
        let rig = SweepRig(SweepTests.account(instances: 3), longestStep: 1)
        // The second: most of the invocation was over when the page was asked for.
        let taken = seconds == 20 ? seconds : 100
        let slow = Slow(
            account: rig.account,
            section: .instances,
            page: .seconds(400),
            invocation: .seconds(taken)
        )
        for seed in 1...5 as ClosedRange<UInt64> {
            let outcome = try await Self.invocation(slow, rig, seed: seed, seconds: seconds)
            #expect(outcome?.name == "suspended")
            #expect(outcome?.checkpoint?.skipped == [])
            #expect((outcome?.checkpoint?.places[.instances]?.failures ?? 0) == 0)
            rig.clock.advance(milliseconds: 300_000)
        }
    }

    /// It is left out once it has been throttled for an interval.
    @Test func aPageThatIsThrottledUntilTheEndIsNoFailure() async throws {
        let rig = SweepRig(SweepTests.account(instances: 3), longestStep: 1)
        var slow = Slow(
            account: rig.account,
            section: .instances,
            page: .seconds(400),
            invocation: .seconds(290)
        )
        slow.error.underlying = SimulatedAccount.error(.throttling, "RequestLimitExceeded")
        let start = rig.clock.now
        var last: SweepOutcome?
        for seed in 1...30 as ClosedRange<UInt64> {
            last = try await Self.invocation(slow, rig, seed: seed, seconds: 300)
            guard last?.checkpoint?.skipped == [] else { break }
            #expect(last?.name == "suspended")
            #expect(last?.checkpoint?.places[.instances]?.failures == 0)
            rig.clock.advance(milliseconds: 3_600_000)
        }
        #expect(last?.checkpoint?.skipped == [.instances])
        #expect(rig.clock.now >= start.advanced(bySeconds: 86_400))
    }

    /// When each row was written.
    private final class Times: Sendable {
        let clock = Mutex<SimulatedClock?>(nil)
        let written = Mutex<[EventTime]>([])

        func note() {
            guard let now = clock.withLock({ $0?.now }) else { return }
            written.withLock { $0.append(now) }
        }
    }

    /// However many pages are listed at a time: four hundred rows a second, and what a quarter of a second is spared for.
    @Test(arguments: 1...UInt64(Cases.of(5)))
    func pagesOfSeveralSectionsKeepThePaceTogether(seed: UInt64) async throws {
        var account = AccountState()
        for number in 0..<400 {
            account.instances[SampleTests.instance(number)] = image
            account.launchConfigurations[LaunchConfigurationName(checked: "c\(number)")] = image
            account.parameters[ParameterName(checked: "/p/\(number)")] = image
        }
        let times = Times()
        let rig = SweepRig(
            account,
            seed: seed,
            longestStep: 300,
            pageSize: 50,
            store: UsageStoreInMemory(observer: { _ in times.note() })
        )
        times.clock.withLock { $0 = rig.clock }
        #expect(try completed(try await rig.sweep()).resources == 1200)
        let written = times.written.withLock { $0 }
        #expect(written.count == 1200)
        var first = 0
        var most = 0
        for (last, time) in written.enumerated() {
            while written[first].milliseconds + 1000 <= time.milliseconds { first += 1 }
            most = max(most, last - first + 1)
        }
        // With the page that is being written.
        #expect(most <= 550)
        #expect(most >= 400)
    }
}
