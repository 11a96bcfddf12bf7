import AWSClient
import Governance

/// Where reality is not as a manifest wishes.
public struct ShareDrift: Hashable, Sendable {
    /// Something that is shared, or is said to be by a tag, though the manifest does not ask for it.
    public struct Surplus: Hashable, Sendable {
        public enum What: Hashable, Sendable {
            /// The target may launch the image.
            case launchPermission(isTagged: Bool)
            /// The image has the tag `SharedWith-<target>`, and nobody of that name may launch it.
            case shareTag
            /// The target may make volumes of a snapshot.
            case snapshotPermission(SnapshotID)
            /// The target has a grant that sharing has made, for a key, an ARN.
            case keyGrant(String)
        }

        public let what: What
        public let region: Region
        /// Of a snapshot, one that has it; nil for a grant.
        public let image: SourceImage?
        /// The target's label; the id of one that the manifest does not have; `everyone`.
        public let target: String
        /// Whether the manifest has the target at all.
        public let isInManifest: Bool

        public init(what: What, region: Region, image: SourceImage?, target: String, isInManifest: Bool) {
            self.what = what
            self.region = region
            self.image = image
            self.target = target
            self.isInManifest = isInManifest
        }
    }

    /// What sharing would do now.
    public let plan: SharePlan
    public let surplus: [Surplus]
    /// How many regions were looked at.
    public let regionCount: Int
    /// What could not be looked at; sentences without a full stop.
    public let unseen: [String]

    public init(plan: SharePlan, surplus: [Surplus], regionCount: Int, unseen: [String]) {
        self.plan = plan
        self.surplus = surplus
        self.regionCount = regionCount
        self.unseen = unseen
    }

    /// Whether all that was looked at is as the manifest wishes.
    public var isNone: Bool { plan.steps.isEmpty && surplus.isEmpty && plan.problems.isEmpty }
}

extension ShareDrift {
    /// What there is and was not asked for: by image, then snapshots, then grants.
    public static func surplus(_ reality: SharedReality, _ wishes: [Wish], targets: [ShareTarget]) -> [Surplus] {
        let wanted = Wanted(wishes, targets, keys: reality.keys)
        let images = reality.images.values.joined().sorted { $0.key < $1.key }
        var surplus = images.flatMap { wanted.surplus(of: $0, reality.launchPermissions[$0.key] ?? []) }
        var seen: Set<RegionalID> = []
        for image in images {
            for snapshot in image.snapshots {
                let key = RegionalID(region: image.region, id: snapshot.text)
                guard seen.insert(key).inserted else { continue }
                for principal in (reality.volumePermissions[key] ?? []).sorted() {
                    guard wanted.snapshots[key]?.contains(principal) != true else { continue }
                    surplus.append(wanted.surplus(.snapshotPermission(snapshot), image.region, image, principal))
                }
            }
        }
        for grant in reality.grants.sorted() where !wanted.grants.contains(grant) {
            surplus.append(wanted.surplus(.keyGrant(grant.key), grant.region, nil, .account(grant.account)))
        }
        return surplus
    }

    /// What a manifest asks for.
    private struct Wanted {
        let targets: [Principal: ShareTarget]
        var images: [RegionalID: Set<Principal>] = [:]
        /// Of wished images: whether they are shared is for `--share-snapshots` to say, which no manifest holds.
        var snapshots: [RegionalID: Set<Principal>] = [:]
        var grants: Set<SharedReality.Grant> = []

        init(_ wishes: [Wish], _ targets: [ShareTarget], keys: [RegionalID: String]) {
            self.targets = Dictionary(targets.map { ($0.principal, $0) }) { first, _ in first }
            for wish in wishes {
                let (image, principal) = (wish.image, wish.target.principal)
                images[image.key, default: []].insert(principal)
                for snapshot in image.snapshotKeys {
                    snapshots[snapshot, default: []].insert(principal)
                    guard wish.target.grantsKeys, let key = keys[snapshot], let account = wish.target.account else {
                        continue
                    }
                    grants.insert(.init(region: image.region, key: key, account: account))
                }
            }
        }

        /// Who has an image, and whom its tags name.
        func surplus(of image: SourceImage, _ principals: Set<Principal>) -> [Surplus] {
            let wished = images[image.key] ?? []
            var explained = Set(wished.compactMap { targets[$0].map { TagRules.shareTag($0.label) } })
            var surplus: [Surplus] = []
            for principal in principals.subtracting(wished).sorted() {
                let tag = TagRules.shareTag(targets[principal]?.label ?? principal.identifier)
                explained.insert(tag)
                let isTagged = image.tags[tag] != nil
                surplus.append(self.surplus(.launchPermission(isTagged: isTagged), image.region, image, principal))
            }
            for tag in image.tags.keys.sorted() where tag.hasPrefix(TagRules.sharePrefix) && !explained.contains(tag) {
                let label = String(tag.dropFirst(TagRules.sharePrefix.count))
                surplus.append(
                    Surplus(
                        what: .shareTag,
                        region: image.region,
                        image: image,
                        target: label,
                        isInManifest: targets.values.contains { $0.label == label }
                    )
                )
            }
            return surplus
        }

        func surplus(_ what: Surplus.What, _ region: Region, _ image: SourceImage?, _ principal: Principal) -> Surplus {
            let target = targets[principal]
            return Surplus(
                what: what,
                region: region,
                image: image,
                target: target?.label ?? (principal == .all ? principal.name : principal.identifier),
                isInManifest: target != nil
            )
        }
    }
}

extension SharePlanning {
    /// Compares wish and reality: everything that the source account has shared in the regions of the manifest, and in others.
    ///
    /// - Parameter others: Regions that may be looked at besides those of the manifest; a role need not have them.
    /// - Throws: ``ShareScanner/Failures``, or `AWSError` where the task was cancelled.
    public func drift(_ scanner: ShareScanner, others: [Region] = [], at now: Timestamp) async throws -> ShareDrift {
        let own = manifest.regions
        let reality = try await scanner.reality(in: own, others: others.filter { !own.contains($0) })
        let images = reality.images.filter { own.contains($0.key) }
        let (wishes, empty) = manifest.wishes(from: images, at: now)
        var scope = scope(of: wishes)
        scope.launchPermissions = reality.launchPermissions.filter { id, _ in own.contains(id.region) }
        let observed = try await scanner.observe(scope)
        return ShareDrift(
            plan: plan(wishes, empty, images: images, observed: observed, at: now),
            surplus: ShareDrift.surplus(reality, wishes, targets: manifest.targets),
            regionCount: reality.images.count,
            unseen: reality.unseen
        )
    }
}
