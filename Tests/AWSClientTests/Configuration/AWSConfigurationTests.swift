import Testing

@testable import AWSClient

struct AWSConfigurationTests {
    static func profiles(config: String = "", credentials: String = "") throws -> AWSProfiles {
        AWSProfiles(config: try INIDocument(parsing: config), credentials: try INIDocument(parsing: credentials))
    }

    @Test func theEnvironmentWinsOverTheProfile() throws {
        let profile = try Self.profiles(
            config: """
                [default]
                region = eu-central-1
                max_attempts = 7
                use_fips_endpoint = true
                use_dualstack_endpoint = TRUE
                sdk_ua_app_id = from-profile
                """
        ).profile(named: "default")
        let fromProfile = try AWSConfiguration(environment: [:], profile: profile)
        #expect(fromProfile.region == "eu-central-1")
        #expect(fromProfile.maximumAttempts == 7)
        #expect(fromProfile.endpoints.usesFIPS)
        #expect(fromProfile.endpoints.usesDualStack)
        #expect(fromProfile.userAgent.applicationID == "from-profile")
        let both = try AWSConfiguration(
            environment: [
                "AWS_REGION": "us-west-2", "AWS_MAX_ATTEMPTS": "2", "AWS_USE_FIPS_ENDPOINT": "false",
                "AWS_SDK_UA_APP_ID": "from-environment",
            ],
            profile: profile
        )
        #expect(both.region == "us-west-2")
        #expect(both.maximumAttempts == 2)
        #expect(!both.endpoints.usesFIPS)
        #expect(both.endpoints.usesDualStack)
        #expect(both.userAgent.applicationID == "from-environment")
        #expect(try AWSConfiguration(environment: ["AWS_DEFAULT_REGION": "r-1"], profile: profile).region == "r-1")
        #expect(try AWSConfiguration(environment: [:]).region == "")
    }

    static let invalid: [([String: String], String)] = [
        (
            ["AWS_USE_FIPS_ENDPOINT": "yes"],
            "AWS_USE_FIPS_ENDPOINT or use_fips_endpoint is \"yes\", and not true or false"
        ),
        (
            ["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "1"],
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS or ignore_configured_endpoint_urls is \"1\", and not true or false"
        ),
        (["AWS_MAX_ATTEMPTS": "0"], "AWS_MAX_ATTEMPTS or max_attempts is \"0\", and not a whole number above 0"),
        (["AWS_MAX_ATTEMPTS": "many"], "AWS_MAX_ATTEMPTS or max_attempts is \"many\", and not a whole number above 0"),
        (
            ["AWS_RETRY_MODE": "never"],
            "AWS_RETRY_MODE or retry_mode is \"never\", and not standard, adaptive or legacy"
        ),
    ]

    @Test(arguments: invalid)
    func aValueASettingDoesNotTakeIsAnError(_ environment: [String: String], _ message: String) {
        do throws(AWSError) {
            _ = try AWSConfiguration(environment: AWSEnvironment(environment))
            Issue.record("accepted")
        } catch {
            #expect(error.kind == .configuration)
            #expect(error.message == message)
        }
    }

    @Test func bothFilesMakeOneProfile() throws {
        let profiles = try Self.profiles(
            config: """
                [default]
                region = bare
                [profile default]
                region = prefixed
                aws_access_key_id = config
                [profile dev]
                region = r
                """,
            credentials: """
                [default]
                aws_access_key_id = credentials
                [only-keys]
                aws_access_key_id = k
                [profile dev]
                region = not a profile of this file
                """
        )
        #expect(profiles.profile(named: "default")?["region"] == "prefixed")
        #expect(profiles.profile(named: "default")?["aws_access_key_id"] == "credentials")
        #expect(profiles.profile(named: "dev")?["region"] == "r")
        #expect(profiles.profile(named: "only-keys")?["aws_access_key_id"] == "k")
        #expect(profiles.profile(named: "missing") == nil)
    }

    @Test func theFilesAreFoundAsAWSDocumentsIt() throws {
        let directory = try TemporaryDirectory()
        try directory.write("home/.aws/config", "[default]\nregion = home-1\n")
        try directory.write("home/.aws/credentials", "[default]\naws_access_key_id = home\n")
        try directory.write("home/other", "[default]\nregion = other-1\n")
        let home = directory.path + "/home"
        let standard = try AWSProfiles(environment: ["HOME": home]).profile(named: "default")
        #expect(standard?["region"] == "home-1")
        #expect(standard?["aws_access_key_id"] == "home")
        let other = try AWSProfiles(
            environment: [
                "HOME": home, "AWS_CONFIG_FILE": "~/other", "AWS_SHARED_CREDENTIALS_FILE": directory.path + "/none",
            ]
        ).profile(named: "default")
        #expect(other?["region"] == "other-1")
        #expect(other?["aws_access_key_id"] == nil)
        #expect(try AWSProfiles(environment: [:]).profile(named: "default") == nil)
    }

    @Test func aFileThatCannotBeReadOrParsedIsNamed() throws {
        let directory = try TemporaryDirectory()
        try directory.write("config", "[default]\nregion eu\n")
        do throws(AWSError) {
            _ = try AWSProfiles(environment: ["AWS_CONFIG_FILE": directory.path + "/config"])
            Issue.record("parsed")
        } catch {
            #expect(error.kind == .configuration)
            #expect(error.message == "\(directory.path)/config, line 2: no =")
        }
        do throws(AWSError) {
            _ = try AWSProfiles(environment: ["AWS_CONFIG_FILE": directory.path])
            Issue.record("a directory is no file")
        } catch {
            #expect(error.code == "UnreadableFile")
            #expect(error.message.hasPrefix(directory.path))
        }
    }
}
