import AWSClient
import LambdaRuntime
import Synchronization
import Testing

@testable import Governance

@Suite struct ImageGuardTests {
    private let world = GuardWorld()
    private static let silent = Logger(level: .fatal)

    @discardableResult
    private func run(isReleasing: Bool = false) async throws -> GuardReport {
        try await ImageGuard(
            images: world,
            use: world,
            store: world,
            effects: .live(),
            isReleasing: isReleasing
        ).run(logger: Self.silent)
    }

    private var status: GuardRecord.Status? { world.now.record?.value.status }

    private func error(_ kind: AWSError.Kind, attempts: Int = 1) -> AWSError {
        AWSError(kind: kind, code: "Code", message: "", operation: "Operation", attempts: attempts)
    }

    // MARK: The course of things

    @Test func anImageInUseIsProtectedUntilItIsClear() async throws {
        #expect(try await run().given == [])
        world.change { $0.outcome = .inUse }
        #expect(try await run().given == [image])
        #expect(world.now.protection == .enabled)
        #expect(status == .given)
        let calls = world.now.calls
        #expect(try await run() == run())
        #expect(world.now.calls == calls)
        // Not knowing is no reason to do anything.
        world.change { $0.outcome = .unknown }
        #expect(try await run().taken == [])
        world.change { $0.outcome = .clear }
        let report = try await run()
        #expect(report.taken == [image])
        #expect(report.images == 1)
        #expect(report.isComplete)
        #expect(world.now.protection == .disabled)
        #expect(status == .unguarded)
        world.change { $0.outcome = .inUse }
        #expect(try await run().given == [image])
    }

    /// A team stops using the guard: nothing of it stays behind, and nothing of anybody else is touched.
    @Test(arguments: Verdict.Outcome.allCases) func whenItStopsItTakesBackWhatItGave(outcome: Verdict.Outcome)
        async throws
    {
        world.change { $0.outcome = .inUse }
        try await run()
        world.change { $0.outcome = outcome }
        #expect(try await run(isReleasing: true).taken == [image])
        #expect(world.now.protection == .disabled)
        #expect(status == .unguarded)
        #expect(try await run(isReleasing: true).taken == [])
        world.change { ($0.protection, $0.giver) = (.enabled, .person) }
        #expect(try await run(isReleasing: true).taken == [])
        #expect(world.now.protection == .enabled)
        #expect(world.now.stolen == 0)
    }

    @Test(arguments: [DeregistrationProtection.enabled, .enabledWithCooldown, .other])
    func whatOthersGaveStays(protection: DeregistrationProtection) async throws {
        for outcome in Verdict.Outcome.allCases {
            world.change { ($0.protection, $0.giver, $0.outcome) = (protection, .person, outcome) }
            try await run()
            #expect(world.now.calls == 0)
            #expect(status == nil)
        }
    }

    /// Somebody chose a cooldown for an image that the guard had protected: it is theirs now.
    @Test func whoeverTakesTheImageOverKeepsIt() async throws {
        world.change { $0.outcome = .inUse }
        try await run()
        world.change { ($0.protection, $0.giver, $0.outcome) = (.enabledWithCooldown, .person, .clear) }
        try await run()
        #expect(status == .unguarded)
        world.change { $0.protection = .enabled }
        try await run()
        #expect(world.now.protection == .enabled)
        #expect(world.now.stolen == 0)
    }

    @Test func whatSomebodyTookAwayIsGivenAgainWhileItIsUsed() async throws {
        world.change { $0.outcome = .inUse }
        try await run()
        world.change { ($0.protection, $0.giver) = (.disabled, nil) }
        #expect(try await run().given == [image])
        world.change { ($0.protection, $0.giver, $0.outcome) = (.disabled, nil, .unknown) }
        try await run()
        #expect(status == .unguarded)
        world.change { ($0.protection, $0.giver, $0.outcome) = (.enabled, .person, .clear) }
        try await run()
        #expect(world.now.stolen == 0)
        #expect(world.now.protection == .enabled)
    }

    // MARK: Failures

    @Test(arguments: [AWSError.Kind.clientError, .throttling]) func aRefusedCallChangesNothing(kind: AWSError.Kind)
        async throws
    {
        world.change { ($0.outcome, $0.failure) = (.inUse, (self.error(kind), false)) }
        let report = try await run()
        #expect(report.failures == [.init(image: image, reason: "Operation: Code")])
        #expect(status == .unguarded)
        world.change { $0.failure = nil }
        #expect(try await run().given == [image])
        world.change { ($0.outcome, $0.failure) = (.clear, (self.error(kind), false)) }
        #expect(try await run().failures.count == 1)
        #expect(status == .given)
        world.change { $0.failure = nil }
        #expect(try await run().taken == [image])
    }

    /// A call of which nobody knows whether it had an effect.
    @Test(arguments: [AWSError.Kind.transient, .transport, .serverError, .deadline, .throttling], [true, false])
    func aCallThatMayHaveWorked(kind: AWSError.Kind, hasEffect: Bool) async throws {
        let failure = (error: error(kind, attempts: 2), hasEffect: hasEffect)
        world.change { ($0.outcome, $0.failure) = (.inUse, failure) }
        #expect(try await run().failures.count == 1)
        #expect(status == .giving)
        world.change { $0.failure = nil }
        let report = try await run()
        // Found protected: that may be somebody else's.
        #expect(report.left == (hasEffect ? [image] : []))
        #expect(report.given == (hasEffect ? [] : [image]))
        #expect(status == (hasEffect ? .left : .given))
        world.change { $0.outcome = .clear }
        try await run()
        #expect(world.now.protection == (hasEffect ? .enabled : .disabled))
    }

    @Test func aCallThatMayHaveTakenProtectionAway() async throws {
        world.change { $0.outcome = .inUse }
        try await run()
        world.change { ($0.outcome, $0.failure) = (.clear, (self.error(.transport), true)) }
        #expect(try await run().failures.count == 1)
        #expect(status == .taking)
        // It did, and then somebody gave protection of their own.
        world.change { ($0.protection, $0.giver, $0.failure) = (.enabled, .person, nil) }
        #expect(try await run().left == [image])
        try await run()
        #expect(world.now.stolen == 0)
        #expect(world.now.protection == .enabled)
    }

    @Test func anImageThatIsGoneIsNoFailure() async throws {
        let gone = GoneImages(world: world)
        world.change { ($0.outcome, $0.isGone) = (.inUse, true) }
        let report = try await ImageGuard(images: gone, use: world, store: world, effects: .live()).run(
            logger: Self.silent
        )
        #expect(report.failures.isEmpty)
        #expect(status == .unguarded)
        #expect(try await run().images == 0)
    }

    /// An image that is listed a moment before it is deregistered.
    private struct GoneImages: GuardedImages {
        let world: GuardWorld

        func images() async throws(AWSError) -> [GuardedImage] { [GuardedImage(image, .disabled)] }
        func protect(_ image: ImageID) async throws(AWSError) { try await world.protect(image) }
        func unprotect(_ image: ImageID) async throws(AWSError) { try await world.unprotect(image) }
    }

    // MARK: Interleavings

    /// Two runs at once, cut off anywhere and run again; between the rounds, people and uses change. Nobody's protection but
    /// the guard's is ever taken away; and once nothing is cut off any more, what is used is protected.
    @Test(arguments: UInt64(1)...600) func everyInterleavingAndCutOff(seed: UInt64) async throws {
        let world = GuardWorld()
        var generator = SeededGenerator(seed: seed)
        for round in 0..<5 {
            let action = Int.random(in: 0..<5, using: &generator)
            world.change { state in
                switch action {
                case 0 where state.protection == .disabled: (state.protection, state.giver) = (.enabled, .person)
                case 1 where state.protection != .enabledWithCooldown:
                    (state.protection, state.giver) = (.enabledWithCooldown, .person)
                case 2: (state.protection, state.giver) = (.disabled, nil)
                default: break
                }
            }
            let outcome = Verdict.Outcome.allCases.randomElement(using: &generator) ?? .unknown
            world.change { $0.outcome = outcome }
            let before = world.now
            let invocation: @Sendable () async throws -> Void = {
                let life = GuardWorld.Life()
                try await GuardWorld.$life.withValue(life) {
                    do {
                        _ = try await ImageGuard(images: world, use: world, store: world, effects: .live())
                            .run(logger: Self.silent)
                    } catch  where life.isDead {
                    }
                }
                if life.isDead { throw Crash() }
            }
            let seed = generator.next()
            try await Interleaver.run([invocation, invocation], seed: seed, crashes: round < 4 ? 2 : 0)
            let after = world.now
            #expect(after.stolen == 0)
            if outcome == .inUse { #expect(after.protection != .disabled) }
            if outcome != .inUse, before.protection == .disabled { #expect(after.protection == .disabled) }
            if outcome != .clear, before.protection != .disabled { #expect(after.protection == before.protection) }
        }
    }
}
