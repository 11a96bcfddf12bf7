import AWSServices
import Testing

@testable import DistributionResource

@Suite struct DistributionPropertiesTests {
    @Test func everyPropertyIsRead() throws {
        let properties = try DistributionProperties(
            Fixtures.properties([
                "ServiceTimeout": .string("300"),
                "AmiDistributionName": .string("base {{ imagebuilder:buildDate }}"),
                "ImageBuilderName": .string("base"),
                "AwsDistributionRegions": .string("eu-central-1, eu-west-1,,eu-central-1"),
                "RemoveOtherRegions": .string("true"),
                "PublishingAccountIds": JSONValue(strings: ["/images/accounts", " 222222222222 ", "222222222222", ""]),
                "PublishingOrganizationalUnitIds": JSONValue(strings: ["ou-exam-pleouid01", "r-exam"]),
                "SharingAccountIds": .string("arn:aws:ssm:eu-central-1:111111111111:parameter/shared"),
                "SharingOrganizationArns": JSONValue(strings: [Fixtures.organization]),
                "SharingOrganizationalUnitArns": JSONValue(strings: [Fixtures.unit]),
                "KmsKeyIds": .object(["eu-central-1": .string("alias/images")]),
                "AmiTags": .object(["Team": .string("platform"), "Count": .integer(3)]),
                "SsmParameterConfigurations": try Fixtures.json(#"[{"ParameterName":"/ami/base","DataType":"text"}]"#),
                "LaunchTemplateConfigurations": try Fixtures.json(
                    #"{"eu-west-1":[{"LaunchTemplateId":"lt-0123456789abcdef0","SetDefaultVersion":"true"}]}"#
                ),
                "S3ExportConfiguration": try Fixtures.json(
                    #"{"RoleName":"export","DiskImageFormat":"RAW","S3Bucket":"images"}"#
                ),
                "FastLaunchConfigurations": try Fixtures.json(
                    #"[{"enabled":"false","maxParallelLaunches":"6","SnapshotConfiguration":{"TargetResourceCount":"5"}}]"#
                ),
                "LicenseConfigurationArns": JSONValue(strings: [
                    "arn:aws:license-manager:eu-central-1:111111111111:license-configuration:"
                        + "lic-0123456789abcdef0123456789abcdef"
                ]),
                "Verify": .string("True"),
            ])
        )
        #expect(properties.configuration.region == "eu-central-1")
        #expect(properties.regions == [.literal("eu-central-1"), .literal("eu-west-1")])
        #expect(properties.removesOtherRegions)
        #expect(properties.publishingAccounts == [.parameter("/images/accounts"), .literal("222222222222")])
        #expect(properties.sharingAccounts == [.parameter("arn:aws:ssm:eu-central-1:111111111111:parameter/shared")])
        #expect(properties.publishingUnits == ["ou-exam-pleouid01", "r-exam"])
        #expect(properties.keys?.value(in: "eu-central-1") == "alias/images")
        #expect(properties.keys?.value(in: "eu-west-1") == nil)
        #expect(properties.imageTags == ["Team": "platform", "Count": "3"])
        #expect(properties.verifies)
        #expect(
            properties.outputs["launchTemplateConfigurations"]?.value(in: "eu-west-1")
                == (try Fixtures.json(#"[{"launchTemplateId":"lt-0123456789abcdef0","setDefaultVersion":true}]"#))
        )
        #expect(properties.outputs["launchTemplateConfigurations"]?.value(in: "eu-central-1") == nil)
        #expect(
            properties.outputs["fastLaunchConfigurations"]?.value(in: "eu-central-1")
                == (try Fixtures.json(
                    #"[{"enabled":false,"maxParallelLaunches":6,"snapshotConfiguration":{"targetResourceCount":5}}]"#
                ))
        )
        #expect(
            properties.parameters == [
                "/images/accounts", "arn:aws:ssm:eu-central-1:111111111111:parameter/shared",
            ]
        )
    }

    @Test func whatIsNotNamedIsNil() throws {
        let properties = try DistributionProperties(Fixtures.properties())
        #expect(properties.publishingAccounts == nil)
        #expect(properties.sharingAccounts == nil)
        #expect(properties.publishingUnits == nil)
        #expect(properties.keys == nil)
        #expect(properties.outputs.values.isEmpty)
        #expect(!properties.removesOtherRegions && !properties.verifies)
    }

    @Test(arguments: [JSONValue.array([]), .string(""), .string(" , "), JSONValue(strings: ["", " "])])
    func anEmptyListIsEmpty(_ value: JSONValue) throws {
        let properties = try DistributionProperties(
            Fixtures.properties(["PublishingAccountIds": value, "SharingOrganizationArns": value])
        )
        #expect(properties.publishingAccounts == [])
        #expect(properties.sharingOrganizations == [])
    }

    static let faults: [(String, String, String)] = [
        ("PublishingAccountIDs", #""1""#, "PublishingAccountIDs: unknown property"),
        ("AmiDistributionArn", #""""#, "AmiDistributionArn: is required"),
        (
            "AmiDistributionArn", #""arn:aws:imagebuilder:eu-central-1:1:image/x""#,
            "AmiDistributionArn: \"arn:aws:image"
        ),
        ("AmiDistributionArn", #"["x"]"#, "AmiDistributionArn: must be a text"),
        ("AwsDistributionRegions", "[]", "AwsDistributionRegions: must name at least one region"),
        ("AwsDistributionRegions", #""mars""#, "AwsDistributionRegions"),
        ("RemoveOtherRegions", #""yes""#, "RemoveOtherRegions: must be true or false, not \"yes\""),
        ("Verify", "{}", "Verify: must be a text"),
        (
            "PublishingAccountIds", #"["12345"]"#,
            "PublishingAccountIds: \"12345\" is neither an account id of 12 digits"
        ),
        ("SharingAccountIds", #"[["1"]]"#, "SharingAccountIds[0]: must be a text"),
        ("SharingAccountIds", #""arn:aws:ssm:eu-central-1:1:parameter/x""#, "SharingAccountIds: "),
        (
            "PublishingOrganizationalUnitIds", #"["o-exampleorgid"]"#,
            "PublishingOrganizationalUnitIds: \"o-exampleorgid\""
        ),
        (
            "SharingOrganizationArns", #"["o-exampleorgid"]"#,
            "SharingOrganizationArns: \"o-exampleorgid\" is not the ARN"
        ),
        ("SharingOrganizationalUnitArns", #"["ou-a-b"]"#, "SharingOrganizationalUnitArns: "),
        ("KmsKeyIds", #"{"eu-central-1":""}"#, "KmsKeyIds.eu-central-1: \"\" is not a KMS key"),
        ("KmsKeyIds", #"{"eu-central-1":"a","nowhere":"b"}"#, "KmsKeyIds: \"nowhere\" is not a region"),
        ("AmiTags", #"{"aws:x":"1"}"#, "AmiTags: \"aws:x\" is not a tag key"),
        ("AmiTags", #"{"PublishTargets":"1"}"#, "AmiTags.PublishTargets: is kept by the resource"),
        ("AmiTags", #"["a"]"#, "AmiTags: must be an object"),
        ("AmiDistributionName", #""-""#, "AmiDistributionName: \"-\" is not a name"),
        ("ImageBuilderName", #""""#, "ImageBuilderName: must have between"),
        (
            "LaunchTemplateConfigurations", #"[{"AccountId":"1"}]"#,
            "LaunchTemplateConfigurations[0].LaunchTemplateId: is required"
        ),
        (
            "LaunchTemplateConfigurations", #"[{"LaunchTemplateId":"lt-1"}]"#,
            "LaunchTemplateConfigurations[0].LaunchTemplateId: \"lt-1\" is not"
        ),
        (
            "LaunchTemplateConfigurations", #"[{"LaunchTemplateId":"x","launchTemplateId":"y"}]"#,
            "LaunchTemplateConfigurations[0].LaunchTemplateId: is given twice"
        ),
        ("LaunchTemplateConfigurations", #""lt-1""#, "LaunchTemplateConfigurations: must be a list of objects"),
        ("SsmParameterConfigurations", #"[{"ParameterName":"a b"}]"#, "SsmParameterConfigurations[0].ParameterName"),
        (
            "SsmParameterConfigurations", #"[{"ParameterName":"a","Type":"x"}]"#,
            "SsmParameterConfigurations[0].Type: unknown member"
        ),
        (
            "S3ExportConfiguration", #"{"RoleName":"r","DiskImageFormat":"ISO","S3Bucket":"b"}"#,
            "S3ExportConfiguration.DiskImageFormat: \"ISO\" is not VMDK, RAW or VHD"
        ),
        (
            "S3ExportConfiguration", #"{"eu-central-1":{"RoleName":"r"}}"#,
            "S3ExportConfiguration.eu-central-1.DiskImageFormat: is required"
        ),
        (
            "FastLaunchConfigurations", #"[{"Enabled":"maybe"}]"#,
            "FastLaunchConfigurations[0].Enabled: must be true or false"
        ),
        (
            "FastLaunchConfigurations", #"[{"Enabled":"true","MaxParallelLaunches":"0"}]"#,
            "FastLaunchConfigurations[0].MaxParallelLaunches: must be a whole number of at least 1"
        ),
        (
            "FastLaunchConfigurations",
            #"[{"Enabled":"true","SnapshotConfiguration":{"TargetResourceCount":"10001"}}]"#,
            "FastLaunchConfigurations[0].SnapshotConfiguration.TargetResourceCount: must be a whole number from 1 to 10000"
        ),
        ("LicenseConfigurationArns", #"["lic-1"]"#, "LicenseConfigurationArns: \"lic-1\" is not the ARN"),
    ]

    @Test(arguments: faults)
    func aFaultIsNamed(_ property: String, _ value: String, _ message: String) throws {
        let properties = Fixtures.properties([property: try Fixtures.json(value)])
        let error = #expect(throws: PropertyError.self) { try DistributionProperties(properties) }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }

    @Test func aMissingRegionListIsNamed() {
        var properties = Fixtures.properties()
        properties["AwsDistributionRegions"] = nil
        let error = #expect(throws: PropertyError.self) { try DistributionProperties(properties) }
        #expect(error?.property == "AwsDistributionRegions")
    }

    @Test func limitsOfTheServiceAreChecked() throws {
        let organizations = (10...36).map { "arn:aws:organizations::111111111111:organization/o-exampleor\($0)" }
        let error = #expect(throws: PropertyError.self) {
            try DistributionProperties(
                Fixtures.properties(["SharingOrganizationArns": JSONValue(strings: organizations)])
            )
        }
        #expect(error?.description == "SharingOrganizationArns: has 27 elements; at most 25 are possible")
        let tooMany = #expect(throws: PropertyError.self) {
            try Fixtures.desired(publishing: Fixtures.accounts(1537))
        }
        #expect(tooMany?.property == "PublishingAccountIds")
        #expect(throws: Never.self) { try Fixtures.desired(publishing: Fixtures.accounts(1536)) }
    }

    @Test func aValueForARegionThatIsNotDistributedToIsAnError() throws {
        let error = #expect(throws: PropertyError.self) {
            try Fixtures.desired(["KmsKeyIds": .object(["eu-west-1": .string("alias/images")])])
        }
        #expect(error?.description == "KmsKeyIds.eu-west-1: is not among AwsDistributionRegions")
    }

    @Test(arguments: [
        ("eu-central-1", true), ("us-gov-west-1", true), ("us-iso-east-1", true), ("eusc-de-east-1", true),
        ("eu-central", false), ("eu-central-x", false), ("EU-central-1", false), ("", false), ("eu--1", false),
    ])
    func regions(_ text: String, _ isRegion: Bool) {
        #expect(Identifiers.isRegion(text) == isRegion)
    }
}
