import AWSClient
import Governance

/// Where reality is not as a manifest wishes.
public struct ShareDrift: Hashable, Sendable {
    /// An image that a target has, or is said to have by a tag, though the manifest does not ask for it.
    public struct Surplus: Hashable, Sendable {
        public let region: Region
        public let image: ImageID
        public let name: String
        /// The target's label.
        public let target: String
        /// Whether the target may launch it.
        public let isShared: Bool
        /// Whether the tag `SharedWith-<label>` is there.
        public let isTagged: Bool
    }

    /// What sharing would do now.
    public let plan: SharePlan
    public let surplus: [Surplus]

    public init(plan: SharePlan, surplus: [Surplus]) {
        self.plan = plan
        self.surplus = surplus
    }

    /// Whether all is as the manifest wishes.
    public var isNone: Bool { plan.steps.isEmpty && surplus.isEmpty && plan.problems.isEmpty }
}

extension SharePlanning {
    /// Compares wish and reality.
    ///
    /// - Throws: ``ShareScanner/Failures``, or `AWSError` where the task was cancelled.
    public func drift(_ scanner: ShareScanner, at now: Timestamp) async throws -> ShareDrift {
        let images = try await scanner.images(in: manifest.regions)
        let (wishes, empty) = manifest.wishes(from: images, at: now)
        let candidates = try await unwished(wishes, images, scanner)
        let observed = try await scanner.observe(scope(of: wishes))
        let partition = manifest.partition
        let shares = candidates.map { (image: $0.image, target: SharePlan.Target($0.target, partition: partition)) }
        let permissions = try await scanner.observe(.init(shares: shares, permissionsOnly: true)).launchPermissions
        let surplus = candidates.compactMap { image, target -> ShareDrift.Surplus? in
            let isShared = permissions[image.key]?.contains(target.principal) ?? false
            let isTagged = image.tags[TagRules.shareTag(target.label)] != nil
            // An account may see an image through its organization.
            guard isShared || isTagged else { return nil }
            return ShareDrift.Surplus(
                region: image.region,
                image: image.id,
                name: image.name,
                target: target.label,
                isShared: isShared,
                isTagged: isTagged
            )
        }
        let plan = plan(wishes, empty, images: images, observed: observed, at: now)
        return ShareDrift(plan: plan, surplus: surplus)
    }

    /// Images that a target may have without a wish: those with its tag, and those that it sees itself.
    private func unwished(
        _ wishes: [Wish],
        _ images: [Region: [SourceImage]],
        _ scanner: ShareScanner
    ) async throws -> [(image: SourceImage, target: ShareTarget)] {
        var wished: [String: Set<RegionalID>] = [:]
        for wish in wishes { wished[wish.target.label, default: []].insert(wish.image.key) }
        let accounts = manifest.targets.compactMap(\.account)
        let seen = try await scanner.imagesShared(with: accounts, in: manifest.regions)
        var found: [(image: SourceImage, target: ShareTarget)] = []
        for image in images.values.joined().sorted(by: { $0.key < $1.key }) {
            for target in manifest.targets where wished[target.label]?.contains(image.key) != true {
                let isSeen = target.account.map { seen[$0]?.contains(image.key) ?? false } ?? false
                if isSeen || image.tags[TagRules.shareTag(target.label)] != nil { found.append((image, target)) }
            }
        }
        return found
    }
}
