import Synchronization
import TestSupport
import Testing
import Transport

@testable import AWSClient

/// Container and instance credentials, over loopback servers.
struct MetadataCredentialsTests {
    static let document = """
        {"Code": "Success", "AccessKeyId": "AKID", "SecretAccessKey": "SECRET", "Token": "TOKEN",
         "Expiration": "2026-11-20T14:00:00Z", "AccountId": "111122223333"}
        """
    static let credentials = AWSCredentials(
        accessKeyID: "AKID",
        secretAccessKey: "SECRET",
        sessionToken: "TOKEN",
        expiration: Timestamp(seconds: 1_795_183_200),
        accountID: "111122223333"
    )

    static func failure(of provider: some CredentialsProvider) async -> AWSError? {
        do throws(AWSError) {
            _ = try await provider.credentials(deadline: nil)
            return nil
        } catch {
            return error
        }
    }

    // MARK: Container

    static func container(
        _ server: TestServer,
        _ environment: [String: String],
        test: TestEffects = TestEffects()
    ) -> ContainerCredentialsProvider {
        ContainerCredentialsProvider(
            environment: AWSEnvironment(environment),
            http: HTTPClient(),
            effects: test.effects,
            relativeBase: server.url
        )
    }

    @Test func aRelativeURIWinsAndCarriesTheToken() async throws {
        let server = TestServer([.ok(Self.document)])
        let provider = Self.container(
            server,
            [
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/id",
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic abc",
            ]
        )
        #expect(try await provider.credentials(deadline: nil) == Self.credentials)
        let sent = try #require(server.requests.first)
        #expect(sent.target == "/v2/credentials/id")
        #expect(sent.header("authorization") == "Basic abc")
    }

    @Test func theTokenFileWinsAndIsReadEachTime() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("token", "first")
        let server = TestServer([.ok(Self.document), .ok(Self.document)])
        let provider = Self.container(
            server,
            [
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.url + "/full",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN": "never",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": directory.path + "/token",
            ]
        )
        _ = try await provider.credentials(deadline: nil)
        try directory.write("token", "second")
        _ = try await provider.credentials(deadline: nil)
        #expect(server.requests.map { $0.header("authorization") } == ["first", "second"])
        #expect(server.requests.map(\.target) == ["/full", "/full"])
        try directory.write("token", "with\r\nInjected: header")
        #expect(await Self.failure(of: provider)?.code == "InvalidToken")
        #expect(server.requests.count == 2)
    }

    @Test(arguments: [
        ("https://anything.example/x", true), ("http://127.0.0.1:8080/x", true), ("http://127.9.9.9", true),
        ("http://localhost/x", true), ("http://[::1]:80/x", true), ("http://169.254.170.2/x", true),
        ("http://169.254.170.23/v1/credentials", true), ("http://[fd00:ec2::23]/v1/credentials", true),
        ("HTTP://LOCALHOST", true), ("http://169.254.169.254/x", false), ("http://example.com", false),
        ("http://127.0.0.1.example.com", false), ("http://127.0.0.256", false), ("http://localhost@example.com", false),
        ("http://10.0.0.1/?http://127.0.0.1", false), ("ftp://127.0.0.1", false), ("https://", false),
        ("127.0.0.1", false), ("http://[fd00:ec2::254]", false), ("http://127.1", false),
    ])
    func credentialsAreFetchedInTheClearFromKnownHostsOnly(_ uri: String, _ isAllowed: Bool) {
        #expect(ContainerCredentialsProvider.isAllowed(uri) == isAllowed)
    }

    @Test func faultsOfTheContainerEndpoint() async throws {
        let cases: [(TestServer.Reply, String, String)] = [
            (
                .status(404, body: "{\"code\":\"NotFound\",\"message\":\"no such id\"}"), "ContainerCredentialsFailure",
                "the container credentials endpoint answered with status 404: NotFound: no such id"
            ),
            (
                .ok("<html>SECRET</html>"), "InvalidCredentialsDocument",
                "the container credentials endpoint gave no credentials document in JSON"
            ),
            (
                .ok("{\"AccessKeyId\":\"A\"}"), "InvalidCredentialsDocument",
                "the container credentials endpoint gave no SecretAccessKey"
            ),
            (
                .ok("{\"SecretAccessKey\":\"SECRET\"}"), "InvalidCredentialsDocument",
                "the container credentials endpoint gave no AccessKeyId"
            ),
            (
                .ok("{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"SECRET\",\"Expiration\":\"soon\"}"),
                "InvalidCredentialsDocument", "the container credentials endpoint gave an Expiration that is no time"
            ),
        ]
        for (reply, code, message) in cases {
            let server = TestServer([reply])
            let provider = Self.container(server, ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/c"])
            let error = try #require(await Self.failure(of: provider))
            #expect(error.kind == .credentials)
            #expect(error.code == code)
            #expect(error.message == message)
        }
    }

    @Test func aPassingFaultIsTriedAgain() async throws {
        let server = TestServer([.status(500), .status(503), .ok(Self.document)])
        let test = TestEffects()
        let provider = Self.container(server, ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/c"], test: test)
        #expect(try await provider.credentials(deadline: nil) == Self.credentials)
        #expect(test.sleeps == [.milliseconds(100), .milliseconds(200)])
        let broken = TestServer([.status(500), .status(500), .status(500), .ok(Self.document)])
        let failing = Self.container(broken, ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/c"])
        let error = try #require(await Self.failure(of: failing))
        #expect(error.message == "the container credentials endpoint answered with status 500")
        #expect(broken.requests.count == 3)
    }

    @Test func aContainerEndpointThatNobodyListensAtIsTriedAgain() async throws {
        let port = TestServer([]).port
        let test = TestEffects()
        let provider = ContainerCredentialsProvider(
            environment: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:\(port)/c"],
            effects: test.effects
        )
        let error = try #require(await Self.failure(of: provider))
        #expect(error.code == "MetadataServiceFailure")
        #expect(test.sleeps == [.seconds(1), .seconds(1)])
    }

    @Test func aPauseBeforeAnotherAttemptStaysWithinTheDeadline() async throws {
        let port = TestServer([]).port
        let test = TestEffects()
        let provider = ContainerCredentialsProvider(
            environment: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:\(port)/c"],
            effects: test.effects
        )
        do throws(AWSError) {
            _ = try await provider.credentials(deadline: test.instant + .milliseconds(1500))
            Issue.record("nobody listens there")
        } catch {
            #expect(error.kind == .deadline)
            #expect((error.underlying as? AWSError)?.code == "MetadataServiceFailure")
        }
        #expect(test.sleeps == [.seconds(1)])
    }

    @Test func anEndpointThatAnswersLateIsTriedAgain() async throws {
        let server = TestServer([.hang, .ok("answer")])
        let test = TestEffects()
        let service = MetadataService(
            http: HTTPClient(),
            effects: test.effects,
            name: "a service",
            timeout: .seconds(2),
            pauseWithoutAnswer: .seconds(1)
        )
        let response = try await service.send("GET", server.url, headers: [:], deadline: nil)
        #expect(response.body == Array("answer".utf8))
        #expect(test.sleeps == [.seconds(1)])
    }

    static let settings: [([String: String], String)] = [
        ([:], "MissingCredentials"), (["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "no/slash"], "InvalidContainerURI"),
        (["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/c"], "InvalidContainerURI"),
        (
            [
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/c",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/nowhere/token",
            ], "MissingTokenFile"
        ),
    ]

    @Test(arguments: settings)
    func containerSettingsAreChecked(_ environment: [String: String], _ code: String) async {
        let server = TestServer([])
        #expect(await Self.failure(of: Self.container(server, environment))?.code == code)
        #expect(server.requests.isEmpty)
    }

    // MARK: Instance

    /// An instance metadata service of version 2: a GET without the token of the last PUT is refused.
    final class InstanceService: Sendable {
        let server: TestServer

        init(
            role: TestServer.Reply = .ok("my-role\n"),
            document: TestServer.Reply = .ok(document),
            refusals: Int = 0,
            tokenSeconds: String = "21600"
        ) {
            let refusals = Mutex(refusals)
            let count = Counter()
            server = TestServer { request in
                if request.method == "PUT", request.target == "/latest/api/token" {
                    guard request.header("x-aws-ec2-metadata-token-ttl-seconds") == "21600" else { return .status(400) }
                    return .ok(
                        "token-\(count.next())",
                        headers: [("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", tokenSeconds)]
                    )
                }
                guard request.header("x-aws-ec2-metadata-token") == "token-\(count.value)" else { return .status(401) }
                let isRefused = refusals.withLock { left in
                    defer { left -= 1 }
                    return left > 0
                }
                if isRefused { return .status(401) }
                switch request.target {
                case "/latest/meta-data/iam/security-credentials/": return role
                case "/latest/meta-data/iam/security-credentials/my-role": return document
                default: return .status(404)
                }
            }
        }

        func provider(_ environment: [String: String] = [:], test: TestEffects = TestEffects())
            -> InstanceCredentialsProvider
        {
            var values = ["AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url + "/"]
            values.merge(environment) { _, new in new }
            return InstanceCredentialsProvider(environment: AWSEnvironment(values), effects: test.effects)
        }
    }

    final class Counter: Sendable {
        private let state = Mutex(0)
        var value: Int { state.withLock { $0 } }
        func next() -> Int {
            state.withLock { state in
                state += 1
                return state
            }
        }
    }

    @Test func instanceCredentialsNeedATokenThatIsKept() async throws {
        let service = InstanceService()
        let test = TestEffects()
        let provider = service.provider(test: test)
        #expect(try await provider.credentials(deadline: nil) == Self.credentials)
        _ = try await provider.credentials(deadline: nil)
        #expect(service.server.requests.map(\.method) == ["PUT", "GET", "GET", "GET", "GET"])
        // A minute before its end the token is replaced.
        test.advance(.seconds(21600 - 60))
        _ = try await provider.credentials(deadline: nil)
        #expect(service.server.requests.filter { $0.method == "PUT" }.count == 2)
    }

    @Test(arguments: [("\(Int64.max)", 1), ("\(Int64.min)", 2), ("0", 2), ("soon", 1)])
    func theTimeOfATokenIsWithinWhatWasAskedFor(_ seconds: String, _ tokens: Int) async throws {
        let service = InstanceService(tokenSeconds: seconds)
        let provider = service.provider()
        for _ in 0..<2 { #expect(try await provider.credentials(deadline: nil) == Self.credentials) }
        #expect(service.server.requests.filter { $0.method == "PUT" }.count >= tokens)
    }

    @Test func aTokenThatIsRefusedIsReplacedOnce() async throws {
        let service = InstanceService(refusals: 1)
        #expect(try await service.provider().credentials(deadline: nil) == Self.credentials)
        #expect(service.server.requests.filter { $0.method == "PUT" }.count == 2)
        let refusing = InstanceService(refusals: 9)
        let error = try #require(await Self.failure(of: refusing.provider()))
        #expect(error.message == "the instance metadata service answered with status 401")
        #expect(refusing.server.requests.filter { $0.method == "PUT" }.count == 2)
    }

    @Test func faultsOfTheInstanceService() async throws {
        let cases: [(InstanceService, String, String)] = [
            (InstanceService(role: .status(404)), "NoInstanceRole", "the instance has no role"),
            (InstanceService(role: .ok("")), "NoInstanceRole", "the instance has no role"),
            (
                InstanceService(document: .ok("{\"Code\":\"AssumeRoleUnauthorizedAccess\",\"Message\":\"no trust\"}")),
                "InstanceCredentialsFailure",
                "the instance metadata service gave AssumeRoleUnauthorizedAccess: no trust"
            ),
            (
                InstanceService(document: .status(404)), "MetadataServiceFailure",
                "the instance metadata service answered with status 404"
            ),
        ]
        for (service, code, message) in cases {
            let error = try #require(await Self.failure(of: service.provider()))
            #expect(error.kind == .credentials)
            #expect(error.code == code)
            #expect(error.message == message)
        }
    }

    /// As long as the service has no new ones.
    @Test func credentialsThatHaveExpiredAreUsedAndAskedForAgainAfterMinutes() async throws {
        let expired = Self.document.split(separator: "2026-11-20T14:00:00Z").joined(separator: "2026-11-20T07:59:59Z")
        let service = InstanceService(document: .ok(expired))
        let test = TestEffects(random: 0.5)
        let provider = RefreshingCredentialsProvider(service.provider(test: test), effects: test.effects)
        var asked: [Int] = []
        for pause in [0, 0, 449, 2, 449, 2] {
            test.advance(.seconds(pause))
            #expect(try await provider.credentials(deadline: nil).accessKeyID == "AKID")
            asked.append(service.server.requests.filter { $0.target.hasSuffix("/my-role") }.count)
        }
        #expect(asked == [1, 1, 1, 2, 2, 3])
    }

    @Test func versionOneIsNeverAsked() async throws {
        // A service that knows no tokens.
        let server = TestServer { $0.method == "PUT" ? .status(403) : .ok(Self.document) }
        let provider = InstanceCredentialsProvider(
            environment: ["AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url],
            effects: TestEffects().effects
        )
        let error = try #require(await Self.failure(of: provider))
        #expect(error.message == "the instance metadata service gave no session token (status 403)")
        #expect(server.requests.map(\.method) == ["PUT"])
    }

    @Test func theInstanceServiceCanBeTurnedOff() async throws {
        let service = InstanceService()
        let error = await Self.failure(of: service.provider(["AWS_EC2_METADATA_DISABLED": "TRUE"]))
        #expect(error?.code == "MetadataDisabled")
        #expect(service.server.requests.isEmpty)
    }

    @Test func settingsOfTheInstanceServiceAreChecked() async throws {
        let mode = InstanceCredentialsProvider(environment: ["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "IPv5"])
        #expect(await Self.failure(of: mode)?.code == "InvalidSetting")
        let endpoint = InstanceCredentialsProvider(environment: ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "nowhere"])
        #expect(await Self.failure(of: endpoint)?.code == "InvalidEndpoint")
    }

    @Test func nobodyThereIsFoundOutAtOnce() async throws {
        let port = TestServer([]).port
        let test = TestEffects()
        let provider = InstanceCredentialsProvider(
            environment: ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:\(port)"],
            effects: test.effects
        )
        let error = try #require(await Self.failure(of: provider))
        #expect(error.code == "MetadataServiceFailure")
        #expect(test.sleeps.isEmpty)
    }

    @Test func theDeadlineAndCancellationReachTheService() async throws {
        let server = TestServer([.hang])
        let provider = InstanceCredentialsProvider(
            environment: ["AWS_EC2_METADATA_SERVICE_ENDPOINT": server.url]
        )
        do throws(AWSError) {
            _ = try await provider.credentials(deadline: .now + .milliseconds(50))
            Issue.record("the service never answers")
        } catch {
            #expect(error.kind == .deadline)
        }
        let task = Task { await Self.failure(of: provider) }
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
    }
}
