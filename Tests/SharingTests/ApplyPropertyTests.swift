import AWSClient
import Governance
import Sharing
import Synchronization
import TestSupport
import Testing

@Suite("What plans do, whatever they are made of")
struct ApplyPropertyTests {
    private func apply(
        _ plan: SharePlan,
        _ cloud: CloudInMemory
    ) async throws -> ApplyReport {
        try await PlanApplier(plan, cloud: cloud).apply()
    }

    @Test("A plan does all it says: after it, there is nothing to do", arguments: 0..<200)
    func complete(_ seed: Int) async throws {
        let share = try RandomShare(seed: seed)
        let cloud = CloudInMemory(source: try Sample.account(1), share.state)
        let report = try await apply(share.plan(cloud), cloud)
        #expect(report.isComplete, "\(report)")
        for wish in share.wishes {
            #expect(cloud.state.launchPermissions[wish.image.key]?.contains(wish.target.principal) == true)
        }
        #expect(share.plan(cloud).steps.isEmpty, "\(share.plan(cloud).steps)")
    }

    @Test("To apply a plan twice is to apply it once", arguments: 0..<200)
    func idempotent(_ seed: Int) async throws {
        let share = try RandomShare(seed: seed)
        let cloud = CloudInMemory(source: try Sample.account(1), share.state)
        let plan = share.plan(cloud)
        _ = try await apply(plan, cloud)
        let (state, writes) = (cloud.state, cloud.writes)
        let again = try await apply(plan, cloud)
        #expect(again.isComplete)
        #expect(again.outcomes.allSatisfy { $0 == .alreadyDone })
        #expect(cloud.state == state)
        #expect(cloud.writes == writes)
    }

    @Test("A plan is safe to apply again after any write was refused", arguments: 0..<200)
    func refusals(_ seed: Int) async throws {
        let share = try RandomShare(seed: seed)
        let failing = CloudInMemory(source: try Sample.account(1), share.state) { what in
            // The same for the same write, for about a third of them.
            what.unicodeScalars.reduce(UInt32(seed)) { $0 &* 31 &+ $1.value } % 3 == 0
        }
        let plan = share.plan(failing)
        let first = try await apply(plan, failing)
        let bad = first.outcomes.count { !$0.isGood }
        #expect(first.outcomes.count == plan.steps.count)
        let cloud = CloudInMemory(source: try Sample.account(1), failing.state)
        let second = try await apply(plan, cloud)
        #expect(second.isComplete, "\(second)")
        #expect(second.outcomes.count { $0 == .done } == bad)
        #expect(share.plan(cloud).steps.isEmpty)
    }

    @Test("No tag says that an image is shared which is not", arguments: 0..<200)
    func truthful(_ seed: Int) async throws {
        let share = try RandomShare(seed: seed, isFresh: true)
        let cloud = CloudInMemory(source: try Sample.account(1), share.state) { what in
            what.hasPrefix("launch") && what.unicodeScalars.reduce(UInt32(seed)) { $0 &* 31 &+ $1.value } % 2 == 0
        }
        _ = try await apply(share.plan(cloud), cloud)
        for image in cloud.state.images.values {
            for wish in share.wishes where wish.image.key == image.key {
                let isShared = cloud.state.launchPermissions[image.key]?.contains(wish.target.principal) == true
                #expect((image.tags[TagRules.shareTag(wish.target.label)] != nil) == isShared)
            }
        }
    }

    @Test("Taking back undoes a share", arguments: 0..<200)
    func revoke(_ seed: Int) async throws {
        let share = try RandomShare(seed: seed, isFresh: true)
        let cloud = CloudInMemory(source: try Sample.account(1), share.state)
        let plan = share.plan(cloud)
        #expect(try await apply(plan, cloud).isComplete)
        let revocation = share.revocation(cloud, of: plan)
        #expect(try await apply(revocation, cloud).isComplete)
        #expect(cloud.state.images == share.state.images)
        #expect(cloud.state.grants == share.state.grants)
        #expect(cloud.state.launchPermissions.values.allSatisfy { $0.isEmpty })
        #expect(cloud.state.volumePermissions.values.allSatisfy { $0.isEmpty })
        let left = cloud.state.targetTags.values.flatMap { $0.values.flatMap(\.keys) }
        #expect(left.isEmpty, "\(left)")
        #expect(share.revocation(cloud, of: plan).steps.isEmpty)
    }

    @Test("An account that sees an image a moment later gets its tags; one that never does is told", arguments: [5, 6])
    func visibility(_ blindness: Int) async throws {
        let source = SourceAccount(access: Sample.access(try Sample.account(1)), postShareTags: [:])
        let image = try Sample.image("ami-1", tags: ["os": "linux"])
        var state = CloudInMemory.State()
        state.images[image.key] = image
        let target = try Sample.target(2)
        let steps = SharePlanner(source: source, sharesSnapshots: false)
            .plan([Wish(target: target, image: image, groups: ["g"])], Observation()).steps
        let plan = SharePlan(
            kind: .share,
            made: Sample.now,
            inputs: nil,
            sharesSnapshots: false,
            source: .init(source.access, partition: "aws"),
            targets: [.init(target, partition: "aws")],
            images: [.init(image, targets: [target.label])],
            steps: steps
        )
        let cloud = CloudInMemory(source: try Sample.account(1), state, blindness: blindness)
        let outcomes = try await apply(plan, cloud).outcomes
        let last: StepOutcome = blindness == 5 ? .done : .moved("account 222222222222 does not see ami-1")
        #expect(outcomes == [.done, .done, last])
    }

    @Test("A plan's file is read back as it was written", arguments: 0..<100)
    func file(_ seed: Int) throws {
        let share = try RandomShare(seed: seed)
        let cloud = CloudInMemory(source: try Sample.account(1), share.state)
        let plan = share.plan(cloud)
        #expect(try SharePlan(Array(try plan.text().utf8), file: "plan.yaml") == plan)
    }

    @Test("A plan that was changed by hand is refused", arguments: 0..<60)
    func tampering(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let share = try RandomShare(seed: seed)
        let text = try share.plan(CloudInMemory(source: try Sample.account(1), share.state)).text()
        var bytes = Array(text.utf8)
        let index = Int.random(in: bytes.indices, using: &random)
        let replacement = try #require("0123456789abcdef\n -:".utf8.randomElement(using: &random))
        guard bytes[index] != replacement else { return }
        bytes[index] = replacement
        do {
            // A change of layout may leave the plan as it is, and nothing else.
            let read = try SharePlan(bytes, file: "plan.yaml")
            #expect(try read.text() == text)
        } catch let faults as ManifestFaults {
            #expect(faults.description.hasPrefix("plan.yaml:"))
        }
    }
}
