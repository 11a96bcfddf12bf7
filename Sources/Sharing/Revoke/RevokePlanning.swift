import AWSClient
import Governance

/// Makes the plan that takes shares back: of the images of a plan, or of single images.
public struct RevokePlanning: Sendable {
    private enum Losers: Hashable {
        case everyone
        case targets([SharePlan.Target])
    }

    private let source: SharePlan.Account
    private let wanted: [RegionalID: Losers]
    /// The images of a plan, as they were when it was made.
    private let planned: [RegionalID: SharePlan.Image]
    /// Targets of which more is known than that they have the image: their labels, and the way into them.
    private let known: [SharePlan.Target]
    private let postShareTags: [RegionalID: [StateChange.TagChange]]
    /// Post-share tags of any image, where no plan says what was there before.
    private let manifestTags: [String: String]

    /// Takes back what a plan shares, whether it was this plan that shared it or one before.
    ///
    /// - Parameter closed: Accounts that cannot be entered: they lose the images, and their tags stay.
    public init(revoking plan: SharePlan, without closed: Set<AccountID> = []) {
        source = plan.source
        let targets = plan.targets.map { target in
            guard let account = target.account, closed.contains(account.id) else { return target }
            return SharePlan.Target(
                principal: target.principal,
                label: target.label,
                account: nil,
                grantsKeys: target.grantsKeys,
                keptTags: target.keptTags
            )
        }
        known = targets
        var wanted: [RegionalID: Losers] = [:]
        for image in plan.images {
            wanted[image.key] = .targets(targets.filter { image.targets.contains($0.label) })
        }
        self.wanted = wanted
        planned = Dictionary(plan.images.map { ($0.key, $0) }) { first, _ in first }
        postShareTags = plan.postShareTagsTakenBack
        manifestTags = [:]
    }

    /// Takes single images back.
    ///
    /// - Parameters:
    ///   - images: Each in its region.
    ///   - accounts: From these alone; from whoever has the image where nil.
    ///   - manifest: Says how targets are called and entered, and which post-share tags there are.
    public init(images: [RegionalID], from accounts: [AccountID]?, source: SharePlan.Account, manifest: ShareManifest?)
    {
        self.source = source
        let known = manifest?.planTargets ?? []
        self.known = known
        let losers = accounts.map { accounts in
            Losers.targets(
                accounts.map { account in
                    known.first { $0.principal == .account(account) } ?? Self.target(.account(account))
                }
            )
        }
        wanted = Dictionary(images.map { ($0, losers ?? .everyone) }) { first, _ in first }
        planned = [:]
        postShareTags = [:]
        manifestTags = manifest?.source.postShareTags ?? [:]
    }

    /// A target of which only the principal is known.
    private static func target(_ principal: Principal) -> SharePlan.Target {
        SharePlan.Target(principal: principal, label: principal.identifier, account: nil, grantsKeys: true)
    }

    /// The regions to look at.
    public var regions: [Region] { Set(wanted.keys.map(\.region)).sorted() }

    /// - Throws: ``ShareScanner/Failures``, or `AWSError` where the task was cancelled.
    public func plan(_ scanner: ShareScanner, at now: Timestamp) async throws -> SharePlan {
        let images = try await scanner.images(in: regions)
        let present = images.values.joined().filter { wanted[$0.key] != nil }.sorted { $0.key < $1.key }
        var notes: [String] = []
        let items = try await items(present, scanner, &notes) + gone(present, &notes)
        let retained = try await retained(by: images, items, scanner)
        // Grants are looked for whatever a plan said: an earlier one may have made them.
        let observed = try await scanner.observe(
            .init(
                shares: items.flatMap { item in item.targets.map { (image: item.image, target: $0.granted) } },
                includesSnapshots: true,
                allowsRefusals: true,
                describesKeys: false,
                launchPermissions: Dictionary(items.filter(\.isGone).map { ($0.image.key, []) }) { first, _ in first },
                grants: grants(of: items)
            )
        )
        let decided = RevokePlanner(source: source.id, postShareTags: ownTags(of: items))
            .plan(items, observed, retained: retained)
        return SharePlan(
            kind: .revoke,
            made: Timestamp(seconds: now.seconds),
            inputs: nil,
            sharesSnapshots: true,
            source: source,
            targets: Set(items.flatMap(\.targets)).sorted { $0.label < $1.label },
            images: items.map { SharePlan.Image($0.image, targets: $0.targets.map(\.label)) },
            steps: decided.steps,
            notes: notes + observed.unseen + decided.notes
        )
    }

    /// The images with the targets that lose them.
    private func items(
        _ images: [SourceImage],
        _ scanner: ShareScanner,
        _ notes: inout [String]
    ) async throws -> [RevokePlanner.Item] {
        let permissions = try await scanner.launchPermissions(of: images.filter { wanted[$0.key] == .everyone })
        return images.map { image in
            var targets: [SharePlan.Target] = []
            switch wanted[image.key] {
            case .targets(let given): targets = given
            case .everyone: targets = holders(of: image, permissions[image.key] ?? [], &notes)
            case nil: break
            }
            for case .account(let account) in targets.filter({ $0.account == nil }).map(\.principal) {
                notes.append("tags that account \(account) has on \(image.id) stay: nothing says how to enter it")
            }
            return RevokePlanner.Item(image: image, targets: targets, keys: planned[image.key]?.keys ?? [])
        }
    }

    /// The images of a plan that are there no longer, whose snapshots may be.
    private func gone(_ present: [SourceImage], _ notes: inout [String]) -> [RevokePlanner.Item] {
        let keys = Set(present.map(\.key))
        return planned.values.filter { !keys.contains($0.key) }.sorted { $0.key < $1.key }.map { image in
            notes.append("\(image.id) in \(image.region) is gone, or not available: nobody has it")
            var targets: [SharePlan.Target] = []
            if case .targets(let given) = wanted[image.key] { targets = given }
            // Which of its snapshots are encrypted is asked of them.
            let source = SourceImage(
                id: image.id,
                region: image.region,
                name: image.name,
                created: image.created,
                tags: image.tags,
                snapshots: image.snapshots,
                hasEncryptedSnapshots: true
            )
            return RevokePlanner.Item(image: source, targets: targets, keys: image.keys, isGone: true)
        }
    }

    /// Grants that items may have besides those for the keys of snapshots that are there.
    private func grants(of items: [RevokePlanner.Item]) -> [Region: Set<Observation.GrantID>] {
        var grants: [Region: Set<Observation.GrantID>] = [:]
        for item in items {
            for case .account(let account) in item.targets.map(\.principal) {
                grants[item.image.region, default: []].formUnion(item.keys.map { .init(key: $0, account: account) })
            }
        }
        return grants
    }

    /// Whoever has the image, or has lost it and left a tag.
    private func holders(
        of image: SourceImage,
        _ principals: Set<Principal>,
        _ notes: inout [String]
    ) -> [SharePlan.Target] {
        if principals.contains(.all) { notes.append("\(image.id) is public, and stays so") }
        var targets = principals.subtracting([.all]).sorted().map { principal in
            known.first { $0.principal == principal } ?? Self.target(principal)
        }
        for target in known where image.tags[TagRules.shareTag(target.label)] != nil {
            if !targets.contains(where: { $0.label == target.label }) { targets.append(target) }
        }
        for tag in image.tags.keys.sorted() where tag.hasPrefix(TagRules.sharePrefix) {
            if !targets.contains(where: { TagRules.shareTag($0.label) == tag }) {
                notes.append("\(image.id) keeps the tag \(tag): nothing says whose it is")
            }
        }
        return targets
    }

    private func ownTags(of items: [RevokePlanner.Item]) -> [RegionalID: [StateChange.TagChange]] {
        guard !manifestTags.isEmpty else { return postShareTags }
        let changes = manifestTags.sorted { $0.key < $1.key }.map {
            StateChange.TagChange($0.key, now: $0.value, then: nil)
        }
        return Dictionary(items.map { ($0.image.key, changes) }) { first, _ in first }
    }

    /// What other images need that the same accounts may launch, and go on to: a snapshot they have in common, or the key of
    /// one.
    private func retained(
        by images: [Region: [SourceImage]],
        _ items: [RevokePlanner.Item],
        _ scanner: ShareScanner
    ) async throws -> RevokePlanner.Retained {
        var lost: [RegionalID: Set<Principal>] = [:]
        var losers: Set<Principal> = []
        var snapshots: Set<RegionalID> = []
        var encryptedRegions: Set<Region> = []
        for item in items {
            lost[item.image.key, default: []].formUnion(item.targets.map(\.principal))
            losers.formUnion(item.targets.map(\.principal))
            snapshots.formUnion(item.image.snapshotKeys)
            if item.image.hasEncryptedSnapshots { encryptedRegions.insert(item.image.region) }
        }
        let accounts = losers.filter { if case .account = $0 { true } else { false } }
        guard !accounts.isEmpty else { return RevokePlanner.Retained() }
        let others = images.values.joined().filter { image in
            image.hasEncryptedSnapshots && encryptedRegions.contains(image.region)
                || image.snapshotKeys.contains(where: snapshots.contains)
        }
        let encrypted = others.filter(\.hasEncryptedSnapshots)
        let keys = try await scanner.keys(of: items.map(\.image).filter(\.hasEncryptedSnapshots) + encrypted)
        let lostKeys = Set(items.flatMap { $0.keys + $0.image.snapshotKeys.compactMap { keys[$0] } })
        let candidates = others.filter { image in
            image.snapshotKeys.contains { snapshots.contains($0) || keys[$0].map(lostKeys.contains) ?? false }
        }
        let permissions = try await scanner.launchPermissions(
            of: candidates.filter { image in
                // Who loses it needs nothing for it.
                !accounts.isSubset(of: lost[image.key] ?? [])
            }
        )
        var retained = RevokePlanner.Retained()
        for image in candidates {
            let staying = (permissions[image.key] ?? []).intersection(accounts).subtracting(lost[image.key] ?? [])
            for case .account(let account) in staying {
                for snapshot in image.snapshotKeys {
                    retained.snapshots.insert(.init(snapshot: snapshot, account: account))
                    if let key = keys[snapshot] { retained.grants.insert(.init(key: key, account: account)) }
                }
            }
        }
        return retained
    }
}

extension SharePlan {
    /// What takes the post-share tags of a plan back, by image: what a step of the plan changes becomes what it was. What was
    /// there when the plan was made, on an image that was shared, an earlier plan had set; on another image it is its own.
    public var postShareTagsTakenBack: [RegionalID: [StateChange.TagChange]] {
        var before: [RegionalID: [String: StateChange.TagChange]] = [:]
        for image in images where !image.targets.isEmpty {
            guard image.tags.keys.contains(where: { $0.hasPrefix(TagRules.sharePrefix) }) else { continue }
            for (name, value) in postShareTags {
                before[image.key, default: [:]][name] = .init(name, now: value, then: nil)
            }
        }
        for step in steps where step.purpose == .postShareTags {
            guard case .tags(_, _, let changes) = step.change.inverse else { continue }
            for change in changes { before[step.imageKey, default: [:]][change.name] = change }
        }
        return before.mapValues { changes in changes.values.sorted { $0.name < $1.name } }
    }
}

extension SharePlan.Target {
    /// The same, as one that may have grants.
    fileprivate var granted: Self {
        Self(principal: principal, label: label, account: account, grantsKeys: true, keptTags: keptTags)
    }
}
