import Testing

@testable import AWSClient

/// Which source environment and profiles decide for.
struct CredentialsSourceTests {
    static let role = "arn:aws:iam::111122223333:role/reader"

    static func source(
        _ environment: [String: String] = [:],
        config: String = "",
        credentials: String = "",
        profile: String? = nil
    ) throws -> CredentialsSource {
        try CredentialsSource(
            environment: AWSEnvironment(environment),
            profiles: try AWSConfigurationTests.profiles(config: config, credentials: credentials),
            profileName: profile
        )
    }

    static func message(
        _ environment: [String: String] = [:],
        config: String,
        profile: String? = nil
    ) throws -> String? {
        do {
            _ = try source(environment, config: config, profile: profile)
            return nil
        } catch let error as AWSError {
            #expect(error.kind == .configuration)
            return error.message
        }
    }

    static let keys = CredentialsSource.keys(AWSCredentials(accessKeyID: "K", secretAccessKey: "S"))
    static let keysText = "aws_access_key_id = K\naws_secret_access_key = S\n"

    static func session(_ name: String = "ami-steward", externalID: String? = nil) -> RoleSession {
        RoleSession(roleARN: role, sessionName: name, externalID: externalID)
    }

    @Test func theOrderOfTheSources() throws {
        let webIdentity = ["AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": Self.role]
        let environmentKeys = ["AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "S"]
        let container = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/c"]
        let all = webIdentity.merging(environmentKeys) { $1 }.merging(container) { $1 }
        let files = "[default]\n\(Self.keysText)[dev]\naws_access_key_id = D\naws_secret_access_key = S"
        let dev = CredentialsSource.keys(AWSCredentials(accessKeyID: "D", secretAccessKey: "S"))
        #expect(try Self.source(all, credentials: files) == .environment)
        #expect(try Self.source(all, credentials: files, profile: "dev") == dev)
        let withoutKeys = webIdentity.merging(container) { $1 }
        #expect(try Self.source(withoutKeys, credentials: files) == .webIdentity(Self.session(), tokenFile: "/token"))
        #expect(
            try Self.source(
                withoutKeys.merging(["AWS_ROLE_SESSION_NAME": "pod"]) { $1 },
                credentials: files
            ) == .webIdentity(Self.session("pod"), tokenFile: "/token")
        )
        for names in [
            ["AWS_PROFILE": "dev"], ["AWS_DEFAULT_PROFILE": "dev"], ["AWS_PROFILE": "dev", "AWS_DEFAULT_PROFILE": "x"],
            ["AWS_PROFILE": "", "AWS_DEFAULT_PROFILE": "dev"],
        ] {
            #expect(try Self.source(container.merging(names) { $1 }, credentials: files) == dev)
        }
        #expect(try Self.source(container, credentials: files) == Self.keys)
        #expect(try Self.source(container) == .container)
        #expect(try Self.source(["AWS_CONTAINER_CREDENTIALS_FULL_URI": "https://x/"]) == .container)
        #expect(try Self.source() == .instance)
        // A profile with settings only gives no credentials.
        #expect(try Self.source(container, config: "[default]\nregion = eu-west-1") == .container)
    }

    @Test func rolesAreFollowedToTheirSource() throws {
        let config = """
            [profile direct]
            role_arn = \(Self.role)
            source_profile = base
            role_session_name = me
            external_id = shared-secret
            duration_seconds = 1800
            [profile chained]
            role_arn = \(Self.role)
            source_profile = direct
            [profile itself]
            role_arn = \(Self.role)
            source_profile = itself
            \(Self.keysText)
            [profile through-itself]
            role_arn = \(Self.role)
            source_profile = itself
            [profile base]
            \(Self.keysText)
            [profile environment]
            role_arn = \(Self.role)
            credential_source = Environment
            [profile container]
            role_arn = \(Self.role)
            credential_source = EcsContainer
            [profile instance]
            role_arn = \(Self.role)
            credential_source = Ec2InstanceMetadata
            [profile token]
            role_arn = \(Self.role)
            web_identity_token_file = ~/token
            [profile process]
            credential_process = /bin/give keys
            [profile through-process]
            role_arn = \(Self.role)
            source_profile = process
            """
        var direct = Self.session("me", externalID: "shared-secret")
        direct.duration = .seconds(1800)
        let expected: [String: CredentialsSource] = [
            "direct": .role(direct, from: Self.keys),
            "chained": .role(Self.session(), from: .role(direct, from: Self.keys)),
            "itself": .role(Self.session(), from: Self.keys),
            "through-itself": .role(Self.session(), from: Self.keys),
            "environment": .role(Self.session(), from: .environment),
            "container": .role(Self.session(), from: .container),
            "instance": .role(Self.session(), from: .instance),
            "token": .webIdentity(Self.session(), tokenFile: "/home/me/token"),
            "process": .process("/bin/give keys"),
            "through-process": .role(Self.session(), from: .process("/bin/give keys")),
        ]
        for (profile, source) in expected {
            #expect(try Self.source(["HOME": "/home/me"], config: config, profile: profile) == source)
        }
    }

    static let faults: [(String, String)] = [
        ("", "profile a: neither the config nor the credentials file has it"),
        ("[profile a]\nregion = r", "profile a: it names no source of credentials"),
        (
            "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\nsource_profile = a",
            "profile a: source_profile goes in a circle: a > b > a"
        ),
        (
            "[profile a]\nrole_arn = r\nsource_profile = a",
            "profile a: source_profile goes in a circle: a > a"
        ),
        ("[profile a]\nrole_arn = r\nsource_profile = gone", "profile a: its source_profile gone is not there"),
        (
            "[profile a]\nrole_arn = r\nsource_profile = b\n[profile b]\nregion = r",
            "profile b: it names no source of credentials"
        ),
        (
            "[profile a]\nrole_arn = r\nsource_profile = b\ncredential_source = Environment",
            "profile a: both source_profile and credential_source"
        ),
        (
            "[profile a]\nrole_arn = r\ncredential_source = Moon",
            "profile a: credential_source is Moon, and not Environment, EcsContainer or Ec2InstanceMetadata"
        ),
        (
            "[profile a]\nrole_arn = r",
            "profile a: role_arn without source_profile, credential_source or web_identity_token_file"
        ),
        ("[profile a]\nweb_identity_token_file = /t", "profile a: web_identity_token_file without role_arn"),
        ("[profile a]\naws_access_key_id = k", "profile a: aws_access_key_id without aws_secret_access_key"),
        ("[profile a]\naws_secret_access_key = k", "profile a: aws_secret_access_key without aws_access_key_id"),
        (
            "[profile a]\nrole_arn = r\nsource_profile = b\nmfa_serial = m",
            "profile a: mfa_serial: a code would have to be typed in"
        ),
        (
            "[profile a]\nrole_arn = r\nsource_profile = b\nduration_seconds = 60",
            "profile a: duration_seconds is not 900 to 43200: 60"
        ),
        (
            "[profile a]\nsso_session = s",
            "profile a: IAM Identity Center is not supported: use `aws configure export-credentials` as credential_process"
        ),
    ]

    @Test(arguments: faults)
    func aProfileThatCannotBeFollowedSaysWhy(_ config: String, _ message: String) throws {
        #expect(try Self.message(config: config, profile: "a") == message)
        #expect(try Self.message(["AWS_PROFILE": "a"], config: config) == message)
    }

    static let sessions: [(RoleSession, String?)] = [
        (session(), nil),
        (RoleSession(roleARN: "arn:aws-us-gov:iam::111122223333:role/path/name", sessionName: "a_+=,.@-9"), nil),
        (RoleSession(roleARN: "reader", sessionName: "ab"), "not the ARN of a role: reader"),
        (
            RoleSession(roleARN: "arn:aws:iam::1111:role/x", sessionName: "ab"),
            "not the ARN of a role: arn:aws:iam::1111:role/x"
        ),
        (
            RoleSession(roleARN: "arn:aws:iam::111122223333:user/x", sessionName: "ab"),
            "not the ARN of a role: arn:aws:iam::111122223333:user/x"
        ),
        (session("a"), "a role session name is 2 to 64 of A-Z a-z 0-9 _ + = , . @ -: a"),
        (session("a b"), "a role session name is 2 to 64 of A-Z a-z 0-9 _ + = , . @ -: a b"),
        (session("ab", externalID: "x"), "an external id has 2 to 1224 characters"),
        (
            RoleSession(roleARN: role, sessionName: "ab", duration: .seconds(60)),
            "a role session lasts 15 minutes to 12 hours"
        ),
    ]

    @Test(arguments: sessions)
    func aRoleSessionIsCheckedBeforeItIsSent(_ session: RoleSession, _ message: String?) {
        do throws(AWSError) {
            try session.validate()
            #expect(message == nil)
        } catch {
            #expect(error.kind == .configuration)
            #expect(error.message == message)
        }
    }

    @Test(arguments: [
        ("usage-tracker", "usage-tracker"), ("a b/c:é", "a-b-c---"), ("", "ami-steward"), ("x", "ami-steward"),
        (String(repeating: "n", count: 99), String(repeating: "n", count: 64)),
    ])
    func aSessionNameIsMadeOfAnyText(_ text: String, _ expected: String) {
        #expect(RoleSession.sessionName(from: text) == expected)
    }
}
