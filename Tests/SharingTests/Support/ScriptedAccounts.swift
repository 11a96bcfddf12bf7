import AWSClient
import Glibc
import Governance
import Sharing
import Synchronization
import TestSupport
import Transport

/// AWS as a scripted server: what it answers, and how many requests it had at a time.
final class ScriptedAccounts: Sendable {
    let server: TestServer
    private let underWay: UnderWay

    private static let loop = EventLoop()

    private final class UnderWay: Sendable {
        let count = Mutex((now: 0, most: 0))
    }

    /// - Parameters:
    ///   - together: So many requests are waited for before the first is answered, but for no longer than seconds.
    ///   - answer: The form of a request, and the region it was signed for. A request in JSON has its operation in `Action`, and
    ///     its text in `JSON`.
    init(
        together: Int = 1,
        answer: @escaping @Sendable (_ form: [String: String], _ region: String) -> TestServer.Reply
    ) {
        let underWay = UnderWay()
        self.underWay = underWay
        server = TestServer { request in
            underWay.count.withLock { count in
                count.now += 1
                count.most = max(count.most, count.now)
            }
            for _ in 0..<500 where underWay.count.withLock({ $0.most }) < together { usleep(10_000) }
            defer { underWay.count.withLock { $0.now -= 1 } }
            let scope = request.header("authorization")?.split(separator: "/") ?? []
            var form = Self.form(request.bodyText)
            if let target = request.header("x-amz-target")?.split(separator: ".").last {
                form = ["Action": String(target), "JSON": request.bodyText]
            }
            return answer(form, scope.count > 2 ? String(scope[2]) : "")
        }
    }

    var most: Int { underWay.count.withLock { $0.most } }

    /// The operations that were asked for.
    var operations: [String] { server.requests.compactMap { Self.form($0.bodyText)["Action"] } }

    func client() throws -> AWSClient {
        AWSClient(
            configuration: try AWSConfiguration(
                environment: AWSEnvironment([
                    "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL": server.url, "AWS_MAX_ATTEMPTS": "1",
                ])
            ),
            http: HTTPClient(loop: Self.loop),
            credentials: StaticCredentialsProvider(AWSCredentials(accessKeyID: "AKID", secretAccessKey: "secret")),
            effects: .live()
        )
    }

    private static func form(_ text: String) -> [String: String] {
        var members: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { members[String(parts[0])] = String(parts[1]) }
        }
        return members
    }

    static func error(_ code: String, _ status: Int = 403) -> TestServer.Reply {
        .status(
            status,
            body: "<Response><Errors><Error><Code>\(code)</Code><Message>no</Message></Error></Errors></Response>"
        )
    }

    static func images(_ ids: [String], owner: String, state: String = "available", next: String? = nil)
        -> TestServer.Reply
    {
        let items = ids.map {
            "<item><imageId>\($0)</imageId><imageOwnerId>\(owner)</imageOwnerId><imageState>\(state)</imageState></item>"
        }
        let token = next.map { "<nextToken>\($0)</nextToken>" } ?? ""
        return .ok(
            "<DescribeImagesResponse><imagesSet>\(items.joined())</imagesSet>\(token)</DescribeImagesResponse>"
        )
    }
}
