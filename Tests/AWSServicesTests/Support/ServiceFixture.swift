import AWSClient
import FoundationEssentials
import Synchronization
import TestSupport
import Transport

/// A client whose every request goes to a scripted server, whose pauses are recorded instead of waited for.
struct ServiceFixture {
    let server: TestServer
    let client: AWSClient
    private let recorder: Recorder

    /// A loop of these tests' own: their many servers must not push the connections of other tests out of a pool.
    private static let loop = EventLoop()

    private final class Recorder: Sendable {
        let sleeps = Mutex<[Duration]>([])
        let uuids = Mutex(0)
    }

    init(_ replies: [TestServer.Reply]) throws {
        try self.init(TestServer(replies))
    }

    init(reply: @escaping @Sendable (TestServer.Request) -> TestServer.Reply) throws {
        try self.init(TestServer(reply: reply))
    }

    private init(_ server: TestServer) throws {
        self.server = server
        let recorder = Recorder()
        self.recorder = recorder
        var effects = AWSEffects.live()
        effects.sleep = { duration in
            try Task.checkCancellation()
            recorder.sleeps.withLock { $0.append(duration) }
        }
        effects.random = { 0.5 }
        effects.uuid = {
            recorder.uuids.withLock { uuids in
                uuids += 1
                return "uuid-\(uuids)"
            }
        }
        client = AWSClient(
            configuration: try AWSConfiguration(
                environment: AWSEnvironment(["AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": server.url])
            ),
            http: HTTPClient(loop: Self.loop),
            credentials: StaticCredentialsProvider(AWSCredentials(accessKeyID: "AKID", secretAccessKey: "secret")),
            effects: effects
        )
    }

    var sleeps: [Duration] { recorder.sleeps.withLock { $0 } }

    /// The operations asked for, in order of arrival.
    var operations: [String] { server.requests.map(\.operation) }
}

extension TestServer.Request {
    /// The operation of a JSON or query request.
    var operation: String {
        if let target = header("x-amz-target") { return target.split(separator: ".").last.map(String.init) ?? target }
        return form["Action"] ?? path
    }

    /// A JSON body as the type asked for.
    func decoded<Body: Decodable>(as type: Body.Type = Body.self) throws -> Body {
        try JSONDecoder().decode(type, from: Data(body))
    }
}

/// What a call failed with; nil where it succeeded.
func failure<Value>(of call: () async throws(AWSError) -> Value) async -> AWSError? {
    do throws(AWSError) {
        _ = try await call()
        return nil
    } catch {
        return error
    }
}
