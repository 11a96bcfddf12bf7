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
        /// What the problems are about: labels of targets, by the image that they cannot have.
        public var leftOut: [RegionalID: Set<String>] = [:]

        public init() {}
    }

    /// - Parameter wishes: Those of one image stand together.
    public func plan(_ wishes: [Wish], _ observed: Observation) -> Result {
        var result = Result()
        var common = CommonSteps()
        var tagged: Set<RegionalID> = []
        var copied: Set<SnapshotShare> = []
        var possible: [Wish] = []
        for wish in wishes {
            if let problem = obstacle(wish, observed) {
                result.problems.append(problem)
                result.leftOut[wish.image.key, default: []].insert(wish.target.label)
                continue
            }
            possible.append(wish)
            result.steps += launchPermission(wish, observed)
            snapshotPermissions(wish, observed, &common, &result.steps)
            keyGrants(wish, observed, &common, &result.steps)
            result.steps += shareTag(wish)
            if tagged.insert(wish.image.key).inserted { result.steps += postShareTags(wish.image) }
            result.steps += tagsInTarget(wish, observed, &copied)
        }
        result.notes = notes(possible, observed)
        return result
    }

    struct SnapshotShare: Hashable {
        let snapshot: RegionalID
        let account: AccountID
    }

    /// Steps that several images of a target need: the first has them, and they name the others. By their places in the plan;
    /// nil where nothing is to be done.
    private struct CommonSteps {
        var permissions: [SnapshotShare: Int?] = [:]
        var grants: [Observation.GrantID: Int?] = [:]
    }

    /// Why the image cannot be shared; nil where nothing is known against it.
    private func obstacle(_ wish: Wish, _ observed: Observation) -> String? {
        for snapshot in wish.image.snapshots {
            let id = RegionalID(region: wish.image.region, id: snapshot.text)
            guard let key = observed.keys[id] else { continue }
            let reason: String
            switch key.manager {
            case .aws:
                reason = "\(snapshot) is encrypted with a key that AWS manages, which no other account can use"
            case .unseen(let error) where wish.target.grantsKeys:
                reason = "the key of \(snapshot) cannot be looked at (\(error)), \(key.arn)"
            case .account, .unseen:
                guard wish.target.grantsKeys, let error = observed.unseenGrants[key.arn] else { continue }
                reason = "the grants for the key of \(snapshot) cannot be looked at (\(error)), \(key.arn)"
            }
            return "\(wish.image.id) in \(wish.image.region) cannot be shared with \(wish.target.label): \(reason)"
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
        _ common: inout CommonSteps,
        _ steps: inout [PlanStep]
    ) {
        guard sharesSnapshots, let account = wish.target.account else { return }
        for snapshot in wish.image.snapshots {
            let id = RegionalID(region: wish.image.region, id: snapshot.text)
            let share = SnapshotShare(snapshot: id, account: account)
            let step =
                observed.volumePermissions[id]?.contains(account) == true
                ? nil : step(.snapshotPermission, wish, .volumePermission(snapshot, account, .granted))
            Self.add(step, of: wish.image.id, at: share, &common.permissions, &steps)
        }
    }

    private func keyGrants(
        _ wish: Wish,
        _ observed: Observation,
        _ common: inout CommonSteps,
        _ steps: inout [PlanStep]
    ) {
        guard wish.target.grantsKeys, let account = wish.target.account else { return }
        for snapshot in wish.image.snapshots {
            guard let key = observed.keys[RegionalID(region: wish.image.region, id: snapshot.text)] else { continue }
            let grant = Observation.GrantID(key: key.arn, account: account)
            let step =
                observed.grants.contains(grant)
                ? nil : step(.keyGrant, wish, .keyGrant(key: key.arn, account, .granted))
            Self.add(step, of: wish.image.id, at: grant, &common.grants, &steps)
        }
    }

    /// Adds a step, or the image to the step that is there.
    private static func add<Key>(
        _ step: PlanStep?,
        of image: ImageID,
        at key: Key,
        _ places: inout [Key: Int?],
        _ steps: inout [PlanStep]
    ) {
        if let known = places[key] {
            guard let known, steps[known].image != image, steps[known].alsoFor.last != image else { return }
            steps[known].alsoFor.append(image)
        } else {
            places[key] = .some(step == nil ? nil : steps.count)
            if let step { steps.append(step) }
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

    /// The image and, where they are shared, its snapshots get the tags that the image will have, and lose those that were
    /// copied there and that it has not any more. Of several images with the same snapshot, the first counts.
    ///
    /// What is removed is removed first: 50 tags are all that a resource can have.
    private func tagsInTarget(
        _ wish: Wish,
        _ observed: Observation,
        _ copiedTo: inout Set<SnapshotShare>
    ) -> [PlanStep] {
        guard let account = wish.target.account else { return [] }
        let wanted = wantedTags(of: wish.image, for: wish.target)
        var steps: [PlanStep] = []
        for resource in [wish.image.id.text] + (sharesSnapshots ? wish.image.snapshots.map(\.text) : []) {
            let key = RegionalID(region: wish.image.region, id: resource)
            guard copiedTo.insert(SnapshotShare(snapshot: key, account: account)).inserted else { continue }
            let present = observed.targetTags[account]?[key] ?? [:]
            let record = CopyRecord(value: present[CopyRecord.tag])
            let kept = record.intersection(CopyRecord(names: wanted.keys))
            let removed = present.filter {
                wanted[$0.key] == nil && record.contains($0.key) && !isLeftAlone($0.key, in: wish.target)
            }
            let copied = wanted.filter { present[$0.key] != $0.value }
            let changes: [(PlanStep.Purpose, [String: String?], CopyRecord, CopyRecord)] = [
                (.removedTags, removed.mapValues { _ in nil }, record, kept),
                (.copiedTags, copied.mapValues { $0 }, kept, kept.union(CopyRecord(names: copied.keys))),
            ]
            for (purpose, then, before, after) in changes {
                var changes = then.sorted { $0.key < $1.key }.map { name, value in
                    StateChange.TagChange(name, now: present[name], then: value)
                }
                if before != after { changes.append(.init(CopyRecord.tag, now: before.value, then: after.value)) }
                steps += tags(purpose, wish, resource: resource, account: account, changes)
            }
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
