import Synchronization
import Testing

@testable import Governance

/// Images that are recorded as shared, and that EC2 does not list any more: none of their events came.
@Suite struct MissingImageTests {
    private typealias E = ShareEvents
    private static let account = Principal.account(consumer)
    private static let day: Int64 = 86_400
    private static let start = time("2026-11-20T00:00:00Z")

    private static func at(_ second: Int64) -> EventTime { start.advanced(bySeconds: second) }

    private static func event(
        _ second: Int64,
        _ subject: GovernanceEvent.Subject,
        _ name: String,
        id: String
    ) -> GovernanceEvent {
        let occurrence = Occurrence(time: at(second), eventID: id, eventName: name, actor: nil)
        return GovernanceEvent(account: creator, region: region, occurrence: occurrence, subject: subject)
    }

    private static func share(_ second: Int64, id: String = "share") -> GovernanceEvent {
        let subject = APICall.modifyImageAttribute(.init(image: image, added: [account], removed: []))
        return event(second, .call(subject), "ModifyImageAttribute", id: id)
    }

    private static func call(_ second: Int64, _ call: APICall, id: String = "call") -> GovernanceEvent {
        event(second, .call(call), "Call", id: id)
    }

    private static func state(_ second: Int64, _ state: GovernanceEvent.ImageState) -> GovernanceEvent {
        event(second, .imageState(image, state), "EC2 AMI State Change", id: "state-\(second)")
    }

    private func apply(_ event: GovernanceEvent, to store: ShareStoreInMemory) async throws {
        try await ShareLedger(store: store).apply(try #require(ShareChanges(event)))
    }

    /// One look at an image that is not listed, as the daily search has it, and the record of what it finds.
    @discardableResult
    private func miss(
        _ second: Int64,
        _ answer: ImageAnswer = .gone,
        in store: ShareStoreInMemory
    ) async throws -> ImageLoss? {
        let record = try await store.imageRecord(of: image)
        let shares = try await store.shareRecords(of: image, principals: nil).map(\.value)
        let discovery = ShareDiscovery(store: store, region: region)
        let missed = try await discovery.missed(image, record: record, shares: shares, at: Self.at(second)) { answer }
        guard let found = missed ?? discovery.recordedLoss(record?.value, at: Self.at(second)) else { return nil }
        var report = ShareSearch.Report()
        report.lost = [.init(image: image, loss: found)]
        let event = try #require(report.events(of: creator, in: region).first)
        let loss = try #require(ImageLoss(event))
        _ = try await LossAssessment.recording(loss, of: event, in: store)
        return loss
    }

    @Test(arguments: [(ImageAnswer.gone, "deregistered"), (.disabled, "disabled")])
    func anImageThatIsMissedForADayIsLost(answer: ImageAnswer, status: String) async throws {
        let store = ShareStoreInMemory()
        try await apply(Self.share(0), to: store)
        #expect(try await miss(3600, answer, in: store) == nil)
        #expect(store.contents.image?["unlisted_since"] == Self.at(3600).description)
        #expect(try await miss(20 * 3600, answer, in: store) == nil)
        #expect(store.status(of: Self.account) == "shared")
        let loss = try #require(try await miss(3600 + Self.day, answer, in: store))
        #expect((loss.status.rawValue, loss.identity, loss.scope) == (status, status, .everyone))
        #expect(loss.occurrence == .foundMissing(at: Self.at(3600)))
        #expect(store.contents.image?["unlisted_since"] == nil)
        #expect(store.contents.image?["status"] == status)
        let record = try #require(try await store.shareRecords(of: image, principals: nil).first?.value)
        #expect((record.status.rawValue, record.current.occurrence) == (status, loss.occurrence))
        // Until then it may be in use; from then on whoever had it has to be swept later than that.
        #expect(record.standing == .until(Self.at(3600)))
    }

    @Test func whatTheMailSays() async throws {
        for (answer, who) in [
            (ImageAnswer.gone, "not known: no event told of it; EC2 was found not to have the image any more"),
            (.disabled, "not known: no event told of it; EC2 was found to have the image disabled"),
        ] {
            let store = ShareStoreInMemory()
            try await apply(Self.share(0), to: store)
            try await miss(3600, answer, in: store)
            let loss = try #require(try await miss(3600 + Self.day, answer, in: store))
            #expect(loss.whoDidIt == who)
            #expect(loss.when == "not known: EC2 no longer listed the image on 2026-11-20 01:00:00 UTC")
        }
    }

    /// What was told since the image was first missed shows that it was there.
    @Test func whatIsNewerThanTheNote() async throws {
        for event in [
            Self.share(2701, id: "again"), Self.state(2701, .available), Self.call(40_000, .enableImage(image)),
        ] {
            let store = ShareStoreInMemory()
            try await apply(Self.share(0), to: store)
            try await miss(3600, in: store)
            try await apply(event, to: store)
            #expect(try await miss(3600 + Self.day, in: store) == nil)
            #expect(store.contents.image?["unlisted_since"] == Self.at(3600 + Self.day).description)
            #expect(store.status(of: Self.account) == "shared")
            #expect(try await miss(3600 + 2 * Self.day, in: store) != nil)
        }
    }

    /// Its events come after all: whoever was told is not told again.
    @Test func eventsThatComeLater() async throws {
        for event in [
            Self.call(1800, .deregisterImage(image)), Self.state(1807, .deregistered),
            Self.call(4000, .deregisterImage(image)),
        ] {
            let store = ShareStoreInMemory()
            try await apply(Self.share(0), to: store)
            try await miss(3600, in: store)
            let found = try #require(try await miss(3600 + Self.day, in: store))
            try await apply(event, to: store)
            #expect(store.status(of: Self.account) == "deregistered")
            let late = try #require(ImageLoss(event))
            #expect(late.identity == found.identity)
            var record = AlertRecord(lossTime: found.occurrence.time, eventID: found.occurrence.eventID)
            record.isComplete = true
            let claim = AlertRecord.Claim(invocation: "late", until: Self.at(3 * Self.day))
            let decision = AlertRecord.claim(
                record,
                loss: EventMark(late.occurrence),
                by: claim,
                now: Self.at(2 * Self.day)
            )
            #expect(decision == .done)
        }
    }

    /// Restored from the Recycle Bin, or enabled, and shared again: that is newer, and is no longer missed.
    @Test func whatComesBackLater() async throws {
        for answer in [ImageAnswer.gone, .disabled] {
            let store = ShareStoreInMemory()
            try await apply(Self.share(0), to: store)
            try await miss(3600, answer, in: store)
            let loss = try #require(try await miss(3600 + Self.day, answer, in: store))
            let gone = LossAssessment(loss, shares: [], image: try await store.imageRecord(of: image)?.value)
            #expect(gone.verdict(for: creator, .unknown) == .alarmed(isMembershipUnknown: false))
            try await apply(Self.state(100_000, .available), to: store)
            #expect(store.contents.image?["status"] == "available")
            #expect(store.status(of: Self.account) == loss.status.rawValue)
            try await apply(Self.share(100_007, id: "again"), to: store)
            #expect(store.status(of: Self.account) == "shared")
            // Whoever tells of the loss once more finds that they have it.
            let shares = try await store.shareRecords(of: image, principals: nil).map(\.value)
            let record = try await store.imageRecord(of: image)?.value
            let assessment = LossAssessment(loss, shares: shares, image: record)
            #expect(assessment.verdict(for: consumer, .unknown) == .stillReached(.ownShare))
            // Nor has its owner lost it.
            #expect(assessment.verdict(for: creator, .unknown) == .stillReached(.ownership))
        }
    }

    /// EC2's list was behind: a share that an event tells of stands, and whoever has it is not told that it is gone.
    @Test func aShareThatEC2DidNotListYet() async throws {
        for (second, isKept) in [(Int64(2699), false), (2701, true), (3601, true)] {
            let store = ShareStoreInMemory()
            try await apply(Self.share(0), to: store)
            try await miss(3600, in: store)
            let loss = try #require(try await miss(3600 + Self.day, in: store))
            try await apply(Self.share(second, id: "late"), to: store)
            #expect(store.status(of: Self.account) == (isKept ? "shared" : "deregistered"))
            let shares = try await store.shareRecords(of: image, principals: nil).map(\.value)
            let assessment = LossAssessment(loss, shares: shares, image: try await store.imageRecord(of: image)?.value)
            let verdict = assessment.verdict(for: consumer, .unknown)
            #expect((verdict == .stillReached(.ownShare)) == isKept)
        }
    }

    // MARK: Any order

    /// What an image went through, a change at a time, and what was told of it.
    private struct History {
        struct State {
            var second: Int64
            var answer = ImageAnswer.available
            var isShared = true
        }

        var states = [State(second: 0)]
        var events: [(second: Int64, event: GovernanceEvent)] = []
        /// How often it was taken from everybody, by being disabled or deregistered.
        var losses = 0

        var end: State { states[states.count - 1] }

        func state(at second: Int64) -> State { states.last { $0.second <= second } ?? states[0] }

        init(using generator: inout SeededGenerator) {
            events = [(0, MissingImageTests.share(0))]
            for number in 0..<Int.random(in: 1...5, using: &generator) {
                let gap = [7, 300, 1500, 40_000, 90_000].randomElement(using: &generator) ?? 7
                var next = end
                next.second += Int64(gap)
                let (second, id) = (next.second, "e\(number)")
                var told: [(Int64, GovernanceEvent)] = []
                switch (next.answer, Int.random(in: 0..<3, using: &generator)) {
                case (.available, 0):
                    next.isShared = true
                    told = [(second, MissingImageTests.share(second, id: id))]
                case (.available, 1):
                    (next.answer, next.isShared) = (.disabled, false)
                    losses += 1
                    told = [
                        (second, MissingImageTests.call(second, .disableImage(image), id: id)),
                        (second + 5, MissingImageTests.state(second + 5, .disabled)),
                    ]
                case (.available, _), (.disabled, 0):
                    (next.answer, next.isShared) = (.gone, false)
                    losses += 1
                    told = [
                        (second, MissingImageTests.call(second, .deregisterImage(image), id: id)),
                        (second + 5, MissingImageTests.state(second + 5, .deregistered)),
                    ]
                default:
                    // Enabled, or restored from the Recycle Bin.
                    next.answer = .available
                    told = [(second, MissingImageTests.state(second, .available))]
                }
                states.append(next)
                for (second, event) in told {
                    for _ in 0..<([0, 0, 0, 1, 2].randomElement(using: &generator) ?? 0) {
                        let late = Int64.random(in: 0...10_000, using: &generator)
                        events.append((second + late, event))
                    }
                }
            }
        }
    }

    /// The daily search comes to the image: what it does, and the alerts it would send.
    private func look(
        _ second: Int64,
        _ listed: History.State,
        _ answer: ImageAnswer,
        in store: ShareStoreInMemory
    ) async throws -> ImageLoss? {
        guard listed.answer == .available else { return try await miss(second, answer, in: store) }
        let discovery = ShareDiscovery(store: store, region: region)
        try await discovery.listed(image, named: nil, record: try await store.imageRecord(of: image))
        let recorded = try await store.shareRecords(of: image, principals: nil)
        let permitted = listed.isShared ? [Self.account] : []
        let now = Self.at(second)
        _ = try await discovery.record(permitted, of: image, named: nil, recorded: recorded.map(\.value), at: now)
        for (time, principals) in try await discovery.ends(permitted, recorded: recorded, at: now) {
            var report = ShareSearch.Report()
            report.ended = [.init(image: image, principals: principals, time: time)]
            for event in report.events(of: creator, in: region) { try await apply(event, to: store) }
        }
        return nil
    }

    /// When the image was last known to be there, by EC2's list or by an event; and the losses that were found.
    private final class Witness: Sendable {
        private let state = Mutex((listed: start.advanced(bySeconds: -day), told: start, losses: Set<Occurrence>()))

        func sees(_ time: EventTime) { state.withLock { $0.listed = max($0.listed, time) } }

        func hears(_ event: GovernanceEvent) {
            switch event.subject {
            case .call(.modifyImageAttribute), .imageState(_, .available):
                state.withLock { $0.told = max($0.told, event.occurrence.time) }
            default: break
            }
        }

        /// Whether a loss may be of that time; what was found before may be told again.
        func believes(_ loss: ImageLoss) -> Bool {
            state.withLock { state in
                guard state.losses.insert(loss.occurrence).inserted else { return true }
                return state.listed < loss.occurrence.time && state.told <= loss.occurrence.order
            }
        }
    }

    /// Whichever events are lost, late or doubled, and wherever whoever works is cut off: looked at in quiet on two days,
    /// it is as EC2 has it, and nobody has heard of more losses than there were, or of one at a time at which it was there.
    @Test(arguments: UInt64(1)...1000)
    func endsAsItIsThoughNothingIsSure(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let history = History(using: &generator)
        let store = ShareStoreInMemory()
        let (told, witness) = (AlertsInMemory(), Witness())
        let quiet = history.end.second + 10_000
        var steps: [(second: Int64, run: @Sendable () async throws -> Void)] = history.events.map { second, event in
            (
                second,
                {
                    witness.hears(event)
                    try await apply(event, to: store)
                    if let loss = ImageLoss(event) { told.tell(loss) }
                }
            )
        }
        var looks = Array(stride(from: Int64.random(in: 900...quiet, using: &generator), to: quiet, by: 80_000))
        looks += [quiet + 1000, quiet + 1000 + Self.day]
        for second in looks {
            let behind = second > quiet ? 0 : Int64([0, 3, 600].randomElement(using: &generator) ?? 0)
            let (listed, answer) = (history.state(at: second - behind), history.state(at: second).answer)
            steps.append(
                (
                    second,
                    {
                        if listed.answer == .available { witness.sees(Self.at(second)) }
                        guard let loss = try await look(second, listed, answer, in: store) else { return }
                        #expect(witness.believes(loss), "seed \(seed)")
                        told.tell(loss)
                    }
                )
            )
        }
        for step in steps.sorted(by: { $0.second < $1.second }) {
            let crashes = Int.random(in: 0...1, using: &generator)
            try await Interleaver.run([step.run], seed: generator.next(), crashes: crashes)
        }
        let status = store.status(of: Self.account)
        #expect((status == "shared") == history.end.isShared, "seed \(seed): \(status ?? "nothing")")
        #expect(told.count <= history.losses, "seed \(seed)")
    }

    /// Its search and the events of others at the same time.
    @Test(arguments: UInt64(1)...300)
    func whoeverIsAtWorkAtTheSameTime(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let store = ShareStoreInMemory()
        try await apply(Self.share(0), to: store)
        try await miss(3600, in: store)
        let now = 3600 + Self.day
        let isShared = Bool.random(using: &generator)
        // Restored and shared, or not, while the search is under way; and the lost event comes after all.
        var events = [Self.call(1800, .deregisterImage(image)), Self.state(1805, .deregistered)]
        if isShared { events += [Self.state(now - 60, .available), Self.share(now - 50, id: "again")] }
        var steps: [@Sendable () async throws -> Void] = [{ _ = try await miss(now, in: store) }]
        for event in events {
            steps.append { try await apply(event, to: store) }
        }
        try await Interleaver.run(
            steps.shuffled(using: &generator),
            seed: seed,
            crashes: Int.random(in: 0...3, using: &generator)
        )
        #expect((store.status(of: Self.account) == "shared") == isShared, "seed \(seed)")
    }
}
