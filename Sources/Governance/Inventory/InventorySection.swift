/// The parts of an inventory, each listed on its own.
public enum InventorySection: String, CaseIterable, Sendable {
    /// EC2 instances that are neither terminated nor on the way there.
    case instances
    /// The default and the latest version of each launch template. Versions that groups, fleets and node groups name come
    /// with the sections of those.
    case launchTemplates = "launch-templates"
    /// Auto Scaling groups: images that their overrides name, and the launch template versions that they launch.
    case autoScalingGroups = "auto-scaling-groups"
    case launchConfigurations = "launch-configurations"
    /// EC2 fleets that are not deleted: images that their overrides name, and launch template versions.
    case fleets
    /// Spot fleet requests that are not cancelled: images of their launch specifications, and launch template versions.
    case spotFleets = "spot-fleets"
    /// EKS managed node groups: the versions of their own launch templates.
    case nodeGroups = "node-groups"
    /// Image Builder image recipes of this account whose parent is an image or a parameter that names one.
    case imageRecipes = "image-recipes"
    /// Image Builder container recipes of this account whose build instances are launched from an image.
    case containerRecipes = "container-recipes"
    /// Parameters of the Parameter Store of data type `aws:ec2:image`.
    case parameters
    /// What EC2's `DescribeImageReferences` tells of the creator's images that this account may launch.
    case imageReferences = "image-references"
}

extension InventorySection {
    /// The one that lists resources of a kind.
    init(listing kind: ResourceKind) {
        self =
            switch kind {
            case .instance: .instances
            case .launchTemplate: .launchTemplates
            case .launchConfiguration: .launchConfigurations
            case .autoScalingGroup: .autoScalingGroups
            case .ec2Fleet: .fleets
            case .spotFleetRequest: .spotFleets
            case .imageRecipe: .imageRecipes
            case .containerRecipe: .containerRecipes
            case .parameter: .parameters
            }
    }

    /// The operation by which the section is listed, where not every region has it. EC2 itself, Auto Scaling and Systems
    /// Manager are everywhere: should one of them say that it is not there, something is wrong.
    var optionalOperation: String? {
        switch self {
        case .instances, .launchTemplates, .autoScalingGroups, .launchConfigurations, .parameters: nil
        case .fleets: "DescribeFleets"
        case .spotFleets: "DescribeSpotFleetRequests"
        case .nodeGroups: "ListClusters"
        case .imageRecipes: "ListImageRecipes"
        case .containerRecipes: "ListContainerRecipes"
        case .imageReferences: "DescribeImageReferences"
        }
    }

    /// Whether its service may have no endpoint in a region. By AWS's own list of endpoints
    /// (<https://github.com/boto/botocore/blob/develop/botocore/data/endpoints.json>), EKS has one in every region of EC2;
    /// Image Builder is not in that list.
    var mayHaveNoEndpoint: Bool { self == .imageRecipes || self == .containerRecipes }

    /// Whether there may be use that nobody knows of where it is left out. EC2's references name only resources that other
    /// sections list.
    var mayHideUse: Bool { self != .imageReferences }
}
