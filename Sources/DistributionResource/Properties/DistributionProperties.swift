import AWSServices

/// What a template says of a distribution configuration: the resource properties, validated. A member that is nil was not
/// named and leaves the configuration as it is; an empty list empties it.
struct DistributionProperties: Sendable, Equatable {
    /// `AmiDistributionArn`.
    var configuration: ConfigurationARN
    /// `AwsDistributionRegions`: regions, or parameters that hold them.
    var regions: [TargetSource]
    /// `RemoveOtherRegions`.
    var removesOtherRegions = false
    /// `AmiDistributionName`: the name of the AMIs.
    var imageName: String?
    /// `ImageBuilderName`: whose distribution it is, for the configuration's description.
    var builderName: String?
    /// `PublishingAccountIds`: account ids, or parameters that hold them.
    var publishingAccounts: [TargetSource]?
    /// `PublishingOrganizationalUnitIds`: units or roots whose accounts AMIs are published to.
    var publishingUnits: [String]?
    /// `SharingAccountIds`: account ids, or parameters that hold them.
    var sharingAccounts: [TargetSource]?
    /// `SharingOrganizationArns`.
    var sharingOrganizations: [String]?
    /// `SharingOrganizationalUnitArns`.
    var sharingUnits: [String]?
    /// `KmsKeyIds`.
    var keys: RegionalValue<String>?
    /// `AmiTags`.
    var imageTags: [String: String] = [:]
    /// Members of a distribution that are taken as they are, by the API's name of each: `ssmParameterConfigurations`,
    /// `launchTemplateConfigurations`, `s3ExportConfiguration`, `fastLaunchConfigurations`, `licenseConfigurationArns`.
    var outputs: [String: RegionalValue<JSONValue>] = [:]
    /// `Verify`: whether accounts and keys are looked at before anything is changed.
    var verifies = false

    /// The parameters whose change changes the configuration, as they are named in the template.
    var parameters: [String] {
        TextList.unique((regions + (publishingAccounts ?? []) + (sharingAccounts ?? [])).compactMap(\.parameter))
    }

    /// The description of a configuration that the template gives the name of an image builder.
    static func description(builderName: String) -> String { "AMI distribution settings for \(builderName)" }
}

/// What a list or map of Image Builder may hold at most.
/// <https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_AmiDistributionConfiguration.html>
enum ServiceLimits {
    static let accounts = 1536
    static let organizations = 25
    static let units = 25
    static let licenseConfigurations = 50
    static let launchTemplates = 100
    static let fastLaunches = 1000
    static let tags = 50
    static let tagValueCharacters = 256
    static let descriptionCharacters = 1024
}
