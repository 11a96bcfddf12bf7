import AWSClient
import Testing

@testable import Governance

/// What an event about a parameter changes: whatever the parameter names when it is asked for.
@Suite struct ParameterLookTests {
    private typealias Finding = ParameterLook<UsageStoreInMemory, SimulatedAccount, SimulatedAccount>.Finding

    static let golden = ParameterName(checked: "/golden")
    static let resource = Resource.parameter(golden)

    enum Step: Sendable {
        /// From now on it names this image. No event comes.
        case names(ImageID)
        case isDeleted
        /// It is of another data type, after it was deleted.
        case isText
        /// An event comes.
        case written, deleted
        case wait(minutes: Int64)
        case sweep
    }

    private func take(_ step: Step, _ rig: SweepRig) async throws {
        switch step {
        case .names(let image): rig.account.change { $0.parameters[Self.golden] = image }
        case .isDeleted: rig.account.change { $0.parameters[Self.golden] = nil }
        case .isText:
            rig.account.change { state in
                state.parameters[Self.golden] = nil
                state.texts = [Self.golden]
            }
        case .written: _ = try await rig.parameterLook.settle(Self.golden, after: .written)
        case .deleted: _ = try await rig.parameterLook.settle(Self.golden, after: .deleted)
        case .wait(let minutes): rig.clock.advance(milliseconds: minutes * 60_000)
        case .sweep: _ = try await rig.sweep(isForced: true)
        }
    }

    private func rig(longestStep: Int64 = 100, seed: UInt64 = 1) -> SweepRig {
        SweepRig(AccountState(), seed: seed, longestStep: longestStep)
    }

    /// The images that the parameter has a row of.
    private func used(_ rig: SweepRig) -> [ImageID] {
        rig.rows.compactMap { UsageRow.Key(account: consumer, sortKey: $0) }.filter { $0.resource == Self.resource }
            .map(\.image).sorted()
    }

    @Test(
        arguments: [
            ([.names(image), .written], [image]),
            ([.names(strangeImage), .written], []),
            ([.names(image), .written, .written], [image]),
            // It moves to another image, and back.
            ([.names(image), .sweep, .wait(minutes: 20), .names(otherImage), .written], [otherImage]),
            (
                [
                    .names(image), .sweep, .wait(minutes: 20), .names(otherImage), .sweep, .wait(minutes: 20),
                    .names(image), .written,
                ], [image]
            ),
            ([.names(image), .written, .wait(minutes: 20), .names(strangeImage), .written], []),
            // It moves soon after it was first seen: the answer could be from before that.
            ([.names(image), .written, .names(otherImage), .written], [image, otherImage]),
            (
                [.names(image), .written, .names(otherImage), .written, .wait(minutes: 20), .written], [otherImage]
            ),
            (
                [
                    .names(image), .written, .wait(minutes: 20), .written, .names(otherImage), .written,
                ], [image, otherImage]
            ),
            ([.names(image), .written, .names(otherImage), .written, .wait(minutes: 20), .sweep], [otherImage]),
            // It goes, and comes back.
            ([.names(image), .sweep, .wait(minutes: 20), .isDeleted, .deleted], []),
            ([.names(image), .sweep, .isDeleted, .deleted], [image]),
            ([.names(image), .sweep, .wait(minutes: 20), .isDeleted, .deleted, .deleted, .written], []),
            ([.names(image), .sweep, .wait(minutes: 20), .isDeleted, .deleted, .names(image), .written], [image]),
            ([.names(image), .sweep, .wait(minutes: 20), .isDeleted, .names(image), .written, .deleted], [image]),
            // Events that come late: what counts is what is there.
            ([.names(image), .isDeleted, .written], []),
            ([.names(image), .isDeleted, .written, .deleted, .written], []),
            ([.names(image), .wait(minutes: 20), .deleted], [image]),
            ([.names(otherImage), .sweep, .wait(minutes: 20), .names(image), .deleted, .written], [image]),
            // Of another data type, with and without the event that comes before.
            ([.isText, .written], []),
            ([.names(image), .sweep, .wait(minutes: 20), .isText, .deleted, .written], []),
            ([.names(image), .sweep, .wait(minutes: 20), .isText, .written, .deleted], []),
            ([.names(image), .sweep, .wait(minutes: 20), .isText, .written], [image]),
            ([.names(image), .sweep, .wait(minutes: 20), .isText, .written, .sweep], []),
        ] as [([Step], [ImageID])]
    )
    func steps(_ steps: [Step], expected: [ImageID]) async throws {
        let rig = rig()
        for step in steps { try await take(step, rig) }
        #expect(used(rig) == expected.sorted())
    }

    /// Changes that are more than ten minutes apart, of which the events come late, doubled and in any order, and sweeps.
    @Test(arguments: 0..<UInt64(200))
    func inAnyOrder(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let rig = rig(seed: seed)
        var events: [Step] = []
        for _ in 0..<Int.random(in: 2...6, using: &generator) {
            let named = [image, otherImage, strangeImage, nil].randomElement(using: &generator) ?? nil
            try await take(named.map(Step.names) ?? .isDeleted, rig)
            let event = named == nil ? Step.deleted : .written
            events += Array(repeating: event, count: Int.random(in: 1...2, using: &generator))
            events.shuffle(using: &generator)
            for event in events.suffix(Int.random(in: 0...events.count, using: &generator)) {
                try await take(event, rig)
                events.removeLast()
            }
            if Int.random(in: 0..<4, using: &generator) == 0 { try await take(.sweep, rig) }
            try await take(.wait(minutes: 21), rig)
        }
        // The last one comes last.
        for event in events + [.written] { try await take(event, rig) }
        let account = rig.account.current
        #expect(Set(rig.rows) == account.rows, "seed \(seed)")
    }

    /// Whatever answers are behind, by less than ten minutes: an image that was seen to be named stays, as long as it is named.
    @Test(arguments: 0..<UInt64(200))
    func answersThatAreBehind(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let rig = rig(longestStep: 60_000, seed: seed)
        rig.account.set(Faults(longestLag: 590_000))
        var (named, promised): (ImageID?, ImageID?)
        for _ in 0..<60 {
            switch Int.random(in: 0..<8, using: &generator) {
            case 0, 1:
                promised = nil
                named = [image, otherImage, strangeImage, nil].randomElement(using: &generator) ?? nil
                try await take(named.map(Step.names) ?? .isDeleted, rig)
            case 2: try await take(.wait(minutes: Int64.random(in: 0...15, using: &generator)), rig)
            default:
                let change: GovernanceEvent.ParameterChange = Bool.random(using: &generator) ? .written : .deleted
                let finding = try await rig.parameterLook.settle(Self.golden, after: change)
                if finding.used == named { promised = named }
            }
            if let promised { #expect(used(rig).contains(promised), "seed \(seed)") }
        }
        rig.account.set(.none)
        try await take(.wait(minutes: 20), rig)
        try await take(.written, rig)
        #expect(Set(rig.rows) == rig.account.current.rows, "seed \(seed)")
    }

    /// An answer that Systems Manager would also give from before the event is asked for once more.
    @Test(
        arguments: [
            (nil, nil, .written, true), (nil, nil, .deleted, false), (nil, image, .written, false),
            (nil, image, .deleted, true), (image, image, .written, true), (image, otherImage, .written, false),
            (image, nil, .deleted, false), (image, image, .deleted, true), (image, nil, .written, true),
        ] as [(ImageID?, ImageID?, GovernanceEvent.ParameterChange, Bool)]
    )
    func asksTwice(
        recorded: ImageID?,
        named: ImageID?,
        change: GovernanceEvent.ParameterChange,
        isTwice: Bool
    ) async throws {
        let rig = rig()
        if let recorded {
            try await take(.names(recorded), rig)
            try await take(.sweep, rig)
        }
        try await take(named.map(Step.names) ?? .isDeleted, rig)
        let before = rig.account.asked.count
        _ = try await rig.parameterLook.settle(Self.golden, after: change)
        #expect(rig.account.asked.count - before == (isTwice ? 2 : 1))
    }

    @Test func theSecondAnswerCounts() async throws {
        let rig = rig()
        try await take(.names(image), rig)
        try await take(.sweep, rig)
        try await take(.wait(minutes: 20), rig)
        var look = rig.parameterLook
        look.sleep = { _ in rig.account.change { $0.parameters[Self.golden] = otherImage } }
        #expect(try await look.settle(Self.golden, after: .written) == Finding(used: otherImage, released: 1))
        #expect(used(rig) == [otherImage])
    }

    /// Most parameters of an account: nothing is read or written but the parameter.
    @Test func anotherDataTypeCostsOneQuestion() async throws {
        let rig = rig()
        try await take(.isText, rig)
        let finding = try await rig.parameterLook.settle(Self.golden, after: .written)
        #expect(finding == Finding())
        #expect((rig.account.asked, rig.store.requests) == ([Self.resource], 0))
    }

    @Test func oneThatMayNotBeReadStaysAsItIs() async throws {
        let rig = rig()
        try await take(.names(image), rig)
        try await take(.sweep, rig)
        try await take(.wait(minutes: 20), rig)
        try await take(.names(otherImage), rig)
        rig.account.hide([Self.resource])
        #expect(try await rig.parameterLook.settle(Self.golden, after: .written) == Finding(isRefused: true))
        #expect(used(rig) == [image])
    }

    /// Another image of the creator's that is not known as such is nobody's; the one that was named is left.
    @Test func anImageThatCannotBeDescribed() async throws {
        let rig = rig()
        rig.account.change { $0.obscure = [otherImage] }
        try await take(.names(image), rig)
        try await take(.sweep, rig)
        try await take(.wait(minutes: 20), rig)
        try await take(.names(otherImage), rig)
        try await take(.written, rig)
        #expect(used(rig) == [])
        // Once it is known, the next sweep has it.
        rig.account.change { $0.obscure = [] }
        try await take(.sweep, rig)
        #expect(used(rig) == [otherImage])
    }
}
