import TestSupport
import Testing
import Transport

@testable import AWSClient

/// Roles by STS, and the chain that puts everything together, over a loopback server.
struct RoleCredentialsTests {
    static func answer(_ key: String, operation: String = "AssumeRole", expires: String = "2026-11-20T09:00:00Z")
        -> TestServer.Reply
    {
        .ok(
            """
            <\(operation)Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><\(operation)Result>
            <AssumedRoleUser><AssumedRoleId>AROA:s</AssumedRoleId>
            <Arn>arn:aws:sts::111122223333:assumed-role/reader/s</Arn></AssumedRoleUser>
            <Credentials><AccessKeyId>\(key)</AccessKeyId><SecretAccessKey>secret-\(key)</SecretAccessKey>
            <SessionToken>token-\(key)</SessionToken><Expiration>\(expires)</Expiration></Credentials>
            </\(operation)Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></\(operation)Response>
            """
        )
    }

    static let session = RoleSession(
        roleARN: "arn:aws:iam::111122223333:role/reader",
        sessionName: "usage-tracker",
        externalID: "a/b c",
        duration: .seconds(3600)
    )

    @Test func aRoleIsAssumedWithASignedForm() async throws {
        let fixture = try ClientFixture([Self.answer("ONE")])
        let credentials = try await AssumeRoleProvider(Self.session, sts: fixture.client).credentials(deadline: nil)
        #expect(
            credentials
                == AWSCredentials(
                    accessKeyID: "ONE",
                    secretAccessKey: "secret-ONE",
                    sessionToken: "token-ONE",
                    expiration: Timestamp(dateTime: "2026-11-20T09:00:00Z"),
                    accountID: "111122223333"
                )
        )
        let sent = try #require(fixture.server.requests.first)
        #expect(sent.method == "POST")
        #expect(sent.target == "/")
        #expect(
            sent.bodyText
                == "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Freader"
                + "&RoleSessionName=usage-tracker&DurationSeconds=3600&ExternalId=a%2Fb%20c"
        )
        #expect(sent.header("authorization") == AWSClientTests.expectedAuthorization(of: sent, service: "sts"))
    }

    @Test func sessionsAreCachedByRoleSessionNameAndExternalID() async throws {
        let fixture = try ClientFixture((1...5).map { Self.answer("KEY\($0)") })
        let roles = AssumedRoles(sts: fixture.client)
        func key(_ change: (inout RoleSession) -> Void = { _ in }) async throws -> String {
            var session = Self.session
            change(&session)
            return try await roles.provider(for: session).credentials(deadline: nil).accessKeyID
        }
        #expect(try await key() == "KEY1")
        #expect(try await key { $0.sessionName = "other" } == "KEY2")
        #expect(try await key { $0.externalID = nil } == "KEY3")
        #expect(try await key { $0.roleARN = "arn:aws:iam::444455556666:role/reader" } == "KEY4")
        #expect(try await key() == "KEY1")
        #expect(try await key { $0.sessionName = "other" } == "KEY2")
        #expect(fixture.server.requests.count == 4)
        // Ahead of the expiration the role is assumed anew.
        fixture.test.advance(.seconds(3301))
        #expect(try await key() == "KEY5")
    }

    @Test func aClientOfARoleSignsWithTheRole() async throws {
        let fixture = try ClientFixture([Self.answer("ONE"), .ok("answer")])
        let client = AssumedRoles(sts: fixture.client).client(for: Self.session)
        _ = try await client.send(ClientFixture.request(.dynamoDB))
        let sent = fixture.server.requests
        #expect(sent[0].header("authorization")?.contains("Credential=AKIDEXAMPLE/") == true)
        #expect(sent[1].header("authorization")?.contains("Credential=ONE/20261120/eu-west-1/dynamodb/") == true)
        #expect(sent[1].header("x-amz-security-token") == "token-ONE")
    }

    /// Two hours, on a computer that is ahead of the services: what STS gives has expired by its clock.
    private static let ahead = Duration.seconds(7200)
    private static let refusedTime = TestServer.Reply.status(
        403,
        headers: [("Date", "Fri, 20 Nov 2026 08:00:00 GMT")],
        body: """
            <ErrorResponse><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code>
            <Message>Signature not yet current</Message></Error><RequestId>r</RequestId></ErrorResponse>
            """
    )
    private static let correctedDates = ["20261120T100000Z"] + Array(repeating: "20261120T080000Z", count: 3)

    @Test func theExpirationOfARoleIsComparedWithTheCorrectedClock() async throws {
        let fixture = try ClientFixture([
            Self.refusedTime, Self.answer("ONE"), .ok(""), .ok(""), Self.answer("TWO"), .ok(""),
        ])
        fixture.test.advance(Self.ahead)
        let client = AssumedRoles(sts: fixture.client).client(for: Self.session)
        for _ in 0..<2 { _ = try await client.send(ClientFixture.request()) }
        #expect(fixture.server.requests.map { $0.header("x-amz-date") } == Self.correctedDates)
        // They do expire.
        fixture.test.advance(.seconds(3301))
        _ = try await client.send(ClientFixture.request())
        #expect(fixture.server.requests.last?.header("x-amz-security-token") == "token-TWO")
    }

    @Test func aProfileWithARoleWorksWithAClockThatIsWrong() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            ".aws/config",
            """
            [profile reader]
            region = eu-west-1
            role_arn = arn:aws:iam::111122223333:role/reader
            source_profile = base
            [profile base]
            aws_access_key_id = BASE
            aws_secret_access_key = secret-BASE
            """
        )
        let server = TestServer([Self.refusedTime, Self.answer("ONE"), .ok(""), .ok("")])
        let test = TestEffects()
        test.advance(Self.ahead)
        let client = try AWSClient.standard(
            environment: ["HOME": directory.path, "AWS_ENDPOINT_URL": server.url],
            profileName: "reader",
            effects: test.effects
        )
        for _ in 0..<2 { _ = try await client.send(ClientFixture.request()) }
        #expect(server.requests.map { $0.header("x-amz-date") } == Self.correctedDates)
        #expect(server.requests.last?.header("x-amz-security-token") == "token-ONE")
    }

    @Test func aRefusedRoleIsTheErrorOfSTS() async throws {
        let refusal = TestServer.Reply.status(
            403,
            body: """
                <ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>
                <Message>not authorized to perform: sts:AssumeRole</Message></Error>
                <RequestId>request-9</RequestId></ErrorResponse>
                """
        )
        let fixture = try ClientFixture([refusal])
        let client = AssumedRoles(sts: fixture.client).client(for: Self.session)
        do throws(AWSError) {
            _ = try await client.send(ClientFixture.request(.dynamoDB))
            Issue.record("sent")
        } catch {
            #expect(error.kind == .clientError)
            #expect(error.service == "STS")
            #expect(error.operation == "AssumeRole")
            #expect(error.code == "AccessDenied")
            #expect(error.requestID == "request-9")
        }
    }

    @Test func faultsInTheAnswerNameTheMember() async throws {
        let good = Self.answer("ONE")
        guard case .send(let bytes) = good.steps[0] else { return }
        let xml = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n\r\n", maxSplits: 1)[1]
        let cases: [(String, String, String)] = [
            ("<AccessKeyId>ONE</AccessKeyId>", "", "Credentials.AccessKeyId is missing"),
            ("secret-ONE", "", "Credentials.SecretAccessKey is missing"),
            ("<SessionToken>token-ONE</SessionToken>", "", "Credentials.SessionToken is missing"),
            ("2026-11-20T09:00:00Z", "tomorrow", "Credentials.Expiration is no time"),
            ("Credentials>", "Other>", "no AssumeRoleResult with Credentials"),
            ("</AssumeRoleResponse>", "", "no AssumeRoleResult with Credentials"),
        ]
        for (text, replacement, message) in cases {
            let body = xml.split(separator: text, omittingEmptySubsequences: false).joined(separator: replacement)
            let fixture = try ClientFixture([.ok(body)])
            let error = try #require(
                await MetadataCredentialsTests.failure(of: AssumeRoleProvider(Self.session, sts: fixture.client))
            )
            #expect(error.kind == .malformedResponse)
            #expect(error.message == message)
            #expect(error.response == nil)
        }
    }

    @Test func aWebIdentityIsExchangedWithoutASignature() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("token", "ey.first\n")
        let server = TestServer([
            Self.answer("ONE", operation: "AssumeRoleWithWebIdentity"),
            Self.answer("TWO", operation: "AssumeRoleWithWebIdentity"),
        ])
        let client = try AWSClient.standard(
            environment: [
                "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_STS": server.url,
                "AWS_WEB_IDENTITY_TOKEN_FILE": directory.path + "/token",
                "AWS_ROLE_ARN": Self.session.roleARN, "AWS_ROLE_SESSION_NAME": "pod",
            ],
            effects: TestEffects().effects
        )
        let first = try await client.credentials.credentials(deadline: nil)
        #expect(first.accessKeyID == "ONE")
        try directory.write("token", "ey.second\n")
        client.credentials.invalidate(first)
        #expect(try await client.credentials.credentials(deadline: nil).accessKeyID == "TWO")
        let sent = server.requests
        #expect(sent.map { $0.header("authorization") } == [nil, nil])
        #expect(
            sent[0].bodyText
                == "Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
                + "&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Freader&RoleSessionName=pod"
                + "&WebIdentityToken=ey.first"
        )
        #expect(sent[1].bodyText.hasSuffix("&WebIdentityToken=ey.second"))
    }

    @Test func aMissingWebIdentityTokenIsNamed() async throws {
        let fixture = try ClientFixture([])
        let provider = WebIdentityProvider(Self.session, tokenFile: "/nowhere/token", sts: fixture.client)
        let error = try #require(await MetadataCredentialsTests.failure(of: provider))
        #expect(error.message == "no web identity token in /nowhere/token")
        #expect(fixture.server.requests.isEmpty)
    }

    @Test func aChainOfProfilesAssumesEachRoleWithTheOneBefore() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            ".aws/config",
            """
            [profile far]
            region = eu-west-1
            role_arn = arn:aws:iam::444455556666:role/far
            source_profile = near
            [profile near]
            role_arn = arn:aws:iam::111122223333:role/near
            source_profile = base
            """
        )
        try directory.write(
            ".aws/credentials",
            "[base]\naws_access_key_id = BASE\naws_secret_access_key = secret-BASE\n"
        )
        let server = TestServer([Self.answer("NEAR"), Self.answer("FAR"), .ok("answer")])
        let client = try AWSClient.standard(
            environment: ["HOME": directory.path, "AWS_ENDPOINT_URL": server.url],
            profileName: "far",
            effects: TestEffects().effects
        )
        _ = try await client.send(ClientFixture.request())
        let keys = server.requests.map { request in
            request.header("authorization")?.split(separator: "Credential=").last?.split(separator: "/").first
        }
        #expect(keys == ["BASE", "NEAR", "FAR"])
        #expect(server.requests[0].bodyText.contains("role%2Fnear"))
        #expect(server.requests[1].bodyText.contains("role%2Ffar"))
    }

    @Test func aRegionGivenInCodeWins() throws {
        let client = try AWSClient.standard(
            environment: ["AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S"],
            region: "us-west-2"
        )
        #expect(client.configuration.region == "us-west-2")
        #expect(client.with(region: "sa-east-1").configuration.region == "sa-east-1")
    }

    @Test func aFunctionTakesCredentialsFromItsEnvironment() async throws {
        let client = try AWSClient.lambda(
            environment: [
                "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S",
                "AWS_SESSION_TOKEN": "",
            ]
        )
        let credentials = try await client.credentials.credentials(deadline: nil)
        #expect(credentials == AWSCredentials(accessKeyID: "A", secretAccessKey: "S"))
        #expect(credentials.sessionToken == nil)
    }
}
