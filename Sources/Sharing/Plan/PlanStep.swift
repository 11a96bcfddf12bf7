import Governance

/// One thing that is done when a plan is applied.
public struct PlanStep: Hashable, Sendable {
    /// What it is good for.
    public enum Purpose: String, Hashable, Sendable, CaseIterable {
        case launchPermission = "launch-permission"
        case snapshotPermission = "snapshot-permission"
        case keyGrant = "key-grant"
        /// The tag `SharedWith-<label>` of the source image.
        case shareTag = "share-tag"
        case postShareTags = "post-share-tags"
        /// Tags of the source image, given to the image or a snapshot in the target account.
        case copiedTags = "copied-tags"
        /// Tags that were copied there, and that the source image does not have any more, taken.
        case removedTags = "removed-tags"
    }

    public let purpose: Purpose
    public let region: Region
    /// The image that the step is about; a step of a snapshot or key is about the first image that needs it.
    public let image: ImageID
    /// Other images of the region, for the same target, that need the same: the step is done as long as one of all is as it
    /// was.
    public var alsoFor: [ImageID]
    /// The label of the target it is for; nil for what is done to the image whoever gets it.
    public let target: String?
    public let change: StateChange

    public init(
        purpose: Purpose,
        region: Region,
        image: ImageID,
        alsoFor: [ImageID] = [],
        target: String?,
        change: StateChange
    ) {
        self.purpose = purpose
        self.region = region
        self.image = image
        self.alsoFor = alsoFor
        self.target = target
        self.change = change
    }

    public var imageKey: RegionalID { RegionalID(region: region, id: image.text) }

    /// All images that need the step.
    var imageKeys: [RegionalID] { ([image] + alsoFor).map { RegionalID(region: region, id: $0.text) } }
}
