import AWSClient
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
    @Test(arguments: 1...5 as ClosedRange<UInt64>)
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
