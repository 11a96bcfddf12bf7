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
                grantsKeys: target.grantsKeys
            )
        }
        known = targets
        var wanted: [RegionalID: Losers] = [:]
        for image in plan.images {
            wanted[image.key] = .targets(targets.filter { image.targets.contains($0.label) })
        }
        self.wanted = wanted
        var tags: [RegionalID: [StateChange.TagChange]] = [:]
        for step in plan.steps where step.purpose == .postShareTags {
            if case .tags(_, _, let changes) = step.change.inverse { tags[step.imageKey, default: []] += changes }
        }
        postShareTags = tags
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
        let keys = Set(present.map(\.key))
        var notes = wanted.keys.filter { !keys.contains($0) }.sorted().map {
            "\($0.id) in \($0.region) is gone, or not available: nobody has it"
        }
        let items = try await items(present, scanner, &notes)
        let others = stillShared(images, without: items)
        // Grants are looked for whatever a plan said: an earlier one may have made them.
        let shares = items.flatMap { item in item.targets.map { (image: item.image, target: $0.granted) } }
        let rest = others.map { (image: $0.image, target: $0.target.granted) }
        let observed = try await scanner.observe(
            .init(shares: shares + rest, includesSnapshots: true, allowsRefusals: true)
        )
        let planner = RevokePlanner(source: source.id, postShareTags: ownTags(of: items))
        let decided = planner.plan(items, observed, retained: retained(others, observed))
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
        let open = images.filter { wanted[$0.key] == .everyone }
        let everyone = SharePlan.Target(principal: .all, label: "", account: nil, grantsKeys: false)
        let observed = try await scanner.observe(.init(shares: open.map { ($0, everyone) }, permissionsOnly: true))
        return images.map { image in
            var targets: [SharePlan.Target] = []
            switch wanted[image.key] {
            case .targets(let given): targets = given
            case .everyone: targets = holders(of: image, observed.launchPermissions[image.key] ?? [], &notes)
            case nil: break
            }
            for case .account(let account) in targets.filter({ $0.account == nil }).map(\.principal) {
                notes.append("tags that account \(account) has on \(image.id) stay: nothing says how to enter it")
            }
            return RevokePlanner.Item(image: image, targets: targets)
        }
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

    /// Images that their tags say are shared with the same targets, and stay so, and that could need what the others need: a
    /// snapshot they have in common, or the key of one.
    private func stillShared(
        _ images: [Region: [SourceImage]],
        without items: [RevokePlanner.Item]
    ) -> [(image: SourceImage, target: SharePlan.Target)] {
        var lost: [RegionalID: Set<String>] = [:]
        var snapshots: Set<RegionalID> = []
        var encryptedRegions: Set<Region> = []
        for item in items {
            let region = item.image.region
            lost[item.image.key, default: []].formUnion(item.targets.map(\.label))
            snapshots.formUnion(item.image.snapshots.map { RegionalID(region: region, id: $0.text) })
            if item.image.hasEncryptedSnapshots { encryptedRegions.insert(region) }
        }
        let targets = Set(items.flatMap(\.targets)).sorted { $0.label < $1.label }
        var found: [(image: SourceImage, target: SharePlan.Target)] = []
        for image in images.values.joined() {
            let couldNeed =
                image.hasEncryptedSnapshots && encryptedRegions.contains(image.region)
                || image.snapshots.contains { snapshots.contains(RegionalID(region: image.region, id: $0.text)) }
            guard couldNeed else { continue }
            for target in targets where image.tags[TagRules.shareTag(target.label)] != nil {
                if lost[image.key]?.contains(target.label) != true { found.append((image, target)) }
            }
        }
        return found
    }

    private func retained(
        _ others: [(image: SourceImage, target: SharePlan.Target)],
        _ observed: Observation
    ) -> RevokePlanner.Retained {
        var retained = RevokePlanner.Retained()
        for (image, target) in others {
            guard case .account(let account) = target.principal else { continue }
            for snapshot in image.snapshots {
                let key = RegionalID(region: image.region, id: snapshot.text)
                retained.snapshots.insert(.init(snapshot: key, account: account))
                if let arn = observed.keys[key]?.arn { retained.grants.insert(.init(key: arn, account: account)) }
            }
        }
        return retained
    }
}

extension SharePlan.Target {
    /// The same, as one that may have grants.
    fileprivate var granted: Self {
        Self(principal: principal, label: label, account: account, grantsKeys: true)
    }
}
