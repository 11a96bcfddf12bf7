import TestSupport
import Transport

@testable import AWSClient

/// A client whose every request goes to a scripted server, with clocks and chance under the test's hand.
struct ClientFixture {
    static let credentials = AWSCredentials(
        accessKeyID: "AKIDEXAMPLE",
        secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        sessionToken: "session-token-of-the-test"
    )

    let server: TestServer
    let test: TestEffects
    let client: AWSClient

    init(
        _ replies: [TestServer.Reply],
        test: TestEffects = TestEffects(),
        credentials: any CredentialsProvider = StaticCredentialsProvider(ClientFixture.credentials),
        environment: [String: String] = [:],
        basePath: String = ""
    ) throws {
        server = TestServer(replies)
        self.test = test
        var values = ["AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": server.url + basePath]
        values.merge(environment) { _, new in new }
        client = AWSClient(
            configuration: try AWSConfiguration(environment: AWSEnvironment(values)),
            credentials: credentials,
            effects: test.effects
        )
    }

    /// A request whose error responses are `code|message|request id`.
    static func request(_ service: AWSService = .ssm, body: String = "{}") -> AWSRequest {
        AWSRequest(
            service: service,
            operation: "GetParameters",
            headers: ["Content-Type": "application/x-amz-json-1.1"],
            body: Array(body.utf8)
        ) { response in
            let parts = String(decoding: response.body, as: UTF8.self).split(separator: "|").map(String.init)
            return AWSErrorDetails(
                code: parts.first,
                message: parts.count > 1 ? parts[1] : nil,
                requestID: parts.count > 2 ? parts[2] : nil
            )
        }
    }

    /// What a request failed with; `nil` where it succeeded.
    func failure(
        _ request: AWSRequest = ClientFixture.request(),
        deadline: ContinuousClock.Instant? = nil
    ) async -> AWSError? {
        do throws(AWSError) {
            _ = try await client.send(request, deadline: deadline)
            return nil
        } catch {
            return error
        }
    }
}
