import Governance
import Sharing
import TestSupport

/// A random source account, what is wished of it, and how things stand.
struct RandomShare {
    let source: SourceAccount
    let wishes: [Wish]
    let state: CloudInMemory.State
    let sharesSnapshots: Bool

    init(seed: Int, isFresh: Bool = false) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let postShareTags = ["status": "shared", "b": "2"].filter { _ in Bool.random(using: &random) }
        source = SourceAccount(access: Sample.access(try Sample.account(1)), postShareTags: postShareTags)
        sharesSnapshots = Bool.random(using: &random)
        let targets = try (2...4).map {
            try Sample.target(
                $0,
                grantsKeys: Bool.random(using: &random),
                keeps: Bool.random(using: &random) ? ["k*"] : []
            )
        }
        var state = CloudInMemory.State()
        var wishes: [Wish] = []
        for number in 0..<Int.random(in: 1...4, using: &random) {
            // Snapshots are common to some of the images.
            let snapshots = Set((0..<2).map { _ in "snap-\(Int.random(in: 0..<4, using: &random))" }).sorted()
            var tags = Self.tags(&random)
            if !isFresh, Bool.random(using: &random) {
                tags["SharedWith-222222222222"] = ["true", "no"].randomElement(using: &random)
            }
            let image = try Sample.image(
                "ami-\(number)",
                tags: tags,
                snapshots: snapshots,
                isEncrypted: Bool.random(using: &random)
            )
            state.images[image.key] = image
            state.launchPermissions[image.key] = []
            for target in targets {
                if Bool.random(using: &random) { wishes.append(Wish(target: target, image: image, groups: ["g"])) }
                guard !isFresh, let account = target.account, Bool.random(using: &random) else { continue }
                state.launchPermissions[image.key, default: []].insert(target.principal)
                state.targetTags[account, default: [:]][image.key] = Self.tagsInTarget(&random)
                guard let snapshot = image.snapshots.randomElement(using: &random) else { continue }
                let key = RegionalID(region: image.region, id: snapshot.text)
                state.volumePermissions[key, default: []].insert(account)
                state.targetTags[account, default: [:]][key] = Self.tagsInTarget(&random)
                if Bool.random(using: &random) {
                    state.grants.insert(.init(key: CloudInMemory.key(of: snapshot), account: account))
                }
            }
        }
        self.wishes = wishes
        self.state = state
    }

    /// Some of them copies.
    private static func tagsInTarget(_ random: inout SeededGenerator) -> [String: String] {
        var tags = tags(&random)
        let names = ["a", "b", "c", "k1", "gone"].filter { _ in Bool.random(using: &random) }
        tags[CopyRecord.tag] = CopyRecord(names: names).value
        return tags
    }

    private static func tags(_ random: inout SeededGenerator) -> [String: String] {
        var tags: [String: String] = [:]
        for name in ["a", "b", "c", "k1", "aws:x", "status"] where Bool.random(using: &random) {
            tags[name] = String(Int.random(in: 0...2, using: &random))
        }
        return tags
    }

    /// The plan for the wishes as things stand in `cloud`.
    func plan(_ cloud: CloudInMemory) -> SharePlan {
        let state = cloud.state
        let wishes = wishes.compactMap { wish in
            state.images[wish.image.key].map { Wish(target: wish.target, image: $0, groups: wish.groups) }
        }
        let observed = cloud.observation(of: wishes, sharesSnapshots: sharesSnapshots)
        let decided = SharePlanner(source: source, sharesSnapshots: sharesSnapshots).plan(wishes, observed)
        var targets: [SourceImage: [String]] = [:]
        for wish in wishes { targets[wish.image, default: []].append(wish.target.label) }
        return SharePlan(
            kind: .share,
            made: Sample.now,
            inputs: nil,
            sharesSnapshots: sharesSnapshots,
            source: .init(source.access, partition: "aws"),
            postShareTags: source.postShareTags,
            targets: Set(wishes.map(\.target)).map { .init($0, partition: "aws") }.sorted { $0.label < $1.label },
            images: targets.map { .init($0.key, keys: observed.keys(of: $0.key), targets: $0.value) }.sorted {
                $0.key < $1.key
            },
            steps: decided.steps,
            notes: decided.notes,
            problems: decided.problems
        )
    }

    /// The plan that takes the wishes back as things stand in `cloud`.
    func revocation(_ cloud: CloudInMemory, of plan: SharePlan) -> SharePlan {
        let state = cloud.state
        let wishes = wishes.compactMap { wish in
            state.images[wish.image.key].map { Wish(target: wish.target, image: $0, groups: wish.groups) }
        }
        var targets: [SourceImage: [SharePlan.Target]] = [:]
        for wish in wishes { targets[wish.image, default: []].append(.init(wish.target, partition: "aws")) }
        let items = targets.map { RevokePlanner.Item(image: $0.key, targets: $0.value) }
            .sorted { $0.image.key < $1.image.key }
        let tags = plan.postShareTagsTakenBack
        let observed = cloud.observation(of: wishes, sharesSnapshots: true)
        let decided = RevokePlanner(source: source.access.id.value, postShareTags: tags).plan(items, observed)
        return SharePlan(
            kind: .revoke,
            made: Sample.now,
            inputs: nil,
            sharesSnapshots: true,
            source: plan.source,
            targets: plan.targets,
            images: items.map { .init($0.image, targets: $0.targets.map(\.label)) },
            steps: decided.steps,
            notes: decided.notes
        )
    }
}
