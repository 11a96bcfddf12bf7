import Testing

@testable import AWSClient

struct EndpointTests {
    static func resolve(
        _ service: AWSService,
        _ region: String,
        fips: Bool = false,
        dualStack: Bool = false,
        _ change: (inout EndpointSettings) -> Void = { _ in }
    ) throws(AWSError) -> AWSEndpoint {
        var settings = EndpointSettings()
        settings.usesFIPS = fips
        settings.usesDualStack = dualStack
        change(&settings)
        return try EndpointResolver(region: region, settings: settings).endpoint(for: service)
    }

    /// Service, region, and the hosts: ordinary, FIPS, dual-stack, both. The expectations are the answers of the rule
    /// sets in the SDKs' service models; Tests/Botocore compares all of them.
    static let hosts: [(AWSService, String, [String])] = [
        (
            .dynamoDB, "eu-west-1",
            [
                "dynamodb.eu-west-1.amazonaws.com", "dynamodb-fips.eu-west-1.amazonaws.com",
                "dynamodb.eu-west-1.api.aws", "dynamodb-fips.eu-west-1.api.aws",
            ]
        ),
        (
            .sesV2, "us-gov-west-1",
            [
                "email.us-gov-west-1.amazonaws.com", "email-fips.us-gov-west-1.amazonaws.com",
                "email.us-gov-west-1.api.aws", "email-fips.us-gov-west-1.api.aws",
            ]
        ),
        (
            .ec2, "us-gov-east-1",
            [
                "ec2.us-gov-east-1.amazonaws.com", "ec2.us-gov-east-1.amazonaws.com", "ec2.us-gov-east-1.api.aws",
                "ec2-fips.us-gov-east-1.api.aws",
            ]
        ),
        (
            .eks, "eu-west-1",
            [
                "eks.eu-west-1.amazonaws.com", "fips.eks.eu-west-1.amazonaws.com", "eks.eu-west-1.api.aws",
                "eks-fips.eu-west-1.api.aws",
            ]
        ),
        (
            .eks, "us-gov-west-1",
            [
                "eks.us-gov-west-1.amazonaws.com", "eks.us-gov-west-1.amazonaws.com", "eks.us-gov-west-1.api.aws",
                "eks-fips.us-gov-west-1.api.aws",
            ]
        ),
        (
            .cloudWatch, "us-gov-west-1",
            [
                "monitoring.us-gov-west-1.amazonaws.com", "monitoring.us-gov-west-1.amazonaws.com",
                "monitoring.us-gov-west-1.api.aws", "monitoring.us-gov-west-1.api.aws",
            ]
        ),
        (
            .ssm, "cn-north-1",
            [
                "ssm.cn-north-1.amazonaws.com.cn", "ssm-fips.cn-north-1.amazonaws.com.cn",
                "ssm.cn-north-1.api.amazonwebservices.com.cn", "ssm-fips.cn-north-1.api.amazonwebservices.com.cn",
            ]
        ),
        (
            .sts, "eusc-de-east-1",
            [
                "sts.eusc-de-east-1.amazonaws.eu", "sts-fips.eusc-de-east-1.amazonaws.eu",
                "sts.eusc-de-east-1.api.amazonwebservices.eu", "sts-fips.eusc-de-east-1.api.amazonwebservices.eu",
            ]
        ),
        (
            .s3, "eu-west-1",
            [
                "s3.eu-west-1.amazonaws.com", "s3-fips.eu-west-1.amazonaws.com",
                "s3.dualstack.eu-west-1.amazonaws.com", "s3-fips.dualstack.eu-west-1.amazonaws.com",
            ]
        ),
        (
            .iam, "eu-west-1",
            ["iam.amazonaws.com", "iam-fips.amazonaws.com", "iam.global.api.aws", "iam-fips.global.api.aws"]
        ),
        (
            .iam, "us-gov-east-1",
            ["iam.us-gov.amazonaws.com", "iam.us-gov.amazonaws.com", "iam.us-gov.api.aws", "iam.us-gov.api.aws"]
        ),
        (
            .organizations, "ap-southeast-2",
            [
                "organizations.us-east-1.amazonaws.com", "organizations-fips.us-east-1.amazonaws.com",
                "organizations.us-east-1.api.aws", "organizations-fips.us-east-1.api.aws",
            ]
        ),
        (
            .lambda, "us-isob-east-1",
            [
                "lambda.us-isob-east-1.sc2s.sgov.gov", "lambda-fips.us-isob-east-1.sc2s.sgov.gov",
                "lambda.us-isob-east-1.api.aws.scloud", "lambda-fips.us-isob-east-1.api.aws.scloud",
            ]
        ),
    ]

    @Test(arguments: hosts.indices)
    func theHostFollowsFromPartitionAndVariant(_ index: Int) throws {
        let (service, region, hosts) = Self.hosts[index]
        for (variant, host) in hosts.enumerated() {
            let endpoint = try Self.resolve(service, region, fips: variant & 1 != 0, dualStack: variant & 2 != 0)
            #expect(endpoint.authority == host)
            #expect(endpoint.scheme == "https")
            #expect(endpoint.basePath == "")
        }
    }

    static let signingRegions: [(AWSService, String, String)] = [
        (.dynamoDB, "eu-west-1", "eu-west-1"), (.sts, "eu-west-1", "eu-west-1"), (.iam, "eu-west-1", "us-east-1"),
        (.iam, "cn-northwest-1", "cn-north-1"), (.iam, "us-gov-east-1", "us-gov-west-1"),
        (.organizations, "eu-west-1", "us-east-1"), (.organizations, "cn-north-1", "cn-northwest-1"),
        (.organizations, "us-gov-east-1", "us-gov-west-1"), (.sts, "aws-global", "us-east-1"),
        (.ec2, "fips-us-west-2", "us-west-2"), (.ec2, "us-gov-west-1-fips", "us-gov-west-1"),
    ]

    @Test(arguments: signingRegions)
    func theSigningRegion(_ service: AWSService, _ region: String, _ expected: String) throws {
        #expect(try Self.resolve(service, region).signingRegion == expected)
    }

    @Test func aPseudoRegionAsksForFIPS() throws {
        #expect(try Self.resolve(.ec2, "fips-us-west-2").authority == "ec2-fips.us-west-2.amazonaws.com")
    }

    static let partitions: [(String, String, String?)] = [
        ("us-east-1", "aws", "https://us-east-1.console.aws.amazon.com"),
        ("mx-central-1", "aws", "https://mx-central-1.console.aws.amazon.com"),
        // A region not yet opened, and a name of no known form.
        ("eu-northwest-7", "aws", "https://eu-northwest-7.console.aws.amazon.com"),
        ("moon-1", "aws", "https://moon-1.console.aws.amazon.com"),
        ("cn-north-1", "aws-cn", "https://cn-north-1.console.amazonaws.cn"),
        ("us-gov-west-1", "aws-us-gov", "https://us-gov-west-1.console.amazonaws-us-gov.com"),
        ("eusc-de-east-1", "aws-eusc", "https://eusc-de-east-1.console.amazonaws-eusc.eu"),
        ("us-iso-east-1", "aws-iso", nil), ("us-isob-west-1", "aws-iso-b", nil), ("eu-isoe-west-1", "aws-iso-e", nil),
        ("us-isof-south-1", "aws-iso-f", nil),
        ("aws-cn-global", "aws-cn", "https://aws-cn-global.console.amazonaws.cn"),
    ]

    @Test(arguments: partitions)
    func theRegionNamesThePartition(_ region: String, _ id: String, _ console: String?) {
        let partition = AWSPartition(region: region)
        #expect(partition.id == id)
        #expect(partition.consoleURL(region: region) == console)
        #expect(AWSPartition(id: id) == partition)
        #expect(AWSPartition(id: "aws-mars") == nil)
    }

    static let keys: [(AWSService, String)] = [
        (.dynamoDB, "dynamodb"), (.sesV2, "sesv2"), (.autoScaling, "auto_scaling"), (.imageBuilder, "imagebuilder"),
        (.cloudWatch, "cloudwatch"), (.ec2, "ec2"), (.s3, "s3"),
    ]

    @Test(arguments: keys)
    func theServiceNamesItsSettings(_ service: AWSService, _ key: String) {
        #expect(service.settingsKey == key)
    }

    // MARK: Configured URLs

    static func configuration(
        _ environment: [String: String],
        profile: String = ""
    ) throws(AWSError) -> AWSConfiguration {
        let document: INIDocument
        do throws(INIDocument.ParseError) {
            document = try INIDocument(parsing: profile)
        } catch {
            throw AWSError(kind: .configuration, code: "test", message: error.description)
        }
        return try AWSConfiguration(
            environment: AWSEnvironment(environment.merging(["AWS_REGION": "eu-west-1"]) { old, _ in old }),
            profile: AWSProfiles(config: document).profile(named: "default")
        )
    }

    static func url(_ configuration: AWSConfiguration, _ service: AWSService = .sesV2) throws(AWSError) -> String {
        try EndpointResolver(region: configuration.region, settings: configuration.endpoints).endpoint(for: service)
            .url(path: "", query: "")
    }

    static let profile = """
        [default]
        endpoint_url = http://profile
        services = local
        [services local]
        sesv2 =
          endpoint_url = http://profile-sesv2
        dynamodb =
          endpoint_url = http://profile-dynamodb
        """

    @Test func theMostSpecificSettingWins() throws {
        var environment = ["AWS_ENDPOINT_URL_SESV2": "http://env-sesv2", "AWS_ENDPOINT_URL": "http://env"]
        var configuration = try Self.configuration(environment, profile: Self.profile)
        configuration.endpoints.explicit["sesv2"] = "http://code"
        #expect(try Self.url(configuration) == "http://code")
        #expect(try Self.url(configuration, .ssm) == "http://env")
        configuration.endpoints.explicit = [:]
        #expect(try Self.url(configuration) == "http://env-sesv2")
        environment["AWS_ENDPOINT_URL_SESV2"] = ""
        #expect(try Self.url(try Self.configuration(environment, profile: Self.profile)) == "http://env")
        #expect(try Self.url(try Self.configuration([:], profile: Self.profile)) == "http://profile-sesv2")
        #expect(try Self.url(try Self.configuration([:], profile: Self.profile), .ssm) == "http://profile")
        #expect(try Self.url(try Self.configuration([:])) == "https://email.eu-west-1.amazonaws.com")
    }

    @Test func configuredURLsCanBeIgnored() throws {
        let environment = [
            "AWS_ENDPOINT_URL_SESV2": "http://env-sesv2", "AWS_ENDPOINT_URL": "http://env",
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        ]
        var configuration = try Self.configuration(environment, profile: Self.profile)
        #expect(try Self.url(configuration) == "https://email.eu-west-1.amazonaws.com")
        configuration.endpoints.explicit["sesv2"] = "http://code"
        #expect(try Self.url(configuration) == "http://code")
        let profile = try Self.configuration(
            [:],
            profile: "[default]\nendpoint_url = http://profile\nignore_configured_endpoint_urls = true"
        )
        #expect(try Self.url(profile) == "https://email.eu-west-1.amazonaws.com")
    }

    @Test func globalServicesKeepTheirSigningRegionBehindAConfiguredURL() throws {
        let endpoint = try Self.resolve(.iam, "eu-west-1") { $0.environmentGlobal = "http://127.0.0.1:5000" }
        #expect(endpoint.authority == "127.0.0.1:5000")
        #expect(endpoint.signingRegion == "us-east-1")
    }

    static let conflicts: [(AWSService, [String: String], String)] = [
        (
            .sesV2, ["AWS_USE_FIPS_ENDPOINT": "true", "AWS_ENDPOINT_URL": "http://env"],
            "FIPS endpoints are asked for, and AWS_ENDPOINT_URL names another endpoint"
        ),
        (
            .sesV2, ["AWS_USE_DUALSTACK_ENDPOINT": "true", "AWS_ENDPOINT_URL_SESV2": "http://env"],
            "dual-stack endpoints are asked for, and AWS_ENDPOINT_URL_SESV2 names another endpoint"
        ),
        (
            .s3, ["AWS_USE_FIPS_ENDPOINT": "true", "AWS_REGION": "cn-north-1"],
            "FIPS endpoints are asked for, and S3 has none in cn-north-1"
        ),
    ]

    @Test(arguments: conflicts)
    func conflictingSettingsAreAnError(
        _ service: AWSService,
        _ environment: [String: String],
        _ message: String
    ) throws {
        let configuration = try Self.configuration(environment)
        do throws(AWSError) {
            Issue.record("resolved to \(try Self.url(configuration, service))")
        } catch {
            #expect(error.kind == .configuration)
            #expect(error.code == "ConflictingEndpointSettings")
            #expect(error.message == message)
        }
    }

    @Test(arguments: [
        "", "EU-WEST-1", "eu_west_1", "-eu", "eu-", "evil.example/", "a@b", String(repeating: "a", count: 64),
    ])
    func whatIsNoRegionIsRefused(_ region: String) {
        do throws(AWSError) {
            Issue.record("resolved to \(try Self.resolve(.ssm, region))")
        } catch {
            #expect(error.kind == .configuration)
            #expect(error.code == (region.isEmpty ? "MissingRegion" : "InvalidRegion"))
        }
    }

    static let urls: [(String, String?)] = [
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000/p?q"), ("http://127.0.0.1:5000/", "http://127.0.0.1:5000/p?q"),
        ("https://Example.COM:443/base/", "https://example.com/base/p?q"), ("HTTP://h:80", "http://h/p?q"),
        ("http://[::1]:4566", "http://[::1]:4566/p?q"), ("https://h:8443/a/b", "https://h:8443/a/b/p?q"),
        ("ftp://h", nil), ("h:80", nil), ("http://", nil), ("http:///path", nil), ("http://h?x=1", nil),
        ("http://h#f", nil), ("http://u:p@h", nil), ("http://h:0", nil), ("http://h:port", nil), ("http://h:", nil),
        ("http://h:65536", nil), ("http://[::1", nil), ("http://h h", nil), ("http://hé", nil),
        ("http://h\r\nX: y", nil),
        ("http://:80", nil),
    ]

    @Test(arguments: urls)
    func aConfiguredURLIsChecked(_ url: String, _ expected: String?) {
        do throws(AWSError) {
            let endpoint = try AWSEndpoint(url: url, signingRegion: "r", setting: "SETTING")
            #expect(endpoint.url(path: "/p", query: "q") == expected)
        } catch {
            #expect(expected == nil)
            #expect(error.code == "InvalidEndpoint")
            #expect(error.message.hasPrefix("SETTING: "))
            #expect(!error.message.contains("u:p"))
        }
    }
}
