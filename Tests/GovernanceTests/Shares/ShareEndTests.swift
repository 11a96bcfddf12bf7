import Testing

@testable import Governance

/// Shares of whose end no event told: EC2 does not list them any more.
@Suite struct ShareEndTests {
    private typealias E = ShareEvents
    private static let account = Principal.account(consumer)
    private static let day: Int64 = 86_400
    private static let start = time("2026-11-20T00:00:00Z")

    private static func event(_ second: Int64, isShared: Bool, _ id: Int = 0) -> GovernanceEvent {
        let (added, removed): ([Principal], [Principal]) = isShared ? ([account], []) : ([], [account])
        return GovernanceEvent(
            account: creator,
            region: region,
            occurrence: Occurrence(
                time: start.advanced(bySeconds: second),
                eventID: "e\(id)",
                eventName: "ModifyImageAttribute",
                actor: "mary"
            ),
            subject: .call(.modifyImageAttribute(.init(image: image, added: added, removed: removed)))
        )
    }

    private func apply(_ event: GovernanceEvent, to store: ShareStoreInMemory) async throws {
        try await ShareLedger(store: store).apply(try #require(ShareChanges(event)))
    }

    /// One look, as the daily search has it, and what is told of it.
    /// - Returns: by when shares had ended.
    @discardableResult
    private func look(_ second: Int64, lists: Bool, in store: ShareStoreInMemory) async throws -> [EventTime] {
        let now = Self.start.advanced(bySeconds: second)
        let recorded = try await store.shareRecords(of: image, principals: nil)
        let permitted = lists ? [Self.account] : []
        let discovery = ShareDiscovery(store: store, region: region)
        _ = try await discovery.record(permitted, of: image, named: nil, recorded: recorded.map(\.value), at: now)
        let ends = try await discovery.ends(permitted, recorded: recorded, at: now)
        for (time, principals) in ends {
            let subject = APICall.modifyImageAttribute(.init(image: image, added: [], removed: principals))
            let event = GovernanceEvent(
                account: creator,
                region: region,
                occurrence: .found(at: time),
                subject: .call(subject)
            )
            _ = try await LossAssessment.recording(try #require(ImageLoss(event)), of: event, in: store)
        }
        return ends.keys.sorted()
    }

    @Test func aShareThatIsNotListedForADayHasEnded() async throws {
        let store = ShareStoreInMemory()
        try await apply(Self.event(0, isShared: true), to: store)
        #expect(try await look(3600, lists: false, in: store) == [])
        #expect(store.contents.principals[Self.account]?["unlisted_since"] == "2026-11-20T01:00:00.000Z")
        #expect(store.status(of: Self.account) == "shared")
        #expect(try await look(3600 + 19 * 3600, lists: false, in: store) == [])
        let end = Self.start.advanced(bySeconds: 3600)
        #expect(try await look(3600 + Self.day, lists: false, in: store) == [end])
        let record = try #require(try await store.shareRecords(of: image, principals: nil).first?.value)
        #expect((record.status, record.current.occurrence) == (.removed, .found(at: end)))
        #expect(record.lastShared == Self.start)
        #expect(record.unlistedSince == nil)
        // Whoever was to tell of it may have been cut off: it is told of for a week, and written no more.
        let writes = store.writes
        #expect(try await look(Self.day * 7, lists: false, in: store) == [end])
        #expect(try await look(Self.day * 8, lists: false, in: store) == [])
        #expect(store.writes == writes)
    }

    @Test func whatIsListedAgainHasNotEnded() async throws {
        let store = ShareStoreInMemory()
        try await apply(Self.event(0, isShared: true), to: store)
        try await look(3600, lists: false, in: store)
        try await look(7200, lists: true, in: store)
        #expect(store.contents.principals[Self.account]?["unlisted_since"] == nil)
        #expect(try await look(3600 + Self.day, lists: false, in: store) == [])
        #expect(store.status(of: Self.account) == "shared")
    }

    /// EC2's list may be behind a share that was just made; and a share that was made since counts anew.
    @Test func newSharesAreNotMissed() async throws {
        let store = ShareStoreInMemory()
        try await apply(Self.event(0, isShared: true), to: store)
        #expect(try await look(899, lists: false, in: store) == [])
        #expect(store.contents.principals[Self.account]?["unlisted_since"] == nil)
        try await look(900, lists: false, in: store)
        #expect(store.contents.principals[Self.account]?["unlisted_since"] != nil)
        try await apply(Self.event(80_000, isShared: true, 1), to: store)
        #expect(store.contents.principals[Self.account]?["unlisted_since"] == nil)
        #expect(try await look(900 + Self.day, lists: false, in: store) == [])
        #expect(store.status(of: Self.account) == "shared")
    }

    /// An end that an event told of, or a loss of all, is none to be told again.
    @Test func whatIsKnownToHaveEnded() async throws {
        for loss in [E.unshare("02:00:00", [Self.account]), E.reset("02:00:00"), E.disable("02:00:00")] {
            let store = ShareStoreInMemory()
            try await apply(Self.event(0, isShared: true), to: store)
            try await apply(loss, to: store)
            let before = store.contents
            for hours: Int64 in [3, 24, 48] { #expect(try await look(hours * 3600, lists: false, in: store) == []) }
            #expect(store.contents == before)
        }
    }

    /// The event comes after all: nothing is changed by it, or it tells of something later.
    @Test func eventsThatComeLater() async throws {
        for (second, isShared, status) in [
            (Int64(1800), false, "removed"), (1800, true, "removed"), (2701, true, "shared"), (90_000, true, "shared"),
            (90_000, false, "removed"),
        ] {
            let store = ShareStoreInMemory()
            try await apply(Self.event(0, isShared: true), to: store)
            try await look(3600, lists: false, in: store)
            try await look(3600 + Self.day, lists: false, in: store)
            #expect(store.status(of: Self.account) == "removed")
            try await apply(Self.event(second, isShared: isShared, 1), to: store)
            #expect(store.status(of: Self.account) == status)
        }
    }

    /// Whichever events are lost, late or doubled: EC2's list, looked at twice in quiet, puts it right.
    @Test(arguments: UInt64(1)...500)
    func endsAsItIsThoughNothingIsSure(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        var states: [(second: Int64, isShared: Bool)] = [(0, Bool.random(using: &generator))]
        var steps: [(second: Int64, run: (ShareStoreInMemory) async throws -> Void)] = []
        for number in 0..<Int.random(in: 0...5, using: &generator) {
            let gap = [7, 300, 900, 1500, 40_000, 90_000].randomElement(using: &generator) ?? 7
            let (second, isShared) = (states[states.count - 1].second + Int64(gap), Bool.random(using: &generator))
            states.append((second, isShared))
            let event = Self.event(second, isShared: isShared, number)
            for _ in 0..<Int.random(in: 0...2, using: &generator) {
                let late = second + Int64.random(in: 0...10_000, using: &generator)
                steps.append((late, { try await apply(event, to: $0) }))
            }
        }
        let end = states[states.count - 1].second + 10_000
        for _ in 0..<Int.random(in: 0...4, using: &generator) {
            let second = Int64.random(in: 900...(end + 1), using: &generator)
            let behind = Int64([0, 3, 600].randomElement(using: &generator) ?? 0)
            let lists = states.last { $0.second <= second - behind }?.isShared ?? states[0].isShared
            steps.append((second, { try await look(second, lists: lists, in: $0) }))
        }
        let store = ShareStoreInMemory()
        for step in steps.sorted(by: { $0.second < $1.second }) { try await step.run(store) }
        let isShared = states[states.count - 1].isShared
        try await look(end + 1000, lists: isShared, in: store)
        try await look(end + 1000 + Self.day, lists: isShared, in: store)
        let status = store.status(of: Self.account)
        #expect((status == "shared") == isShared, "seed \(seed): \(status ?? "nothing")")
    }
}
