import Testing

@testable import Governance

/// Every order, every duplication, every interleaving of invocations and every cut-off ends in the same table.
@Suite struct ShareLedgerTests {
    private typealias E = ShareEvents

    /// Events at few moments, so that many of them tie.
    private func events(_ count: Int, using generator: inout SeededGenerator) -> [GovernanceEvent] {
        let principals: [Principal] = [.account(consumer), .all]
        return (0..<count).map { number in
            let clock =
                "08:\(10 + Int.random(in: 0...3, using: &generator) * 12):0\(Int.random(in: 0...2, using: &generator))"
            let some = principals.filter { _ in Bool.random(using: &generator) }
            switch Int.random(in: 0..<12, using: &generator) {
            case 0...3: return E.share(clock, some.isEmpty ? principals : some, id: "e\(number)")
            case 4...5: return E.unshare(clock, some.isEmpty ? principals : some, id: "e\(number)")
            case 6: return E.reset(clock)
            case 7: return E.disable(clock)
            case 8: return E.state(clock, .disabled)
            case 9: return E.enable(clock)
            case 10: return E.deregister(clock)
            default: return E.state(clock, .deregistered)
            }
        }
    }

    private func apply(_ events: [GovernanceEvent], to store: ShareStoreInMemory) async throws {
        for event in events {
            if let changes = ShareChanges(event) { try await ShareLedger(store: store).apply(changes) }
        }
    }

    private func check(_ store: ShareStoreInMemory, after events: [GovernanceEvent], seed: UInt64) throws {
        for principal in [Principal.account(consumer), .all] {
            #expect(store.status(of: principal) == E.expectedStatus(of: principal, after: events), "seed \(seed)")
            try checkSince(principal, store, after: events, seed: seed)
        }
    }

    /// Never before it is so, whatever the order of events; and at the latest since the last one of them.
    private func checkSince(
        _ principal: Principal,
        _ store: ShareStoreInMemory,
        after events: [GovernanceEvent],
        seed: UInt64
    ) throws {
        guard let record = try store.record(of: principal) else { return }
        let since = record.permissionSince ?? record.permission.occurrence.time
        let expected = try #require(E.expectedSince(of: principal, after: events))
        #expect(expected <= since && since <= record.permission.occurrence.time, "seed \(seed)")
    }

    @Test(arguments: UInt64(1)...60)
    func everyOrderAndDuplication(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let events = events(4, using: &generator)
        var expected: ShareStoreInMemory.Contents?
        for order in permutations(events) {
            let store = ShareStoreInMemory()
            try await apply(order, to: store)
            if let duplicate = order.randomElement(using: &generator) { try await apply([duplicate], to: store) }
            if expected == nil { try check(store, after: events, seed: seed) }
            for principal in [Principal.account(consumer), .all] {
                try checkSince(principal, store, after: events, seed: seed)
            }
            expected = expected ?? store.contents.withoutSince
            #expect(store.contents.withoutSince == expected, "seed \(seed)")
        }
    }

    @Test(arguments: UInt64(1)...600)
    func everyInterleavingAndCutOff(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let events = events(Int.random(in: 2...4, using: &generator), using: &generator)
        let inOrder = ShareStoreInMemory()
        try await apply(events, to: inOrder)

        let store = ShareStoreInMemory()
        let deliveries = events + events.filter { _ in Int.random(in: 0..<3, using: &generator) == 0 }
        try await Interleaver.run(
            deliveries.map { event in
                { if let changes = ShareChanges(event) { try await ShareLedger(store: store).apply(changes) } }
            },
            seed: seed,
            crashes: Int.random(in: 0...4, using: &generator)
        )
        #expect(store.contents.withoutSince == inOrder.contents.withoutSince, "seed \(seed)")
        try check(store, after: events, seed: seed)
    }

    /// A permission that is given or taken away once more, as a nightly script may do it, changes nothing.
    @Test func whatIsToldOnceMore() async throws {
        typealias Case = (events: [GovernanceEvent], since: String)
        let both: [Principal] = [.account(consumer)]
        let cases: [Case] = [
            ([E.share("08:00:00", both), E.share("09:00:00", both), E.share("10:00:00", both)], "08:00:00"),
            ([E.unshare("08:00:00", both), E.unshare("09:00:00", both), E.unshare("10:00:00", both)], "08:00:00"),
            ([E.share("08:00:00", both), E.unshare("09:00:00", both), E.unshare("10:00:00", both)], "09:00:00"),
            ([E.unshare("08:00:00", both), E.share("09:00:00", both), E.share("10:00:00", both)], "09:00:00"),
            // Taken from everybody in between, it was given anew.
            ([E.share("08:00:00", both), E.disable("09:00:00"), E.share("10:00:00", both)], "10:00:00"),
            ([E.share("08:00:00", both), E.reset("09:00:00"), E.share("10:00:00", both)], "10:00:00"),
            // Events that come late, in between or before.
            ([E.share("08:00:00", both), E.share("10:00:00", both), E.unshare("09:00:00", both)], "10:00:00"),
            ([E.share("08:00:00", both), E.share("10:00:00", both), E.reset("09:00:00")], "10:00:00"),
            ([E.share("08:00:00", both), E.share("10:00:00", both), E.unshare("07:00:00", both)], "08:00:00"),
            ([E.share("08:00:00", both), E.share("10:00:00", both), E.disable("07:00:00")], "08:00:00"),
        ]
        for (events, since) in cases {
            let store = ShareStoreInMemory()
            try await apply(events, to: store)
            let record = try #require(try store.record(of: .account(consumer)))
            let start = time("2026-11-20T\(since)Z")
            #expect(record.since == start)
            // A sweep has to be later than the last word of a loss.
            let last = record.permission.occurrence.time
            #expect(record.standing == (record.status == .shared ? .since(start) : .until(last)))
        }
    }

    @Test func givesUpWhereOthersWriteAllTheTime() async {
        struct Busy: ShareStore {
            func imageRecord(of image: ImageID) async throws -> Stored<ImageRecord>? { nil }
            func shareRecords(of image: ImageID, principals: [Principal]?) async throws -> [Stored<ShareRecord>] { [] }
            func write(_ record: ImageRecord, revision: Int?) async throws -> Bool { false }
            func write(_ records: [(record: ShareRecord, revision: Int?)]) async throws -> [Principal] {
                records.map(\.record.principal)
            }
        }
        for event in [E.share("08:00:00", [.all]), E.deregister("08:00:00")] {
            await #expect(throws: RecordContention.self) {
                try await ShareLedger(store: Busy()).apply(ShareChanges(event)!)
            }
        }
    }
}
