import AWSClient
import Governance

/// Everything that sharing, or taking it back, will do, in the order in which it is done, with what was there when the plan
/// was made.
public struct SharePlan: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        case share
        case revoke
    }

    /// An account as the plan gets into it.
    public struct Account: Hashable, Sendable {
        public let id: AccountID
        public let alias: String?
        /// The ARN of the role; nil: with the credentials that the program itself has.
        public let role: String?
        public let externalID: String?

        public init(id: AccountID, alias: String?, role: String?, externalID: String?) {
            self.id = id
            self.alias = alias
            self.role = role
            self.externalID = externalID
        }
    }

    public struct Target: Hashable, Sendable {
        public let principal: Principal
        public let label: String
        /// nil where nothing is done in the target.
        public let account: Account?
        public let grantsKeys: Bool
        /// Names of tags, with wildcards, that are the account's own.
        public let keptTags: [Glob]

        public init(
            principal: Principal,
            label: String,
            account: Account?,
            grantsKeys: Bool,
            keptTags: [Glob] = []
        ) {
            self.principal = principal
            self.label = label
            self.account = account
            self.grantsKeys = grantsKeys
            self.keptTags = keptTags
        }
    }

    /// A source image as it was when the plan was made, and whom it is for.
    public struct Image: Hashable, Sendable {
        public let region: Region
        public let id: ImageID
        public let name: String
        public let created: Timestamp?
        public let snapshots: [SnapshotID]
        /// The ARNs of the keys of encrypted snapshots, sorted.
        public let keys: [String]
        public let tags: [String: String]
        /// The labels of targets that get the image, in their order.
        public let targets: [String]
        /// The labels of targets that should get it and cannot.
        public let leftOut: [String]

        public init(_ image: SourceImage, keys: [String] = [], targets: [String], leftOut: [String] = []) {
            self.init(
                region: image.region,
                id: image.id,
                name: image.name,
                created: image.created,
                snapshots: image.snapshots,
                keys: keys,
                tags: image.tags,
                targets: targets,
                leftOut: leftOut
            )
        }

        public init(
            region: Region,
            id: ImageID,
            name: String,
            created: Timestamp?,
            snapshots: [SnapshotID],
            keys: [String] = [],
            tags: [String: String],
            targets: [String],
            leftOut: [String] = []
        ) {
            self.region = region
            self.id = id
            self.name = name
            self.created = created
            self.snapshots = snapshots
            self.keys = keys
            self.tags = tags
            self.targets = targets
            self.leftOut = leftOut
        }

        public var key: RegionalID { RegionalID(region: region, id: id.text) }
    }

    /// What the plan was made from.
    public struct Inputs: Hashable, Sendable {
        /// The manifest as the user named it.
        public let manifest: String
        /// SHA-256 of the manifest with its placeholders filled in.
        public let manifestDigest: String
        /// SHA-256 of everything that was looked at: images, permissions, grants, tags.
        public let observedDigest: String
        /// How many available images the source account has in the regions.
        public let imageCount: Int

        public init(manifest: String, manifestDigest: String, observedDigest: String, imageCount: Int) {
            self.manifest = manifest
            self.manifestDigest = manifestDigest
            self.observedDigest = observedDigest
            self.imageCount = imageCount
        }
    }

    public let kind: Kind
    public let made: Timestamp
    /// nil for a plan that takes back without a manifest.
    public let inputs: Inputs?
    public let sharesSnapshots: Bool
    public let source: Account
    /// What a manifest sets on every image that is shared.
    public let postShareTags: [String: String]
    public let targets: [Target]
    /// Sorted by region and id.
    public let images: [Image]
    public let steps: [PlanStep]
    /// What the user should know, though nothing is wrong.
    public let notes: [String]
    /// What the manifest asks for and cannot be had; the steps do without.
    public let problems: [String]

    public init(
        kind: Kind,
        made: Timestamp,
        inputs: Inputs?,
        sharesSnapshots: Bool,
        source: Account,
        postShareTags: [String: String] = [:],
        targets: [Target],
        images: [Image],
        steps: [PlanStep],
        notes: [String] = [],
        problems: [String] = []
    ) {
        self.kind = kind
        self.made = made
        self.inputs = inputs
        self.sharesSnapshots = sharesSnapshots
        self.source = source
        self.postShareTags = postShareTags
        self.targets = targets
        self.images = images
        self.steps = steps
        self.notes = notes
        self.problems = problems
    }

    public func target(_ label: String) -> Target? { targets.first { $0.label == label } }
}
