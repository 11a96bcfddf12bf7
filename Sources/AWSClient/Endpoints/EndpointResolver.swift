/// Decides a service's endpoint, as the rule sets in the SDKs' service models do.
struct EndpointResolver: Sendable {
    var region: String
    var settings: EndpointSettings

    /// - Throws: ``AWSError/Kind/configuration`` for a region that is none, for a URL that is none, and for settings that
    ///   contradict each other.
    func endpoint(for service: AWSService) throws(AWSError) -> AWSEndpoint {
        let region = try Self.resolve(region)
        let usesFIPS = settings.usesFIPS || region.isFIPS
        let partition = AWSPartition(region: region.name)
        let variant = Variant(usesFIPS: usesFIPS, usesDualStack: settings.usesDualStack)
        let standard = try Self.standardEndpoint(service, partition, region.name, variant)
        guard let (url, setting) = settings.url(for: service) else { return standard }
        if usesFIPS { throw Self.conflict("FIPS endpoints are asked for, and \(setting) names another endpoint") }
        if settings.usesDualStack {
            throw Self.conflict("dual-stack endpoints are asked for, and \(setting) names another endpoint")
        }
        return try AWSEndpoint(url: url, signingRegion: standard.signingRegion, setting: setting)
    }

    /// The region without the pseudo regions of old settings: `fips-us-east-1`, `us-gov-west-1-fips`, `aws-global`.
    private static func resolve(_ region: String) throws(AWSError) -> (name: String, isFIPS: Bool) {
        guard !region.isEmpty else {
            throw AWSError(
                kind: .configuration,
                code: "MissingRegion",
                message: "no region: set AWS_REGION, or region in the profile"
            )
        }
        var name = region
        var isFIPS = false
        if name.hasPrefix("fips-") {
            name.removeFirst(5)
            isFIPS = true
        } else if name.hasSuffix("-fips") {
            name.removeLast(5)
            isFIPS = true
        }
        let partition = AWSPartition(region: name)
        if name == "\(partition.id)-global" { name = partition.implicitGlobalRegion }
        let isLabel =
            !name.isEmpty && name.utf8.count <= 63 && !name.hasPrefix("-") && !name.hasSuffix("-")
            && name.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d }
        guard isLabel else {
            throw AWSError(kind: .configuration, code: "InvalidRegion", message: "not the name of a region: \(region)")
        }
        return (name, isFIPS)
    }

    private struct Variant {
        let usesFIPS: Bool
        let usesDualStack: Bool
    }

    private static func standardEndpoint(
        _ service: AWSService,
        _ partition: AWSPartition,
        _ region: String,
        _ variant: Variant
    ) throws(AWSError) -> AWSEndpoint {
        switch service.endpointPrefix {
        case "iam":
            return iam(partition, region, variant)
        case "organizations":
            return organizations(partition, variant)
        case "s3":
            return try s3(partition, region, variant)
        default:
            break
        }
        var isPlain = !variant.usesFIPS
        if partition.id == "aws-us-gov", !isPlain {
            isPlain =
                variant.usesDualStack
                ? govCloudFIPSDualStack.contains(service.endpointPrefix)
                : govCloudFIPS.contains(service.endpointPrefix)
        }
        let suffix = variant.usesDualStack ? partition.dualStackDNSSuffix : partition.dnsSuffix
        let prefix = service.endpointPrefix
        let name: String
        if isPlain {
            name = prefix
        } else if partition.id == "aws", !variant.usesDualStack, leadingFIPS.contains(prefix) {
            name = "fips.\(prefix)"
        } else {
            name = "\(prefix)-fips"
        }
        return AWSEndpoint(authority: "\(name).\(region).\(suffix)", signingRegion: region)
    }

    /// Services whose FIPS endpoints in the commercial partition begin with `fips.`.
    private static let leadingFIPS: Set<String> = ["eks"]

    /// Services whose ordinary endpoints in GovCloud (US) are the FIPS ones.
    private static let govCloudFIPS: Set<String> = [
        "autoscaling", "cloudformation", "dynamodb", "ec2", "eks", "events", "imagebuilder", "monitoring", "sns", "ssm",
        "sts",
    ]
    private static let govCloudFIPSDualStack: Set<String> = ["events", "monitoring"]

    /// One endpoint a partition.
    private static func iam(_ partition: AWSPartition, _ region: String, _ variant: Variant) -> AWSEndpoint {
        let prefix = variant.usesFIPS ? "iam-fips" : "iam"
        let suffix = variant.usesDualStack ? partition.dualStackDNSSuffix : partition.dnsSuffix
        let global = partition.implicitGlobalRegion
        switch (partition.id, variant.usesFIPS, variant.usesDualStack) {
        case ("aws", _, false):
            return AWSEndpoint(authority: "\(prefix).\(suffix)", signingRegion: global)
        case ("aws", _, true):
            return AWSEndpoint(authority: "\(prefix).global.\(suffix)", signingRegion: global)
        case ("aws-us-gov", _, _):
            return AWSEndpoint(authority: "iam.us-gov.\(suffix)", signingRegion: global)
        case ("aws-cn", false, false):
            return AWSEndpoint(authority: "iam.cn-north-1.\(suffix)", signingRegion: "cn-north-1")
        case ("aws-cn", false, true):
            return AWSEndpoint(authority: "iam.global.\(suffix)", signingRegion: "cn-north-1")
        case ("aws-cn", true, _):
            return AWSEndpoint(authority: "\(prefix).\(suffix)", signingRegion: "cn-north-1")
        case ("aws-eusc", false, true):
            return AWSEndpoint(authority: "iam.global.\(suffix)", signingRegion: global)
        case (_, false, false), ("aws-iso", true, false), ("aws-iso-b", true, false):
            return AWSEndpoint(authority: "\(prefix).\(global).\(suffix)", signingRegion: global)
        default:
            return AWSEndpoint(authority: "\(prefix).\(suffix)", signingRegion: global)
        }
    }

    /// One endpoint a partition.
    private static func organizations(_ partition: AWSPartition, _ variant: Variant) -> AWSEndpoint {
        let prefix = variant.usesFIPS && partition.id != "aws-us-gov" ? "organizations-fips" : "organizations"
        let suffix = variant.usesDualStack ? partition.dualStackDNSSuffix : partition.dnsSuffix
        let global = partition.implicitGlobalRegion
        return AWSEndpoint(authority: "\(prefix).\(global).\(suffix)", signingRegion: global)
    }

    private static func s3(
        _ partition: AWSPartition,
        _ region: String,
        _ variant: Variant
    ) throws(AWSError) -> AWSEndpoint {
        if variant.usesFIPS, partition.id == "aws-cn" {
            throw conflict("FIPS endpoints are asked for, and S3 has none in \(region)")
        }
        let prefix = "s3\(variant.usesFIPS ? "-fips" : "")\(variant.usesDualStack ? ".dualstack" : "")"
        return AWSEndpoint(authority: "\(prefix).\(region).\(partition.dnsSuffix)", signingRegion: region)
    }

    private static func conflict(_ message: String) -> AWSError {
        AWSError(kind: .configuration, code: "ConflictingEndpointSettings", message: message)
    }
}
