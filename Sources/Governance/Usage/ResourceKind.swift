/// What can use an image.
public enum ResourceKind: String, Hashable, Sendable, CaseIterable, Comparable {
    case instance
    case launchTemplate = "launch-template"
    case launchConfiguration = "launch-configuration"
    case autoScalingGroup = "auto-scaling-group"
    case ec2Fleet = "ec2-fleet"
    case spotFleetRequest = "spot-fleet-request"
    case imageRecipe = "image-recipe"
    case containerRecipe = "container-recipe"
    case parameter

    /// Whether a use that has ended can begin again under the same key. Instances and launch templates (and the versions of
    /// one) have identifiers that never come back; launch configurations have names that do; all others can name an image
    /// again that they named before.
    public var isReused: Bool { self != .instance && self != .launchTemplate }

    /// Whether one resource can use several images at once, or one after another: what is recorded of such a resource is
    /// recorded for each image.
    public var usesSeveralImages: Bool { isReused && self != .launchConfiguration }

    public static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

    private var rank: Int {
        switch self {
        case .instance: 0
        case .launchTemplate: 1
        case .launchConfiguration: 2
        case .autoScalingGroup: 3
        case .ec2Fleet: 4
        case .spotFleetRequest: 5
        case .imageRecipe: 6
        case .containerRecipe: 7
        case .parameter: 8
        }
    }
}
