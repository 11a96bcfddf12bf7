import AWSServices
import TestSupport

@testable import DistributionResource

/// Random configurations and templates within what the service and the properties allow.
enum RandomSettings {
    static let regions = ["eu-central-1", "eu-west-1", "us-east-1", "ap-south-1"]

    static func settings(_ random: inout SeededGenerator) -> DistributionSettings {
        var distributions: [JSONValue] = []
        for region in regions.shuffled(using: &random) where random.chance(60) {
            var distribution = JSONValue.object(["region": .string(region)])
            if random.chance(80) { distribution.set(image(&random), at: [FieldPath.image]) }
            if random.chance(30) {
                distribution.set(
                    .array([.object(["launchTemplateId": .string(Fixtures.template)])]),
                    at: [
                        "launchTemplateConfigurations"
                    ]
                )
            }
            if !distribution.hasOutput || random.chance(20) {
                distribution.set(.object(["a": .integer(1)]), at: ["unknownOutput"])
            }
            distributions.append(distribution)
        }
        return DistributionSettings(description: random.chance(50) ? "before" : nil, distributions: distributions)
    }

    private static func image(_ random: inout SeededGenerator) -> JSONValue {
        var image = JSONValue.object([:])
        if random.chance(50) { image.set(.string("name"), at: ["name"]) }
        if random.chance(50) { image.set(accounts(&random), at: ["targetAccountIds"]) }
        if random.chance(30) { image.set(.string("alias/old"), at: ["kmsKeyId"]) }
        if random.chance(20) { image.set(.object([:]), at: ["amiTags"]) }
        if random.chance(40) { image.set(.string("them"), at: ["amiTags", "Owner"]) }
        if random.chance(30) { image.set(.string("stale"), at: ["amiTags", TargetTag.publish]) }
        if random.chance(20) { image.set(.object([:]), at: ["launchPermission"]) }
        if random.chance(40) { image.set(accounts(&random), at: ["launchPermission", "userIds"]) }
        if random.chance(20) { image.set(JSONValue(strings: ["all"]), at: ["launchPermission", "userGroups"]) }
        if random.chance(20) {
            image.set(JSONValue(strings: [Fixtures.unit]), at: ["launchPermission", "organizationalUnitArns"])
        }
        return image
    }

    private static func accounts(_ random: inout SeededGenerator) -> JSONValue {
        JSONValue(strings: Fixtures.accounts(.random(in: 1...40, using: &random)))
    }

    static func desired(_ random: inout SeededGenerator) throws -> DesiredDistribution {
        var regions = Self.regions.shuffled(using: &random)
        regions.removeLast(Int.random(in: 0..<regions.count, using: &random))
        var properties: [String: JSONValue] = [:]
        if random.chance(30) { properties["ImageBuilderName"] = .string("base") }
        if random.chance(30) { properties["AmiDistributionName"] = .string("base {{ imagebuilder:buildDate }}") }
        if random.chance(30) { properties["RemoveOtherRegions"] = .string("true") }
        if random.chance(30) { properties["KmsKeyIds"] = .object([regions[0]: .string("alias/images")]) }
        if random.chance(40) { properties["AmiTags"] = .object(["Owner": .string("us"), "Team": .string("platform")]) }
        if random.chance(30) {
            properties["SharingOrganizationalUnitArns"] =
                random.chance(30) ? .array([]) : JSONValue(strings: [Fixtures.unit])
        }
        if random.chance(30) { properties["LaunchTemplateConfigurations"] = .array([]) }
        if random.chance(30) {
            properties["SsmParameterConfigurations"] = .array([.object(["ParameterName": .string("/ami/base")])])
        }
        let publishing = random.chance(60) ? Fixtures.accounts(.random(in: 0...60, using: &random), from: 500) : nil
        let sharing = random.chance(60) ? Fixtures.accounts(.random(in: 0...60, using: &random), from: 700) : nil
        return try Fixtures.desired(properties, regions: regions, publishing: publishing, sharing: sharing)
    }
}
