import AWSClient
import LambdaRuntime
import Synchronization
import Testing

@testable import Governance

/// Sections are listed side by side, within a limit, and none of them holds up another.
@Suite struct SideBySideTests {
    private static let fault = SimulatedAccount.error(.malformedResponse, "Gibberish")
    private static let throttling = SimulatedAccount.error(.throttling, "RequestLimitExceeded")

    /// Tells how many pages are asked for at a time.
    final class Watched: Inventory {
        struct Watch { var underWay: [InventorySection] = [], most = 0, pages: [String] = [] }

        let account: SimulatedAccount
        let watch = Mutex(Watch())

        init(_ account: SimulatedAccount) { self.account = account }

        func page(of section: InventorySection, after token: String?) async throws -> InventoryPage {
            watch.withLock { watch in
                // A page is known before the next one of the same section is asked for.
                #expect(!watch.underWay.contains(section))
                watch.underWay.append(section)
                watch.most = max(watch.most, watch.underWay.count)
                watch.pages.append("\(section.rawValue) \(token ?? "-")")
            }
            defer { watch.withLock { watch in watch.underWay.removeAll { $0 == section } } }
            return try await account.page(of: section, after: token)
        }

        func presence(of resources: [Resource]) async throws -> [Resource: Presence] {
            try await account.presence(of: resources)
        }
    }

    private static func sweep<Items: Inventory>(_ rig: SweepRig, _ inventory: Items) -> Sweep<
        UsageStoreInMemory, Items, SimulatedAccount
    > { sweep(rig, inventory, rig.store) }

    static func sweep<Items: Inventory, Store: UsageStore & SweepStore>(
        _ rig: SweepRig,
        _ inventory: Items,
        _ store: Store
    ) -> Sweep<Store, Items, SimulatedAccount> {
        Sweep(
            ledger: UsageLedger(store: store, account: consumer, region: region),
            inventory: inventory,
            images: rig.account,
            intervalHours: 24,
            budget: SweepBudget(
                remaining: nil,
                now: { rig.clock.now },
                instant: { rig.clock.instant },
                sleep: { rig.clock.advance($0) }
            ),
            logger: Logger(level: .fatal)
        )
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func fourPagesAtATime(seed: UInt64) async throws {
        let rig = SweepTests.rig(instances: 9)
        let inventory = Watched(rig.account)
        _ = try await Interleaver.alone(seed: seed) { try await Self.sweep(rig, inventory).run() }
        let watch = inventory.watch.withLock { $0 }
        #expect(watch.most == 4)
        #expect(watch.underWay == [])
        // Each page once.
        #expect(watch.pages.count == Set(watch.pages).count)
        #expect(watch.pages.count == 5 + InventorySection.allCases.count - 1)
        #expect(rig.rows == rig.account.current.listedRows)
    }

    /// The next page of a section is asked for before the last one is recorded.
    @Test func aPageIsListedWhileTheLastOneIsRecorded() async throws {
        let rig = SweepTests.rig(instances: 9)
        var ahead = 0
        for seed in 1...20 as ClosedRange<UInt64> {
            let inventory = Watched(rig.account)
            let pages = Mutex<[Int]>([])
            let store = UsageStoreInMemory(observer: { contents in
                let asked = inventory.watch.withLock { $0.pages.count { $0.hasPrefix("instances ") } }
                let recorded = contents.rows.count { $0.key.contains("#instance#") }
                pages.withLock { $0.append(asked - (recorded + 1) / 2) }
            })
            let other = SweepRig(rig.account.current, seed: seed, longestStep: 1000, store: store)
            _ = try await Interleaver.alone(seed: seed) { try await Self.sweep(other, inventory).run() }
            ahead = max(ahead, pages.withLock { $0.max() ?? 0 })
            // One more than the page that is recorded.
            #expect(pages.withLock { $0.allSatisfy { $0 <= 1 } })
        }
        #expect(ahead == 1)
    }

    @Test func severalSectionsFailAtOnce() async throws {
        let rig = SweepTests.rig()
        let broken: [InventorySection] = [.instances, .autoScalingGroups, .parameters]
        for section in broken { rig.account.fail(section, [Self.fault, Self.fault, Self.fault]) }
        for _ in 1...2 {
            await #expect(throws: AWSError.self) { try await rig.sweep() }
            #expect(try await rig.store.checkpoint()?.unlisted == broken)
        }
        #expect(try completed(try await rig.sweep()).skipped == Set(broken))
        #expect(rig.rows.count == 3)
    }

    @Test func aSectionThatIsThrottledKeepsNoOtherFromBeingListed() async throws {
        let rig = SweepTests.rig(instances: 9)
        rig.account.fail(.parameters, Array(repeating: Self.throttling, count: 100))
        let outcome = try await rig.sweep(seconds: 300)
        #expect(outcome.name == "suspended")
        #expect(outcome.checkpoint?.progress == "listing parameters")
        #expect(rig.rows == rig.account.current.listedRows.filter { !$0.contains("#parameter#") })
    }

    /// What was recorded when somebody else took the sweep.
    private final class Taken: Sendable { let rows = Mutex<Set<String>?>(nil) }

    /// Whoever is overtaken writes nothing more, whatever is under way.
    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func theOneThatIsOvertakenWritesNothingMore(seed: UInt64) async throws {
        let rig = SweepTests.rig(instances: 9)
        let taken = Taken()
        let inventory = Watched(rig.account)
        _ = try await Interleaver.alone(seed: seed) {
            let store = rig.store
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    let outcome = try await Self.sweep(rig, inventory).run()
                    #expect(outcome == .busy)
                }
                group.addTask {
                    while store.contents.rows.count < 3 { try await Interleaver.step {} }
                    while taken.rows.withLock({ $0 == nil }) {
                        guard var checkpoint = try await store.checkpoint() else { continue }
                        checkpoint.revision += 1
                        guard try await store.write(checkpoint, replacing: checkpoint.revision - 1) else { continue }
                        taken.rows.withLock { $0 = Set(store.contents.rows.keys) }
                    }
                }
                try await group.waitForAll()
            }
        }
        let rows = try #require(taken.rows.withLock { $0 })
        // No more than the batch that was being written.
        #expect(rig.rows.subtracting(rows).count <= 3)
        #expect(rig.rows.count < rig.account.current.listedRows.count)
        #expect(rig.store.contents.coverage?.lastSweep == nil)
    }

    /// Cut off anywhere, with several sections under way: the next invocation goes on with each where it was recorded.
    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func cutOffAnywhere(seed: UInt64) async throws {
        let rig = SweepTests.rig(instances: 9)
        let inventory = Watched(rig.account)
        try await Interleaver.run(
            [
                {
                    while try await Self.sweep(rig, inventory).run().name != "completed" {
                        // Until the one that was cut off can be at it no more.
                        try await Interleaver.step { rig.clock.advance(milliseconds: 901_000) }
                    }
                }
            ],
            seed: seed,
            crashes: 4
        )
        #expect(rig.rows == rig.account.current.listedRows)
        #expect(rig.store.contents.coverage?.lastSweep?.resources == rig.rows.count)
        #expect(rig.store.contents.coverage?.lastSweep?.skipped == [])
    }
}
