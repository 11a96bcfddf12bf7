/// One resource that uses an image.
public enum Resource: Hashable, Sendable {
    case instance(InstanceID)
    case launchTemplateVersion(LaunchTemplateID, Int)
    case launchConfiguration(LaunchConfigurationName)
    /// A group whose mixed instances policy names images in its overrides.
    case autoScalingGroup(AutoScalingGroupName)
    case ec2Fleet(FleetID)
    case spotFleetRequest(SpotFleetRequestID)
    /// An Image Builder recipe, by the ARN of its version.
    case imageRecipe(ImageRecipeARN)
    case containerRecipe(ContainerRecipeARN)
    /// A parameter of the Parameter Store of data type `aws:ec2:image`.
    case parameter(ParameterName)

    public var kind: ResourceKind {
        switch self {
        case .instance: .instance
        case .launchTemplateVersion: .launchTemplate
        case .launchConfiguration: .launchConfiguration
        case .autoScalingGroup: .autoScalingGroup
        case .ec2Fleet: .ec2Fleet
        case .spotFleetRequest: .spotFleetRequest
        case .imageRecipe: .imageRecipe
        case .containerRecipe: .containerRecipe
        case .parameter: .parameter
        }
    }

    /// Its identifier within its kind: `i-…`, `lt-…/3`, `fleet-…`, `sfr-…`, a recipe's ARN, everything else's name.
    public var id: String {
        switch self {
        case .instance(let instance): instance.text
        case .launchTemplateVersion(let template, let version): "\(template)/\(version)"
        case .launchConfiguration(let name): name.text
        case .autoScalingGroup(let name): name.text
        case .ec2Fleet(let fleet): fleet.text
        case .spotFleetRequest(let request): request.text
        case .imageRecipe(let arn): arn.text
        case .containerRecipe(let arn): arn.text
        case .parameter(let name): name.text
        }
    }

    /// Reads what `kind` and `id` give.
    public init?(kind: ResourceKind, id: String) {
        switch kind {
        case .instance: self.init(InstanceID(id), Resource.instance)
        case .launchTemplate:
            let parts = id.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, let template = LaunchTemplateID(String(parts[0])), let version = Int(parts[1]),
                version > 0
            else { return nil }
            self = .launchTemplateVersion(template, version)
        case .launchConfiguration: self.init(LaunchConfigurationName(id), Resource.launchConfiguration)
        case .autoScalingGroup: self.init(AutoScalingGroupName(id), Resource.autoScalingGroup)
        case .ec2Fleet: self.init(FleetID(id), Resource.ec2Fleet)
        case .spotFleetRequest: self.init(SpotFleetRequestID(id), Resource.spotFleetRequest)
        case .imageRecipe: self.init(ImageRecipeARN(id), Resource.imageRecipe)
        case .containerRecipe: self.init(ContainerRecipeARN(id), Resource.containerRecipe)
        case .parameter: self.init(ParameterName(id), Resource.parameter)
        }
    }

    private init?<Identifier>(_ identifier: Identifier?, _ resource: (Identifier) -> Resource) {
        guard let identifier else { return nil }
        self = resource(identifier)
    }
}
