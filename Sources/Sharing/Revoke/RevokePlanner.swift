import Governance

/// Decides what takes a share back. It asks nobody.
///
/// Taken back is what sharing does: tags in the target account that sharing has copied there, launch permission, permissions
/// of snapshots, grants, the tag `SharedWith-<label>`; and the post-share tags once nobody has the image any more. What another
/// image that stays shared needs (a key's grant, a snapshot they have in common) stays. Of an image that is gone, its snapshots
/// and their keys may be left.
public struct RevokePlanner: Sendable {
    public let source: AccountID
    /// The tags that sharing set on an image whoever got it: `now` is what it set, `then` what was there before.
    public let postShareTags: [RegionalID: [StateChange.TagChange]]

    public init(source: AccountID, postShareTags: [RegionalID: [StateChange.TagChange]] = [:]) {
        self.source = source
        self.postShareTags = postShareTags
    }

    /// An image and the targets that lose it.
    public struct Item: Hashable, Sendable {
        public let image: SourceImage
        public let targets: [SharePlan.Target]
        /// The ARNs of keys that its snapshots had when it was shared, besides those that can be seen.
        public let keys: [String]
        /// Whether the image is there no longer.
        public let isGone: Bool

        public init(image: SourceImage, targets: [SharePlan.Target], keys: [String] = [], isGone: Bool = false) {
            self.image = image
            self.targets = targets
            self.keys = keys
            self.isGone = isGone
        }
    }

    /// A snapshot and an account that may use it.
    public struct SnapshotShare: Hashable, Sendable {
        public let snapshot: RegionalID
        public let account: AccountID

        public init(snapshot: RegionalID, account: AccountID) {
            self.snapshot = snapshot
            self.account = account
        }
    }

    /// What is needed by images that stay shared.
    public struct Retained: Hashable, Sendable {
        public var grants: Set<Observation.GrantID> = []
        public var snapshots: Set<SnapshotShare> = []

        public init() {}
    }

    public func plan(
        _ items: [Item],
        _ observed: Observation,
        retained: Retained = Retained()
    ) -> (steps: [PlanStep], notes: [String]) {
        var state = State(observed: observed, retained: retained)
        for item in items {
            for target in item.targets {
                state.steps += tagsInTarget(item, target, &state)
                state.steps += launchPermission(item, target, observed)
                state.steps += snapshotPermissions(item, target, &state)
                state.steps += keyGrants(item, target, &state)
                state.steps += shareTag(item, target)
            }
            state.steps += ownTags(item, &state)
        }
        return (state.steps, state.notes)
    }

    /// What is known, and what has been decided so far.
    private struct State {
        let observed: Observation
        let retained: Retained
        var steps: [PlanStep] = []
        var notes: [String] = []
        var grants: Set<Observation.GrantID> = []
        var snapshots: Set<SnapshotShare> = []
        var cleaned: Set<SnapshotShare> = []
    }

    private func tagsInTarget(_ item: Item, _ target: SharePlan.Target, _ state: inout State) -> [PlanStep] {
        guard let account = target.account?.id else { return [] }
        var steps: [PlanStep] = []
        for resource in [item.image.id.text] + item.image.snapshots.map(\.text) {
            let share = SnapshotShare(snapshot: RegionalID(region: item.image.region, id: resource), account: account)
            guard !state.retained.snapshots.contains(share), state.cleaned.insert(share).inserted else { continue }
            let present = state.observed.targetTags[account]?[share.snapshot] ?? [:]
            guard let record = present[CopyRecord.tag] else { continue }
            let copies = present.keys.filter { name in
                CopyRecord(value: record).contains(name) && !TagRules.isReserved(name)
                    && !target.keptTags.contains { $0.matches(name) }
            }
            let changes = (copies.sorted() + [CopyRecord.tag]).map {
                StateChange.TagChange($0, now: present[$0], then: nil)
            }
            steps.append(step(.removedTags, item, target, .tags(resource: resource, account: account, changes)))
        }
        return steps
    }

    private func launchPermission(_ item: Item, _ target: SharePlan.Target, _ observed: Observation) -> [PlanStep] {
        guard observed.launchPermissions[item.image.key]?.contains(target.principal) == true else { return [] }
        return [step(.launchPermission, item, target, .launchPermission(target.principal, .revoked))]
    }

    private func snapshotPermissions(_ item: Item, _ target: SharePlan.Target, _ state: inout State) -> [PlanStep] {
        guard case .account(let account) = target.principal else { return [] }
        var steps: [PlanStep] = []
        for snapshot in item.image.snapshots {
            let key = RegionalID(region: item.image.region, id: snapshot.text)
            let share = SnapshotShare(snapshot: key, account: account)
            guard state.observed.volumePermissions[key]?.contains(account) == true,
                state.snapshots.insert(share).inserted
            else { continue }
            if state.retained.snapshots.contains(share) {
                state.notes.append("\(snapshot) stays shared with \(target.label): another image that it has needs it")
            } else {
                steps.append(step(.snapshotPermission, item, target, .volumePermission(snapshot, account, .revoked)))
            }
        }
        return steps
    }

    private func keyGrants(_ item: Item, _ target: SharePlan.Target, _ state: inout State) -> [PlanStep] {
        guard case .account(let account) = target.principal else { return [] }
        var steps: [PlanStep] = []
        for key in Set(state.observed.keys(of: item.image) + item.keys).sorted() {
            let grant = Observation.GrantID(key: key, account: account)
            guard state.observed.grants.contains(grant), state.grants.insert(grant).inserted else { continue }
            if state.retained.grants.contains(grant) {
                state.notes.append("\(target.label) keeps its grant for \(key): another image that it has needs it")
            } else {
                steps.append(step(.keyGrant, item, target, .keyGrant(key: key, account, .revoked)))
            }
        }
        return steps
    }

    private func shareTag(_ item: Item, _ target: SharePlan.Target) -> [PlanStep] {
        let name = TagRules.shareTag(target.label)
        guard !item.isGone, let value = item.image.tags[name] else { return [] }
        let change = StateChange.TagChange(name, now: value, then: nil)
        return [step(.shareTag, item, target, .tags(resource: item.image.id.text, account: source, [change]))]
    }

    /// The post-share tags go, or become what they were, with the last that has the image.
    private func ownTags(_ item: Item, _ state: inout State) -> [PlanStep] {
        let changes = (postShareTags[item.image.key] ?? []).filter { change in
            change.now != change.then && item.image.tags[change.name] == change.now
        }
        guard !item.isGone, !changes.isEmpty else { return [] }
        let principals = state.observed.launchPermissions[item.image.key] ?? []
        let staying = principals.subtracting(item.targets.map(\.principal))
        guard staying.isEmpty else {
            let others = staying.map(\.name).sorted().joined(separator: ", ")
            state.notes.append("\(item.image.id) keeps its post-share tags: \(others) still has it")
            return []
        }
        return [
            PlanStep(
                purpose: .postShareTags,
                region: item.image.region,
                image: item.image.id,
                target: nil,
                change: .tags(resource: item.image.id.text, account: source, changes)
            )
        ]
    }

    private func step(
        _ purpose: PlanStep.Purpose,
        _ item: Item,
        _ target: SharePlan.Target,
        _ change: StateChange
    ) -> PlanStep {
        PlanStep(
            purpose: purpose,
            region: item.image.region,
            image: item.image.id,
            target: target.label,
            change: change
        )
    }
}
