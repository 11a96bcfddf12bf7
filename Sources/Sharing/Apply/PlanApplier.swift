import AWSClient
import AWSServices
import Governance

/// Does what a plan says, and nothing else.
///
/// The steps of one image are done one after another, several images side by side. Before each step, what it touches is read
/// anew: it is done where things are as they were when the plan was made, counts as done where they are as the step wants
/// them, and is refused otherwise. So a plan can be applied again after any failure. A step that does not succeed keeps no
/// other from being done but those that would claim something untrue without it.
///
/// To cancel its task gives up requests under way, of which nobody can say what became; to stop it ends them.
public struct PlanApplier<Cloud: ShareCloud>: Sendable {
    private let plan: SharePlan
    private let cloud: Cloud
    /// Accounts that must not be entered, and why; they are given nothing.
    private let closed: [AccountID: String]
    /// The same, by the labels of targets.
    private let closedTargets: [String: String]
    /// Whether no other step is to be started.
    private let isStopped: @Sendable () -> Bool
    /// Told after each step, with its number from 1.
    private let onStep: @Sendable (Int, PlanStep, StepOutcome) -> Void

    /// How many images are dealt with at a time.
    private static var concurrency: Int { 8 }
    /// How often an account is asked for an image that was just shared with it.
    private static var visibilityAttempts: Int { 6 }

    public init(
        _ plan: SharePlan,
        cloud: Cloud,
        closed: [AccountID: String] = [:],
        isStopped: @escaping @Sendable () -> Bool = { false },
        onStep: @escaping @Sendable (Int, PlanStep, StepOutcome) -> Void = { _, _, _ in }
    ) {
        self.plan = plan
        self.cloud = cloud
        self.closed = closed
        var closedTargets: [String: String] = [:]
        for target in plan.targets {
            if let account = target.account { closedTargets[target.label] = closed[account.id] }
        }
        self.closedTargets = closedTargets
        self.isStopped = isStopped
        self.onStep = onStep
    }

    /// - Throws: only where the task was cancelled; what else goes wrong is in the report.
    public func apply() async throws(AWSError) -> ApplyReport {
        var chains: [RegionalID: [Int]] = [:]
        var order: [RegionalID] = []
        for (index, step) in plan.steps.enumerated() {
            if chains[step.imageKey] == nil { order.append(step.imageKey) }
            chains[step.imageKey, default: []].append(index)
        }
        let obstacles = try await obstacles()
        let targets = Dictionary(plan.images.map { ($0.key, $0.targets) }) { first, _ in first }
        let results = try await concurrentMap(order, limit: Self.concurrency) { [chains] key throws(AWSError) in
            try await run(chains[key] ?? [], targets: targets[key] ?? [], obstacles)
        }
        var outcomes = [StepOutcome](repeating: .skipped("it was not reached"), count: plan.steps.count)
        for (index, outcome) in results.joined() { outcomes[index] = outcome }
        return ApplyReport(steps: plan.steps, outcomes: outcomes)
    }

    // MARK: Images

    /// What keeps the steps of an image from being done at all, by image.
    private func obstacles() async throws(AWSError) -> [RegionalID: StepOutcome] {
        guard plan.kind == .share, !isStopped() else { return [:] }
        var found: [RegionalID: StepOutcome] = [:]
        let own = ownTags
        for (region, images) in Dictionary(grouping: plan.images, by: \.region) {
            let present: [ImageID: SourceImage]
            do throws(AWSError) {
                present = try await cloud.sourceImages(images.map(\.id), in: region)
            } catch {
                if error.kind == .cancelled { throw error }
                for image in images { found[image.key] = .failed(error.description) }
                continue
            }
            for image in images {
                let reason = difference(image, present[image.id], without: own[image.key] ?? [])
                if let reason { found[image.key] = .moved(reason) }
            }
        }
        return found
    }

    /// How the image is another than that of the plan; nil where it is the same.
    ///
    /// - Parameter own: The names of tags that the plan itself sets, which do not count.
    private func difference(
        _ planned: SharePlan.Image,
        _ present: SourceImage?,
        without own: Set<String>
    ) -> String? {
        guard let present else { return "\(planned.id) is gone or no longer available" }
        guard present.name == planned.name, present.created == planned.created, present.snapshots == planned.snapshots
        else { return "\(planned.id) is another image than the one that the plan was made for" }
        let (before, after) = (TagRules.copied(planned.tags), TagRules.copied(present.tags))
        for name in Set(before.keys).union(after.keys).subtracting(own).sorted() where before[name] != after[name] {
            return "the tag \(name) of \(planned.id) \(Self.moved(from: before[name], to: after[name]))"
        }
        return nil
    }

    /// The names of the tags that the plan sets itself, by image.
    private var ownTags: [RegionalID: Set<String>] {
        var names: [RegionalID: Set<String>] = [:]
        for step in plan.steps where step.purpose == .postShareTags {
            guard case .tags(_, _, let changes) = step.change else { continue }
            names[step.imageKey, default: []].formUnion(changes.map(\.name))
        }
        return names
    }

    private static func moved(from before: String?, to after: String?) -> String {
        func shown(_ value: String?) -> String { value.map { "\"\($0)\"" } ?? "not there" }
        return "is \(shown(after)), and was \(shown(before)) when the plan was made"
    }

    // MARK: Steps

    /// What did not succeed of one image.
    private struct Failures {
        var launchPermissions: Set<String> = []
        var snapshots: Set<String> = []
    }

    private func run(
        _ chain: [Int],
        targets: [String],
        _ obstacles: [RegionalID: StepOutcome]
    ) async throws(AWSError) -> [(Int, StepOutcome)] {
        var results: [(Int, StepOutcome)] = []
        var failures = Failures()
        for index in chain {
            let step = plan.steps[index]
            let outcome: StepOutcome
            if isStopped() {
                outcome = .interrupted
            } else if let obstacle = obstacle(to: step, obstacles) {
                outcome = obstacle
            } else if let reason = unmetNeed(of: step, failures, targets: targets) {
                outcome = .skipped(reason)
            } else {
                outcome = try await attempt(step)
            }
            if !outcome.isGood { note(step, in: &failures) }
            onStep(index + 1, step, outcome)
            results.append((index, outcome))
        }
        return results
    }

    /// What keeps all images that need a step from being dealt with.
    private func obstacle(to step: PlanStep, _ obstacles: [RegionalID: StepOutcome]) -> StepOutcome? {
        let keys = step.imageKeys
        return keys.contains { obstacles[$0] == nil } ? nil : keys.first.flatMap { obstacles[$0] }
    }

    private func note(_ step: PlanStep, in failures: inout Failures) {
        switch step.change {
        case .launchPermission: failures.launchPermissions.insert(step.target ?? "")
        case .volumePermission(let snapshot, let account, _): failures.snapshots.insert("\(snapshot) \(account)")
        case .keyGrant, .tags: break
        }
    }

    /// Why a step would claim something untrue, or cannot succeed, after what has failed.
    private func unmetNeed(of step: PlanStep, _ failures: Failures, targets: [String]) -> String? {
        // What an account has is taken back whether it can be entered or not.
        if plan.kind == .share, let reason = step.target.flatMap({ closedTargets[$0] }) { return reason }
        guard case .tags(let resource, let account, _) = step.change else { return nil }
        if let reason = closed[account] { return reason }
        if let target = step.target {
            // An account sees a snapshot by the snapshot's own permission.
            if resource != step.image.text {
                return failures.snapshots.contains("\(resource) \(account)")
                    ? "the permission of \(resource) could not be changed" : nil
            }
            return failures.launchPermissions.contains(target)
                ? "the launch permission for \(target) could not be changed" : nil
        }
        switch plan.kind {
        case .share:
            let isShared = targets.isEmpty || !targets.allSatisfy(failures.launchPermissions.contains)
            return isShared ? nil : "no launch permission could be changed"
        case .revoke:
            // Whoever still has the image has it with its tags.
            let holder = failures.launchPermissions.min()
            return holder.map { "the launch permission for \($0) could not be changed" }
        }
    }

    private func attempt(_ step: PlanStep) async throws(AWSError) -> StepOutcome {
        do throws(AWSError) {
            return try await perform(step)
        } catch {
            if error.kind == .cancelled { throw error }
            return .failed(error.description)
        }
    }

    private func perform(_ step: PlanStep) async throws(AWSError) -> StepOutcome {
        let region = step.region
        switch step.change {
        case .launchPermission(let principal, let change):
            let isGranted = try await cloud.launchPermissions(of: step.image, in: region).contains(principal)
            guard isGranted != change.then else { return .alreadyDone }
            try await cloud.setLaunchPermission(of: step.image, in: region, for: principal, isGranted: change.then)
        case .volumePermission(let snapshot, let account, let change):
            let isGranted = try await cloud.volumePermissions(of: snapshot, in: region).contains(account)
            guard isGranted != change.then else { return .alreadyDone }
            try await cloud.setVolumePermission(of: snapshot, in: region, for: account, isGranted: change.then)
        case .keyGrant(let key, let account, let change):
            guard try await cloud.hasGrant(of: key, in: region, for: account) != change.then else {
                return .alreadyDone
            }
            try await cloud.setGrant(of: key, in: region, for: account, isGranted: change.then)
        case .tags(let resource, let account, let changes):
            return try await change(changes, of: resource, as: account, step)
        }
        return .done
    }

    private func change(
        _ changes: [StateChange.TagChange],
        of resource: String,
        as account: AccountID,
        _ step: PlanStep
    ) async throws(AWSError) -> StepOutcome {
        guard let present = try await visibleTags(of: resource, as: account, step) else {
            return isStopped() ? .interrupted : .moved("account \(account) does not see \(resource)")
        }
        var set: [String: String] = [:]
        var removed: [String] = []
        for change in changes where present[change.name] != change.then {
            if change.name == CopyRecord.tag {
                let current = CopyRecord(value: present[change.name])
                let record = current.applying(
                    from: CopyRecord(value: change.now),
                    to: CopyRecord(value: change.then)
                )
                guard record != current else { continue }
                if let value = record.value { set[change.name] = value } else { removed.append(change.name) }
                continue
            }
            guard present[change.name] == change.now else {
                return .moved("the tag \(change.name) \(Self.moved(from: change.now, to: present[change.name]))")
            }
            if let value = change.then { set[change.name] = value } else { removed.append(change.name) }
        }
        guard !set.isEmpty || !removed.isEmpty else { return .alreadyDone }
        try await cloud.changeTags(of: resource, in: step.region, as: account, set: set, removed: removed)
        return .done
    }

    /// The tags of a resource; an account sees what was just shared with it a moment later.
    private func visibleTags(
        of resource: String,
        as account: AccountID,
        _ step: PlanStep
    ) async throws(AWSError) -> [String: String]? {
        let isWorthWaiting = account != plan.source.id && plan.kind == .share
        var attempt = 1
        while true {
            if let tags = try await cloud.tags(of: resource, in: step.region, as: account) { return tags }
            guard isWorthWaiting, attempt < Self.visibilityAttempts, !isStopped() else { return nil }
            try await cloud.pause(attempt: attempt)
            attempt += 1
        }
    }
}
