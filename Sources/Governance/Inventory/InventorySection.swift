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
