import AWSClient
import LambdaRuntime
import Testing

@testable import Governance

/// Faults that last, in whichever phase: the sweep comes to its end all the same, and says what it does not know.
@Suite struct SweepFaultTests {
    /// A rig whose account was swept a day ago, and has lost some of what it had since.
    private static func rig(instances: Int = 4, gone: Int = 2) async throws -> SweepRig {
        let rig = SweepTests.rig(instances: instances)
        _ = try await rig.sweep()
        rig.account.change { state in
            for number in 0..<gone { state.instances[SampleTests.instance(number)] = nil }
            state.launchConfigurations = [:]
        }
        rig.clock.advance(milliseconds: 86_400_000)
        return rig
    }

    /// Sweeps until one has come to its end; so many invocations fail before.
    private static func finish(_ rig: SweepRig, failures: Int) async throws -> SweepCheckpoint {
        for _ in 0..<failures {
            await #expect(throws: AWSError.self) { try await rig.sweep() }
            #expect(try await rig.store.checkpoint()?.heldUntil == nil)
        }
        return try completed(try await rig.sweep())
    }

    @Test func oneThatCannotBeAskedForKeepsNothingElseFromBeingKnown() async throws {
        let rig = try await Self.rig()
        let broken = Resource.instance(SampleTests.instance(0))
        rig.account.breakDown([broken])
        let checkpoint = try await Self.finish(rig, failures: 2)
        #expect(checkpoint.skipped == [])
        #expect(checkpoint.leftOut == [.instances: 1])
        #expect(checkpoint.released == 2)
        // It stays as it is recorded.
        #expect(rig.rows == rig.account.current.listedRows.union(["\(image)#instance#\(broken.id)"]))
        #expect(checkpoint.resources == rig.rows.count)
        #expect(rig.store.contents.coverage?.lastSweep?.leftOut == ["instances": 1])
        rig.account.breakDown()
        rig.clock.advance(milliseconds: 86_400_000)
        #expect(try completed(try await rig.sweep()).incomplete == [])
        #expect(rig.rows == rig.account.current.listedRows)
    }

    @Test func aKindThatCannotBeAskedFor() async throws {
        let rig = try await Self.rig(instances: 40, gone: 30)
        rig.account.breakDown(kinds: [.instance])
        let asked = rig.account.asked.count
        let checkpoint = try await Self.finish(rig, failures: 2)
        #expect(checkpoint.leftOut == [.instances: 30])
        #expect(checkpoint.released == 1)
        #expect(rig.rows.filter { $0.contains("#instance#") }.count == 40)
        // Of a page, not every one is tried by itself.
        #expect(rig.account.asked.count - asked < 300)
    }

    /// Whatever fails where: which sweeps fail before one comes to its end, and what is not known then.
    @Test(
        arguments: [
            (.mappings, [.launchTemplates], 3), (.rows, [], 3),
        ] as [(FaultyStore.Fault, Set<InventorySection>, Int)]
    )
    func whatIsRecordedCannotBeRead(fault: FaultyStore.Fault, skipped: Set<InventorySection>, failures: Int)
        async throws
    {
        let rig = try await Self.rig()
        let rows = rig.rows
        func sweep() async throws -> SweepOutcome {
            try await Sweep(
                ledger: UsageLedger(
                    store: FaultyStore(store: rig.store, fault: fault),
                    account: consumer,
                    region: region
                ),
                inventory: rig.account,
                images: rig.account,
                intervalHours: 24,
                budget: SweepBudget(remaining: nil, now: { rig.clock.now }, sleep: { rig.clock.advance($0) }),
                logger: Logger(level: .fatal)
            ).run()
        }
        for _ in 0..<2 { await #expect(throws: AWSError.self) { try await sweep() } }
        let checkpoint = try completed(try await sweep())
        #expect(checkpoint.skipped == skipped)
        // Nothing is taken away without being asked for.
        #expect(rig.rows.isSuperset(of: rig.account.current.listedRows))
        #expect(rig.rows.isSubset(of: rows))
    }

    @Test func failuresOfAPhase() {
        var checkpoint = SweepCheckpoint(started: time("2026-11-20T08:00:00Z"))
        checkpoint.phase = .confirming
        func fail() -> Bool { checkpoint.fail() }
        #expect([fail(), fail()] == [false, false])
        checkpoint.advance(to: "more")
        #expect(checkpoint.failures == 0)
        #expect([fail(), fail(), fail()] == [false, false, true])
        #expect(checkpoint.isLenient)
        #expect(checkpoint.phase == .confirming)
        checkpoint.advance(to: "more")
        #expect(checkpoint.isLenient)
        #expect(fail())
        #expect(checkpoint.phase == .reconciling)
        #expect(checkpoint.skipped == [.launchTemplates])
        // The same would fail here.
        #expect(checkpoint.isLenient)
        #expect(fail())
        #expect(checkpoint.phase == .completed)
        #expect(checkpoint.skipped == [.launchTemplates])
        checkpoint.phase = .reconciling
        checkpoint.failures = 0
        #expect([fail(), fail(), fail(), fail()] == [false, false, true, true])
        #expect(checkpoint.phase == .completed)
    }

    @Test(arguments: ResourceKind.allCases)
    func everyKindHasASection(kind: ResourceKind) {
        #expect(InventorySection(listing: kind) != .imageReferences)
        #expect(ResourceKind.allCases.count { InventorySection(listing: $0) == InventorySection(listing: kind) } == 1)
    }
}

/// A store whose pages cannot be read.
struct FaultyStore: SweepStore, UsageStore {
    enum Fault: Sendable {
        case mappings
        case rows
        /// Nothing can be recorded, since the table is throttled.
        case throttling
    }

    let store: UsageStoreInMemory
    let fault: Fault

    private static let error = SimulatedAccount.error(.clientError, "ValidationException")

    func checkpoint() async throws -> SweepCheckpoint? { try await store.checkpoint() }
    func write(_ checkpoint: SweepCheckpoint, replacing revision: Int?) async throws -> Bool {
        try await store.write(checkpoint, replacing: revision)
    }
    func mappings(after token: String?) async throws -> SweepPage<MappingRecord> {
        if fault == .mappings { throw Self.error }
        return try await store.mappings(after: token)
    }
    func rows(of account: AccountID, in region: Region, lastSeenBefore time: EventTime, after token: String?)
        async throws -> SweepPage<UsageRow.Key>
    {
        if fault == .rows { throw Self.error }
        return try await store.rows(of: account, in: region, lastSeenBefore: time, after: token)
    }
    func record(_ change: CoverageChange, of account: AccountID, in region: Region) async throws {
        try await store.record(change, of: account, in: region)
    }
    func mappings(_ keys: [MappingKey]) async throws -> [MappingKey: MappingRecord] {
        if fault == .throttling { throw SimulatedAccount.error(.throttling, "ThrottlingException") }
        return try await store.mappings(keys)
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
