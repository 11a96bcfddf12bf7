import Governance

/// Decides the steps from wish and reality. It asks nobody: the same wishes and observations give the same steps.
public struct SharePlanner: Sendable {
    public let source: SourceAccount
    public let sharesSnapshots: Bool

    public init(source: SourceAccount, sharesSnapshots: Bool) {
        self.source = source
        self.sharesSnapshots = sharesSnapshots
    }

    /// What is to be done, what is worth knowing, and what cannot be done.
    public struct Result: Hashable, Sendable {
        public var steps: [PlanStep] = []
        public var notes: [String] = []
        public var problems: [String] = []

        public init() {}
    }

    /// - Parameter wishes: Those of one image stand together.
    public func plan(_ wishes: [Wish], _ observed: Observation) -> Result {
        var result = Result()
        var granted: Set<Observation.GrantID> = []
        var permitted: Set<SnapshotShare> = []
        var tagged: Set<RegionalID> = []
        var copied: Set<SnapshotShare> = []
        for wish in wishes {
            if let problem = obstacle(wish, observed) {
                result.problems.append(problem)
                continue
            }
            result.steps += launchPermission(wish, observed)
            result.steps += snapshotPermissions(wish, observed, &permitted)
            result.steps += keyGrants(wish, observed, &granted)
            result.steps += shareTag(wish)
            if tagged.insert(wish.image.key).inserted { result.steps += postShareTags(wish.image) }
            result.steps += tagsInTarget(wish, observed, &copied)
        }
        result.notes = notes(wishes)
        return result
    }

    private struct SnapshotShare: Hashable {
        let snapshot: RegionalID
        let account: AccountID
    }

    /// Why the image cannot be shared; nil where nothing is known against it.
    private func obstacle(_ wish: Wish, _ observed: Observation) -> String? {
        for snapshot in wish.image.snapshots {
            let key = RegionalID(region: wish.image.region, id: snapshot.text)
            if observed.keys[key]?.isManagedByAWS == true {
                return "\(wish.image.id) in \(wish.image.region) cannot be shared with \(wish.target.label): "
                    + "\(snapshot) is encrypted with a key that AWS manages, which no other account can use"
            }
        }
        return nil
    }

    private func launchPermission(_ wish: Wish, _ observed: Observation) -> [PlanStep] {
        let principal = wish.target.principal
        guard observed.launchPermissions[wish.image.key]?.contains(principal) != true else { return [] }
        return [step(.launchPermission, wish, .launchPermission(principal, .granted))]
    }

    /// Only with accounts: a snapshot cannot be shared with an organization.
    private func snapshotPermissions(
        _ wish: Wish,
        _ observed: Observation,
        _ permitted: inout Set<SnapshotShare>
    ) -> [PlanStep] {
        guard sharesSnapshots, let account = wish.target.account else { return [] }
        return wish.image.snapshots.compactMap { snapshot in
            let key = RegionalID(region: wish.image.region, id: snapshot.text)
            guard permitted.insert(SnapshotShare(snapshot: key, account: account)).inserted,
                observed.volumePermissions[key]?.contains(account) != true
            else { return nil }
            return step(.snapshotPermission, wish, .volumePermission(snapshot, account, .granted))
        }
    }

    private func keyGrants(
        _ wish: Wish,
        _ observed: Observation,
        _ granted: inout Set<Observation.GrantID>
    ) -> [PlanStep] {
        guard wish.target.grantsKeys, let account = wish.target.account else { return [] }
        return wish.image.snapshots.compactMap { snapshot in
            guard let key = observed.keys[RegionalID(region: wish.image.region, id: snapshot.text)] else { return nil }
            let grant = Observation.GrantID(key: key.arn, account: account)
            guard granted.insert(grant).inserted, !observed.grants.contains(grant) else { return nil }
            return step(.keyGrant, wish, .keyGrant(key: key.arn, account, .granted))
        }
    }

    private func shareTag(_ wish: Wish) -> [PlanStep] {
        let name = TagRules.shareTag(wish.target.label)
        return tags(
            .shareTag,
            wish,
            resource: wish.image.id.text,
            account: source.access.id.value,
            [
                .init(name, now: wish.image.tags[name], then: TagRules.shareValue)
            ]
        )
    }

    private func postShareTags(_ image: SourceImage) -> [PlanStep] {
        let changes = source.postShareTags.sorted { $0.key < $1.key }.filter { image.tags[$0.key] != $0.value }
            .map { StateChange.TagChange($0.key, now: image.tags[$0.key], then: $0.value) }
        guard !changes.isEmpty else { return [] }
        let change = StateChange.tags(resource: image.id.text, account: source.access.id.value, changes)
        return [PlanStep(purpose: .postShareTags, region: image.region, image: image.id, target: nil, change: change)]
    }

    /// The image and, where they are shared, its snapshots get the tags that the image will have, and lose others. Of
    /// several images with the same snapshot, the first counts.
    private func tagsInTarget(
        _ wish: Wish,
        _ observed: Observation,
        _ copiedTo: inout Set<SnapshotShare>
    ) -> [PlanStep] {
        guard let account = wish.target.account else { return [] }
        let target = wish.target
        let wanted = wantedTags(of: wish.image, for: target)
        var steps: [PlanStep] = []
        for resource in [wish.image.id.text] + (sharesSnapshots ? wish.image.snapshots.map(\.text) : []) {
            let key = RegionalID(region: wish.image.region, id: resource)
            guard copiedTo.insert(SnapshotShare(snapshot: key, account: account)).inserted else { continue }
            let present = observed.targetTags[account]?[key] ?? [:]
            let copied = wanted.filter { present[$0.key] != $0.value }.sorted { $0.key < $1.key }
            steps += tags(
                .copiedTags,
                wish,
                resource: resource,
                account: account,
                copied.map { name, value in
                    .init(name, now: present[name], then: value)
                }
            )
            let removed = present.filter { wanted[$0.key] == nil && !isLeftAlone($0.key, in: target) }
            steps += tags(
                .removedTags,
                wish,
                resource: resource,
                account: account,
                removed.sorted { $0.key < $1.key }.map { name, value in .init(name, now: value, then: nil) }
            )
        }
        return steps
    }

    /// The tags that a shared image has in a target account: those of the source once it is shared.
    public func wantedTags(of image: SourceImage, for target: ShareTarget) -> [String: String] {
        TagRules.copied(image.tags.merging(source.postShareTags) { _, new in new })
            .filter { name, _ in !target.keptTags.contains { $0.matches(name) } }
    }

    private func isLeftAlone(_ name: String, in target: ShareTarget) -> Bool {
        TagRules.isReserved(name) || target.keptTags.contains { $0.matches(name) }
    }

    // MARK: Notes

    private func notes(_ wishes: [Wish]) -> [String] {
        var notes: [String] = []
        var targets: [ShareTarget: Int] = [:]
        var labels: [RegionalID: (image: SourceImage, labels: Set<String>)] = [:]
        for wish in wishes {
            if wish.image.hasEncryptedSnapshots, !wish.target.grantsKeys { targets[wish.target, default: 0] += 1 }
            labels[wish.image.key, default: (wish.image, [])].labels.insert(wish.target.label)
        }
        for (target, count) in targets.sorted(by: { $0.key.label < $1.key.label }) {
            let what = count == 1 ? "1 image with encrypted snapshots" : "\(count) images with encrypted snapshots"
            notes.append("\(target.label) gets \(what) and no grants: the policies of the keys have to let it use them")
        }
        if sharesSnapshots {
            for target in Set(wishes.map(\.target)).sorted(by: { $0.label < $1.label }) where target.account == nil {
                notes.append("snapshots cannot be shared with \(target.principal.name), only with accounts")
            }
        }
        for (_, entry) in labels.sorted(by: { $0.key < $1.key }) {
            let names = Set(entry.image.tags.keys).union(source.postShareTags.keys)
                .union(entry.labels.map(TagRules.shareTag)).filter { !TagRules.isSetByAWS($0) }
            if names.count > TagRules.maximumCount {
                notes.append(
                    "\(entry.image.id) in \(entry.image.region) would have \(names.count) tags; EC2 allows "
                        + "\(TagRules.maximumCount)"
                )
            }
        }
        return notes
    }

    // MARK: Steps

    private func step(_ purpose: PlanStep.Purpose, _ wish: Wish, _ change: StateChange) -> PlanStep {
        PlanStep(
            purpose: purpose,
            region: wish.image.region,
            image: wish.image.id,
            target: wish.target.label,
            change: change
        )
    }

    /// A step that changes tags, unless none is to be changed.
    private func tags(
        _ purpose: PlanStep.Purpose,
        _ wish: Wish,
        resource: String,
        account: AccountID,
        _ changes: [StateChange.TagChange]
    ) -> [PlanStep] {
        let changes = changes.filter { $0.now != $0.then }
        guard !changes.isEmpty else { return [] }
        return [step(purpose, wish, .tags(resource: resource, account: account, changes))]
    }
}
