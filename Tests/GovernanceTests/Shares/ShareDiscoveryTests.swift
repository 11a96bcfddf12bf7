import Testing

@testable import Governance

/// Shares that EC2 lists and no event told of, found at whatever moment among the events of others.
@Suite struct ShareDiscoveryTests {
    private typealias E = ShareEvents
    private static let account = Principal.account(consumer)

    private func find(_ clock: String, _ principals: [Principal] = [account], in store: ShareStoreInMemory) async throws
    {
        _ = try await ShareDiscovery(store: store, region: region).record(
            principals,
            of: image,
            named: "golden",
            recorded: try await store.shareRecords(of: image, principals: nil).map(\.value),
            at: time("2026-11-20T\(clock)Z")
        )
    }

    private func apply(_ event: GovernanceEvent, to store: ShareStoreInMemory) async throws {
        try await ShareLedger(store: store).apply(try #require(ShareChanges(event)))
    }

    @Test func itIsRecordedAsOfWhenItWasFound() async throws {
        let store = ShareStoreInMemory()
        try await find("09:00:00", in: store)
        let record = try #require(try await store.shareRecords(of: image, principals: nil).first?.value)
        #expect(record.status == .shared)
        #expect(record.possession == .found(time("2026-11-20T09:00:00Z")))
        #expect(record.firstShared == time("2026-11-20T09:00:00Z"))
        #expect(store.contents.image?["image_name"] == "golden")
        // Found again it is nothing new.
        let writes = store.writes
        try await find("09:00:00", in: store)
        try await find("10:00:00", in: store)
        #expect(store.writes == writes)
    }

    @Test func itReturnsTheRecordsAsTheyAre() async throws {
        let store = ShareStoreInMemory()
        let other = Principal.account(.init(checked: "777788889999"))
        try await apply(E.share("08:00:00", [other]), to: store)
        let recorded = try await store.shareRecords(of: image, principals: nil).map(\.value)
        let (shares, found) = try await ShareDiscovery(store: store, region: region).record(
            [.all, other, Self.account],
            of: image,
            named: nil,
            recorded: recorded,
            at: time("2026-11-20T09:00:00Z")
        )
        #expect(found == [Self.account, .all])
        #expect(shares.count == 3 && shares.allSatisfy { $0.status == .shared })
        #expect(shares.contains(recorded[0]))
    }

    /// What an event tells, before or after.
    @Test(
        arguments: [
            // EC2 lists it: it was taken away and given again.
            ([E.unshare("08:44:59", [account])], "shared", Possession.found(time("2026-11-20T09:00:00Z"))),
            // EC2 may be behind by so much.
            ([E.unshare("08:45:00", [account])], "removed", .since(time("2026-11-20T08:45:00Z"))),
            ([E.unshare("09:00:30", [account])], "removed", .since(time("2026-11-20T09:00:00Z"))),
            ([E.reset("08:45:00")], "removed", .since(time("2026-11-20T08:45:00Z"))),
            ([E.disable("10:00:00")], "disabled", .since(time("2026-11-20T09:00:00Z"))),
            ([E.deregister("10:00:00")], "deregistered", .since(time("2026-11-20T09:00:00Z"))),
            // The event of the share comes late, or is of a later one.
            ([E.share("07:00:00", [account])], "shared", .found(time("2026-11-20T09:00:00Z"))),
            ([E.share("08:50:00", [account])], "shared", .since(time("2026-11-20T08:50:00Z"))),
            // It was there when it was found, and was given once more.
            ([E.share("10:00:00", [account])], "shared", .since(time("2026-11-20T09:00:00Z"))),
            (
                [E.unshare("09:10:00", [account]), E.share("09:20:00", [account])], "shared",
                .since(time("2026-11-20T09:20:00Z"))
            ),
        ] as [([GovernanceEvent], String, Possession)]
    )
    func eventsThatComeLater(events: [GovernanceEvent], status: String, possession: Possession) async throws {
        for order in permutations(events) {
            let store = ShareStoreInMemory()
            try await find("09:00:00", in: store)
            for event in order { try await apply(event, to: store) }
            #expect(store.status(of: Self.account) == status)
            let record = try #require(try await store.shareRecords(of: image, principals: nil).first?.value)
            #expect(record.possession == possession)
        }
    }

    /// A share whose event was lost, after another that was taken away.
    @Test(arguments: [("09:14:59", "removed"), ("09:15:01", "shared")])
    func afterALossThatWasTold(found: String, status: String) async throws {
        for loss in [E.unshare("09:00:00", [Self.account]), E.reset("09:00:00"), E.disable("09:00:00")] {
            let store = ShareStoreInMemory()
            try await apply(E.share("08:00:00", [Self.account]), to: store)
            try await apply(loss, to: store)
            let before = store.contents
            try await find(found, in: store)
            if status == "shared" {
                #expect(store.status(of: Self.account) == "shared")
                #expect(store.contents.principals[Self.account]?["first_shared"] == "2026-11-20T08:00:00.000Z")
            } else {
                #expect(store.contents.principals == before.principals)
            }
        }
    }

    // MARK: Any order

    /// What really happened to an account's share, a change at a time, and what was seen of it.
    private struct History {
        /// Whether it was shared, and from when on.
        var states: [(second: Int, isShared: Bool)] = [(0, false)]
        var events: [(event: GovernanceEvent, isShared: Bool)] = []

        static func clock(_ second: Int) -> String {
            func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
            return "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
        }

        init(using generator: inout SeededGenerator) {
            // Shared before anybody listened, perhaps.
            if Bool.random(using: &generator) { states = [(0, true)] }
            var second = 3600
            for number in 0..<Int.random(in: 1...4, using: &generator) {
                second += [7, 300, 900, 1500].randomElement(using: &generator) ?? 7
                let clock = Self.clock(second)
                let isShared = Int.random(in: 0..<2, using: &generator) == 0
                let event =
                    if isShared {
                        E.share(clock, [account], id: "e\(number)")
                    } else {
                        switch Int.random(in: 0..<4, using: &generator) {
                        case 0: E.reset(clock)
                        case 1: E.disable(clock)
                        default: E.unshare(clock, [account], id: "e\(number)")
                        }
                    }
                events.append((event, isShared))
                states.append((second, isShared))
            }
        }

        func isShared(at second: Int) -> Bool { states.last { $0.second <= second }?.isShared ?? false }

        var end: Int { states.last?.second ?? 0 }

        /// When it was shared last, after it was not; nil where it never was.
        var lastBeginning: EventTime? {
            let before = [false] + states.map(\.isShared)
            guard let second = zip(before, states).filter({ !$0 && $1.isShared }).last?.1.second else { return nil }
            return time("2026-11-20T\(Self.clock(second))Z")
        }

        /// Looks at EC2's list, which is up to ten minutes behind: when, if it was in it.
        func looks(_ count: Int, using generator: inout SeededGenerator) -> [String] {
            (0..<count).compactMap { _ in
                let second = Int.random(in: 3600...(end + 1200), using: &generator)
                let behind = [0, 3, 299, 600].randomElement(using: &generator) ?? 0
                return isShared(at: second - behind) ? Self.clock(second) : nil
            }
        }
    }

    /// Whatever comes first, however late or often: it ends as EC2 has it.
    @Test(arguments: UInt64(1)...500)
    func endsAsItIs(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let history = History(using: &generator)
        let looks = history.looks(Int.random(in: 1...3, using: &generator), using: &generator)
        let store = ShareStoreInMemory()
        var steps: [@Sendable () async throws -> Void] = []
        for (event, _) in history.events {
            for _ in 0...Int.random(in: 0...1, using: &generator) {
                steps.append { try await ShareLedger(store: store).apply(ShareChanges(event)!) }
            }
        }
        for clock in looks { steps.append { try await find(clock, in: store) } }
        try await Interleaver.run(
            steps.shuffled(using: &generator),
            seed: seed,
            crashes: Int.random(in: 0...4, using: &generator)
        )
        // Nobody looked while a share of before was there, or since: it is found in the end.
        if history.isShared(at: history.end) { try await find(History.clock(history.end + 901), in: store) }
        let status = store.status(of: Self.account)
        #expect((status == "shared") == history.isShared(at: history.end), "seed \(seed): \(status ?? "nothing")")
        // No sweep counts that began before it was shared.
        let possession = try await store.shareRecords(of: image, principals: nil).first?.value.possession
        if let beginning = history.lastBeginning, let known = possession?.time {
            #expect(known >= beginning, "seed \(seed)")
        }
    }

    /// Where an event of a share is lost as well, the next look puts it right; nothing brings back what was taken away.
    @Test(arguments: UInt64(1)...300)
    func endsAsItIsThoughSharesWereNotTold(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let history = History(using: &generator)
        let looks = history.looks(Int.random(in: 0...2, using: &generator), using: &generator)
        let store = ShareStoreInMemory()
        var steps: [@Sendable () async throws -> Void] = []
        for (event, isShared) in history.events where !isShared || Bool.random(using: &generator) {
            steps.append { try await ShareLedger(store: store).apply(ShareChanges(event)!) }
        }
        for clock in looks { steps.append { try await find(clock, in: store) } }
        try await Interleaver.run(steps.shuffled(using: &generator), seed: seed, crashes: 2)
        let isShared = history.isShared(at: history.end)
        if isShared { try await find(History.clock(history.end + 901), in: store) }
        let status = store.status(of: Self.account)
        #expect((status == "shared") == isShared, "seed \(seed): \(status ?? "nothing")")
    }
}
