import AWSClient
import Synchronization

@testable import Governance

/// One seeded story: an account lives, its events are lost, late and doubled, sweeps come and go, several invocations at
/// once, each cut off where the seed says so.
final class Simulation: Sendable {
    /// An event under way, and the rows that are promised once it has been handled.
    struct Delivery {
        let changes: UsageChanges<ImageReference>
        let promised: Set<String>
        let number: Int
        /// What it tells did not happen.
        var isWrong = false
        /// It tells of the parameter, and nothing else.
        var parameter: GovernanceEvent.ParameterChange?
    }

    struct State {
        var generator: SeededGenerator
        var bus: [Delivery] = []
        var inHand: [Int: Delivery] = [:]
        var hasEnded = false
        var events = 0
        var numbers = 0
        /// By which event each row came to be, as long as what it stands for is there.
        var lives: [String: Int] = [:]
        /// Whose end has been heard of by an invocation that ended well, and of when.
        var released: [Resource: EventTime] = [:]
        /// When each resource came to be for the last time.
        var born: [Resource: EventTime] = [:]
        /// What a sweep has missed.
        var unseen: Set<String> = []
    }

    let rig: SweepRig
    let promises = Promises()
    /// Whether AWS may say of what is there that it is gone, in events and answers.
    let isLying: Bool
    let state: Mutex<State>
    private let seed: UInt64

    static let template = SampleTests.template
    static let golden: ParameterName = .init(checked: "/golden")
    static let names = ["a", "b"].map { LaunchConfigurationName(checked: $0) }
    static let groups = ["g", "h"].map { AutoScalingGroupName(checked: $0) }
    static let fleet: FleetID = .init(checked: "fleet-0a1b2c3d")
    static let spotFleet: SpotFleetRequestID = .init(checked: "sfr-0a1b2c3d")
    static let recipe: ImageRecipeARN = .init(
        checked: "arn:aws:imagebuilder:eu-central-1:444455556666:image-recipe/base/1.0.0"
    )
    static let containerRecipe: ContainerRecipeARN = .init(
        checked: "arn:aws:imagebuilder:eu-central-1:444455556666:container-recipe/runner/1.0.0"
    )
    static let nodeGroup = "workers"

    init(seed: UInt64, isLying: Bool = false) {
        self.seed = seed
        self.isLying = isLying
        var generator = SeededGenerator(seed: seed)
        let initial = Self.initialAccount(using: &generator)
        let promises = promises
        state = Mutex(State(generator: generator))
        rig = SweepRig(
            initial,
            seed: seed,
            store: UsageStoreInMemory(observer: { promises.check($0) }),
            lied: { promises.forget($0) }
        )
    }

    private static let images = [image, otherImage, strangeImage]

    private static func initialAccount(using generator: inout SeededGenerator) -> AccountState {
        var account = AccountState()
        for number in 0..<Int.random(in: 0...3, using: &generator) {
            account.instances[SampleTests.instance(100 + number)] = images.randomElement(using: &generator)
        }
        account.parameters[golden] = images.randomElement(using: &generator)
        account.templates[template] = [
            1: .id(image), 2: .id(images.randomElement(using: &generator) ?? image), 3: .parameter(golden.text),
        ]
        account.launchConfigurations[names[0]] = images.randomElement(using: &generator)
        account.groups[groups[0]] = [image, otherImage]
        account.fleets[fleet] = [image]
        account.recipes[recipe] = .parameter(golden.text)
        account.containerRecipes[containerRecipe] = .id(images.randomElement(using: &generator) ?? image)
        if Bool.random(using: &generator) { account.nodeGroups[nodeGroup] = .launchTemplateVersion(template, 2) }
        account.tellsReferences = Bool.random(using: &generator)
        // Nobody shares it as yet, as far as is known here.
        if Bool.random(using: &generator) { account.obscure = [otherImage] }
        return account
    }

    // MARK: What happens in the account

    /// What the story leaves alone: its rows must be there all the time.
    var untouched: Set<String> {
        var state = rig.account.current
        state.parameters = [:]
        state.groups = [:]
        state.fleets = [:]
        state.spotFleets = [:]
        state.recipes = [:]
        state.containerRecipes = [:]
        state.launchConfigurations = [:]
        state.templates = state.templates.mapValues { versions in versions.filter { $0.key == 1 } }
        state.instances = state.instances.filter { $0.key.text.hasSuffix("0100") }
        return state.rows
    }

    func random<Value>(_ body: (inout SeededGenerator) -> Value) -> Value {
        state.withLock { body(&$0.generator) }
    }

    func dice(_ sides: Int) -> Int { random { Int.random(in: 0..<sides, using: &$0) } }

    /// None is given twice.
    func number() -> Int {
        state.withLock { state in
            state.numbers += 1
            return state.numbers
        }
    }

    func someImage() -> ImageID { Self.images[dice(Self.images.count)] }

    /// Sends an event of what has just happened: not at all, once or twice.
    func send(
        _ acquisitions: [(Resource, ImageReference)] = [],
        releases: [Resource] = [],
        deleted: LaunchTemplateID? = nil,
        isWrong: Bool = false,
        parameter: GovernanceEvent.ParameterChange? = nil
    ) {
        // CloudTrail tells whole seconds.
        let time = EventTime(milliseconds: rig.clock.now.milliseconds / 1000 * 1000)
        state.withLock { state in
            state.events += 1
            let mark = EventMark(time: time, eventID: "\(state.events)")
            let rows = acquisitions.compactMap { resource, reference -> String? in
                guard case .id(let image) = reference, image != strangeImage else { return nil }
                return UsageRow.Key(account: consumer, image: image, resource: resource).sortKey
            }
            for row in rows { state.lives[row] = state.events }
            for (resource, _) in acquisitions { state.born[resource] = time }
            let delivery = Delivery(
                changes: UsageChanges(
                    acquisitions: acquisitions.map { Acquisition($0, of: $1, mark) },
                    releases: releases,
                    deletedTemplate: deleted,
                    mark: mark
                ),
                promised: Set(rows),
                number: state.events,
                isWrong: isWrong,
                parameter: parameter
            )
            let copies = [0, 1, 1, 1, 2][Int.random(in: 0..<5, using: &state.generator)]
            state.bus += Array(repeating: delivery, count: copies)
        }
    }

    /// Something changes. What ends is no longer promised.
    func change(_ body: (inout AccountState) -> Void) {
        let before = rig.account.current.possibleRows
        var next = rig.account.current
        body(&next)
        let ended = before.subtracting(next.rows)
        promises.release(ended)
        state.withLock { state in for row in ended { state.lives[row] = nil } }
        rig.account.change { $0 = next }
    }

    private func liveOn(steps: Int) async throws {
        for _ in 0..<steps {
            try await Interleaver.step { self.live() }
            for _ in 0..<dice(12) { try await Interleaver.step {} }
        }
        state.withLock { $0.hasEnded = true }
    }

    // MARK: Who hears of it

    /// Handles events, in any order, until there are no more.
    private func deliver(_ number: Int) async throws {
        // Cut off before: Lambda delivers it again, or has done so too often.
        state.withLock { state in
            if let delivery = state.inHand.removeValue(forKey: number),
                Int.random(in: 0..<8, using: &state.generator) > 0
            {
                state.bus.append(delivery)
            }
        }
        while true {
            let (delivery, hasEnded) = try await Interleaver.step {
                self.state.withLock { state -> (Delivery?, Bool) in
                    guard let index = state.bus.indices.randomElement(using: &state.generator) else {
                        return (nil, state.hasEnded)
                    }
                    let delivery = state.bus.remove(at: index)
                    state.inHand[number] = delivery
                    return (delivery, false)
                }
            }
            guard let delivery else {
                if hasEnded { return }
                continue
            }
            if let change = delivery.parameter {
                try await look(after: change)
                state.withLock { $0.inHand[number] = nil }
                continue
            }
            let recorded = try await handle(delivery.changes)
            state.withLock { state in
                state.inHand[number] = nil
                promises.keep(
                    delivery.promised.filter { row in
                        state.lives[row] == delivery.number && recorded.contains { row.hasPrefix("\($0)#") }
                    }
                )
                for resource in delivery.changes.releases where !delivery.isWrong {
                    let known = state.released[resource] ?? delivery.changes.mark.time
                    state.released[resource] = max(delivery.changes.mark.time, known)
                }
            }
        }
    }

    /// - Returns: the images that could be told to be the creator's.
    private func handle(_ changes: UsageChanges<ImageReference>) async throws -> Set<ImageID> {
        let account = rig.account.current
        var images: [ImageReference: ImageID] = [:]
        for reference in changes.references {
            images[reference] = account.image(reference).flatMap { image in
                image == strangeImage || account.obscure.contains(image) ? nil : image
            }
        }
        try await UsageLedger(store: rig.store, account: consumer, region: region).apply(changes.resolved(images))
        return Set(images.values)
    }

    private func look(after change: GovernanceEvent.ParameterChange) async throws {
        do {
            _ = try await rig.parameterLook.settle(Self.golden, after: change)
        } catch is AWSError {
            // Delivered too often: the next sweep looks.
        }
    }

    private func sweep(times: Int) async throws {
        for _ in 0..<times {
            let isForced = dice(3) == 0
            let seconds = Int64(dice(600)) + 60
            do {
                let outcome = try await rig.sweep(seconds: seconds, isForced: isForced)
                if case .completed(let checkpoint) = outcome { look(after: checkpoint) }
            } catch let crash as Crash {
                throw crash
            } catch {
                // AWS had a fault: the next invocation goes on.
            }
            let pause = Int64(dice(300_000))
            try await Interleaver.step { self.rig.clock.advance(milliseconds: pause) }
        }
    }

    /// Whatever disturbs a sweep: where it says that nothing is left out, what was there and listed all the time is recorded.
    private func look(after checkpoint: SweepCheckpoint) {
        // Events and answers that tell otherwise are believed.
        guard !isLying, checkpoint.incomplete.isEmpty else { return }
        // AWS may have answered from before the sweep began.
        let start = checkpoint.started.advanced(bySeconds: -600)
        let rows = InventorySection.allCases.map { rig.account.rows(listedIn: $0, allTheTimeSince: start) }
        let unseen = Set(rows.joined()).subtracting(rig.rows)
        state.withLock { $0.unseen.formUnion(unseen) }
    }

    // MARK: The story

    struct Findings {
        /// Rows of what is not there.
        var surplus: Set<String> = []
        /// What is there without its row.
        var missing: Set<String> = []
        /// Rows that were missing on the way.
        var broken: Set<String> = []
        /// Rows of what an event had ended, before the last sweep.
        var revived: Set<String> = []
        /// What was there and listed all the time, and had no row after a sweep on the way that left nothing out.
        var unseen: Set<String> = []
    }

    func run() async throws -> Findings {
        // Some accounts have been swept before, some are new.
        if dice(2) == 0 {
            _ = try await rig.sweep()
            promises.keep(untouched)
        }
        rig.account.set(isLying ? .lying : .usual)
        let steps = 3 + dice(10)
        let sweeps = 1 + dice(3)
        let crashes = dice(6)
        try await Interleaver.run(
            [
                { try await self.liveOn(steps: steps) }, { try await self.deliver(1) }, { try await self.deliver(2) },
                { try await self.sweep(times: sweeps) }, { try await self.sweep(times: 1) },
            ],
            seed: seed,
            crashes: crashes
        )
        var findings = Findings()
        let account = rig.account.current
        // Who is cut off may leave a row behind, and nobody but a sweep would find it.
        if crashes == 0 {
            let ended = state.withLock { state in
                // Within the same second, events do not tell which was first.
                Set(state.released.filter { $0.value > state.born[$0.key] ?? .init(milliseconds: 0) }.keys)
            }.subtracting(account.resources)
            findings.revived = rig.rows.filter { row in
                UsageRow.Key(account: consumer, sortKey: row).map { ended.contains($0.resource) } ?? true
            }
        }
        promises.check(rig.store.contents)
        findings.broken = promises.broken
        findings.unseen = state.withLock(\.unseen)
        // A day later, undisturbed; and some rows were lost.
        rig.account.set(.none)
        rig.clock.advance(milliseconds: 86_400_000)
        for row in rig.rows.sorted() where dice(6) == 0 {
            guard let key = UsageRow.Key(account: consumer, sortKey: row) else { continue }
            // Of one that nobody came to note before he was cut off, nothing is left then.
            let mapping = rig.store.contents.mappings[key.resource.mappingKey(using: key.image)]
            if mapping?["state"] == "active" { promises.keep(account.rows.intersection([row])) }
            try await rig.store.change([.delete(key, .always)])
        }
        _ = try await rig.sweep(isForced: true)
        findings.surplus = rig.rows.subtracting(account.possibleRows)
        findings.missing = account.listedRows.union(promises.rows).subtracting(rig.rows)
        return findings
    }
}
