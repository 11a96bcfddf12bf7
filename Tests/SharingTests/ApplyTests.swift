import AWSClient
import Governance
import Sharing
import Synchronization
import TestSupport
import Testing

@Suite("What one failure keeps from being done, and what not")
struct ApplyTests {
    private let source: SourceAccount
    private let images: [SourceImage]

    /// Two images with one snapshot and one key.
    init() throws {
        source = SourceAccount(access: Sample.access(try Sample.account(1)), postShareTags: ["status": "shared"])
        images = try ["ami-1", "ami-2"].map {
            try Sample.image($0, tags: ["os": "linux"], snapshots: ["snap-1"], isEncrypted: true)
        }
    }

    private func cloud(
        _ images: [SourceImage]? = nil,
        refuses: @escaping @Sendable (String) -> Bool = { _ in false },
        onWrite: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> CloudInMemory {
        var state = CloudInMemory.State()
        for image in images ?? self.images {
            state.images[image.key] = image
            state.launchPermissions[image.key] = []
        }
        return CloudInMemory(source: try Sample.account(1), state, refuses: refuses, onWrite: onWrite)
    }

    private func plan(_ targets: [ShareTarget], _ images: [SourceImage], _ cloud: CloudInMemory) -> SharePlan {
        let wishes = images.flatMap { image in targets.map { Wish(target: $0, image: image, groups: ["g"]) } }
        let observed = cloud.observation(of: wishes, sharesSnapshots: true)
        return SharePlan(
            kind: .share,
            made: Sample.now,
            inputs: nil,
            sharesSnapshots: true,
            source: .init(source.access, partition: "aws"),
            postShareTags: source.postShareTags,
            targets: targets.map { .init($0, partition: "aws") },
            images: images.map {
                .init($0, keys: observed.keys(of: $0), targets: targets.map(\.label))
            },
            steps: SharePlanner(source: source, sharesSnapshots: true).plan(wishes, observed).steps
        )
    }

    private func revocation(_ targets: [SharePlan.Target], of plan: SharePlan, _ cloud: CloudInMemory) -> SharePlan {
        let images = cloud.state.images.values.sorted { $0.key < $1.key }
        var observed = Observation()
        observed.launchPermissions = cloud.state.launchPermissions
        observed.volumePermissions = cloud.state.volumePermissions
        observed.grants = cloud.state.grants
        observed.targetTags = cloud.state.targetTags
        for image in images {
            for snapshot in image.snapshots {
                observed.keys[RegionalID(region: image.region, id: snapshot.text)] = .init(
                    arn: CloudInMemory.key(of: snapshot),
                    manager: .account
                )
            }
        }
        let planner = RevokePlanner(source: plan.source.id, postShareTags: plan.postShareTagsTakenBack)
        return SharePlan(
            kind: .revoke,
            made: Sample.now,
            inputs: nil,
            sharesSnapshots: true,
            source: plan.source,
            targets: targets,
            images: images.map { .init($0, targets: targets.map(\.label)) },
            steps: planner.plan(images.map { .init(image: $0, targets: targets) }, observed).steps
        )
    }

    @Test("What several images have in common is done as long as one of them is as it was", arguments: [0, 1])
    func common(_ gone: Int) async throws {
        let target = try Sample.target(2, grantsKeys: true)
        let plan = plan([target], images, try cloud())
        let cloud = try cloud([images[1 - gone]])
        let report = try await PlanApplier(plan, cloud: cloud).apply()
        #expect(!report.isComplete)
        let account = try Sample.account(2)
        let snapshot = RegionalID(region: images[0].region, id: "snap-1")
        #expect(cloud.state.launchPermissions[images[1 - gone].key] == [.account(account)])
        #expect(cloud.state.launchPermissions[images[gone].key] == nil)
        #expect(cloud.state.volumePermissions[snapshot] == [account])
        #expect(cloud.state.grants.map(\.account) == [account])
    }

    @Test("Where no image is as it was, nothing is given")
    func allGone() async throws {
        let plan = plan([try Sample.target(2, grantsKeys: true)], images, try cloud())
        let cloud = try cloud([])
        let report = try await PlanApplier(plan, cloud: cloud).apply()
        #expect(report.outcomes.allSatisfy { $0.word == "moved" })
        #expect(cloud.writes.isEmpty)
    }

    @Test("A launch permission that is refused keeps nothing of the snapshot's from being done")
    func snapshotOfARefusedImage() async throws {
        let target = try Sample.target(2)
        let cloud = try cloud(refuses: { $0.hasPrefix("launch ami-1") })
        let report = try await PlanApplier(plan([target], images, cloud), cloud: cloud).apply()
        let snapshot = RegionalID(region: images[0].region, id: "snap-1")
        let tags = cloud.state.targetTags[try Sample.account(2)]
        #expect(tags?[snapshot]?["os"] == "linux")
        #expect(tags?[images[1].key]?["os"] == "linux")
        #expect(tags?[images[0].key] == nil)
        let bad = zip(report.steps, report.outcomes).filter { !$1.isGood }.map { "\($0.purpose.rawValue) \($1.word)" }
        #expect(
            bad == ["launch-permission failed", "share-tag skipped", "post-share-tags skipped", "copied-tags skipped"]
        )
    }

    @Test("A target that is not what the plan says is given nothing; others are")
    func closed() async throws {
        let targets = [try Sample.target(2, grantsKeys: true), try Sample.target(3, grantsKeys: true)]
        let cloud = try cloud()
        let plan = plan(targets, images, cloud)
        let closed = [try Sample.account(2): "account 222222222222: its alias is \"x\""]
        let report = try await PlanApplier(plan, cloud: cloud, closed: closed).apply()
        for (step, outcome) in zip(report.steps, report.outcomes) {
            let isClosed = step.target == "222222222222"
            #expect(outcome == (isClosed ? .skipped("account 222222222222: its alias is \"x\"") : .done))
        }
        #expect(!cloud.writes.contains { $0.contains("222222222222") })
        // Somebody has the image.
        #expect(cloud.state.images[images[0].key]?.tags["status"] == "shared")
        #expect(cloud.state.grants.map(\.account) == [try Sample.account(3)])
    }

    @Test("Where every target is closed, nothing is changed")
    func allClosed() async throws {
        let cloud = try cloud()
        let plan = plan([try Sample.target(2)], images, cloud)
        _ = try await PlanApplier(plan, cloud: cloud, closed: [try Sample.account(2): "no"]).apply()
        #expect(cloud.writes.isEmpty)
    }

    @Test("Post-share tags stay on an image that could not be taken from everybody")
    func revocationThatIsRefused() async throws {
        let targets = [try Sample.target(2), try Sample.target(3)]
        let granting = try cloud()
        let plan = plan(targets, images, granting)
        _ = try await PlanApplier(plan, cloud: granting).apply()
        let cloud = CloudInMemory(
            source: try Sample.account(1),
            granting.state,
            refuses: { $0 == "launch ami-1 account#222222222222 false" }
        )
        let revocation = revocation(plan.targets, of: plan, cloud)
        let report = try await PlanApplier(revocation, cloud: cloud).apply()
        let tags = cloud.state.images[images[0].key]?.tags
        #expect(tags == ["os": "linux", "status": "shared", "SharedWith-222222222222": "true"])
        #expect(cloud.state.images[images[1].key]?.tags == ["os": "linux"])
        let skipped = zip(report.steps, report.outcomes).filter { $1.word == "skipped" }.map(\.0.purpose)
        #expect(skipped == [.shareTag, .postShareTags])
        // And again, when it is allowed.
        let allowed = CloudInMemory(source: try Sample.account(1), cloud.state)
        let rest = self.revocation(plan.targets, of: plan, allowed)
        #expect(try await PlanApplier(rest, cloud: allowed).apply().isComplete)
        #expect(allowed.state.images[images[0].key]?.tags == ["os": "linux"])
    }

    @Test("Post-share tags that an earlier plan set are taken back with a later one; an image's own stay")
    func postShareTags() async throws {
        let own = images[1].with(tags: ["os": "linux", "status": "shared"])
        let cloud = try cloud([images[0], own])
        let target = try Sample.target(2)
        _ = try await PlanApplier(plan([target], [images[0]], cloud), cloud: cloud).apply()
        let present = cloud.state.images.values.sorted { $0.key < $1.key }
        let second = plan([target], present, cloud)
        #expect(!second.steps.contains { $0.purpose == .postShareTags })
        let read = try SharePlan(Array(try second.text().utf8), file: "plan.yaml")
        #expect(read == second)
        _ = try await PlanApplier(read, cloud: cloud).apply()
        #expect(try await PlanApplier(revocation(read.targets, of: read, cloud), cloud: cloud).apply().isComplete)
        #expect(cloud.state.images[images[0].key]?.tags == ["os": "linux"])
        #expect(cloud.state.images[own.key]?.tags == own.tags)
    }

    @Test("What an account's own tags are, sharing and taking back leave alone", arguments: 0..<100)
    func ownTags(_ seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed))
        func some(_ names: [String]) -> [String: String] {
            Dictionary(
                names.filter { _ in Bool.random(using: &random) }.map {
                    ($0, "\(Int.random(in: 0...1, using: &random))")
                }
            ) { $1 }
        }
        let names = ["a", "b", "c", "d"]
        let account = try Sample.account(2)
        let target = try Sample.target(2, keeps: Bool.random(using: &random) ? ["d"] : [])
        var image = images[0].with(tags: some(names))
        let cloud = try cloud([image])
        // Never a name of the source's, or one that is kept.
        let own = some(["x", "y", "z"]).merging(target.keptTags.isEmpty ? [:] : ["d": "own"]) { $1 }
        try await cloud.changeTags(of: "ami-1", in: image.region, as: account, set: own, removed: [])
        var plan: SharePlan
        repeat {
            plan = self.plan([target], [image], cloud)
            #expect(try await PlanApplier(plan, cloud: cloud).apply().isComplete)
            let there = cloud.state.targetTags[account]?[image.key] ?? [:]
            let copies = there.filter { $0.key != CopyRecord.tag && own[$0.key] == nil }
            let wanted = TagRules.copied(image.tags.merging(source.postShareTags) { $1 })
            #expect(copies == wanted.filter { own[$0.key] == nil }, "\(there)")
            #expect(there.filter { own[$0.key] != nil } == own)
            image = image.with(tags: some(names))
            cloud.replace(image)
        } while Bool.random(using: &random)
        let revocation = revocation(plan.targets, of: plan, cloud)
        #expect(try await PlanApplier(revocation, cloud: cloud).apply().isComplete)
        #expect(cloud.state.targetTags[account]?[image.key] == own)
    }

    @Test("Told to stop, it starts nothing else, and tells of every step what became of it", arguments: 0..<6)
    func stopped(_ writes: Int) async throws {
        let images = try (1...20).map { try Sample.image("ami-\($0)", tags: ["os": "linux"]) }
        let count = Count()
        let stopping = try cloud(images, onWrite: { _ in count.value.add(1, ordering: .relaxed) })
        let plan = plan([try Sample.target(2)], images, stopping)
        let report = try await PlanApplier(
            plan,
            cloud: stopping,
            isStopped: { count.value.load(ordering: .relaxed) >= writes }
        ).apply()
        let done = report.outcomes.count { $0 == .done }
        #expect(done == stopping.writes.count)
        // Eight images are dealt with side by side.
        #expect((writes..<writes + 8).contains(done))
        #expect(
            report.outcomes.count { $0 == .skipped("the program was told to end before") } == plan.steps.count - done
        )
        let again = try await PlanApplier(plan, cloud: stopping).apply()
        #expect(again.isComplete)
        #expect(again.outcomes.count { $0 == .alreadyDone } == done)
    }

    private final class Count: Sendable {
        let value = Atomic<Int>(0)
    }
}
