import AWSClient
import AWSServices
import Synchronization
import TestSupport
import Transport

@testable import Governance

/// An account whose resources are written down, and the services that list them: EC2, Auto Scaling, EKS, Image Builder,
/// Systems Manager, on one loopback server. They page, know ids, and refuse unknown ones as AWS does.
final class AccountOnPaper: Sendable {
    struct Template {
        var id: String
        var name: String
        var defaultVersion = 1
        /// Image texts by version number; nil for a version without one.
        var versions: [Int: String?]
    }

    /// A template as it is named by something: an id or a name, and a version.
    struct Named {
        var id: String?
        var name: String?
        var version: String?
    }

    struct Group {
        var name: String
        var template: Named?
        /// The template of the mixed instances policy; without it there is no policy.
        var policy: Named?
        var overrides: [(template: Named?, image: String?)] = []
        var status: String?
    }

    struct Fleet {
        var id: String
        var state = "active"
        var templates: [(template: Named?, overrides: [String])] = []
        /// Of launch specifications, which spot fleets alone have.
        var images: [String] = []
    }

    struct Parameter {
        var name: String
        var value: String
        var dataType = "aws:ec2:image"
    }

    struct Contents {
        var instances: [(id: String, image: String?, state: String)] = []
        var templates: [Template] = []
        var groups: [Group] = []
        var launchConfigurations: [(name: String, image: String)] = []
        var fleets: [Fleet] = []
        var spotFleets: [Fleet] = []
        /// Node groups by cluster, in order.
        var clusters: [(name: String, nodeGroups: [(name: String, status: String, template: Named?)])] = []
        /// By ARN: the parent.
        var imageRecipes: [(arn: String, image: String)] = []
        /// By ARN: the image of the instance that builds.
        var containerRecipes: [(arn: String, image: String?)] = []
        /// The machine images of Image Builder images, by these' ARN: region and id.
        var builds: [String: [(region: String, image: String)]] = [:]
        var parameters: [Parameter] = []
        /// Of the creator's, visible here.
        var images: [String] = []
        /// Resource type and ARN, by image.
        var references: [String: [(type: String, arn: String)]] = [:]
    }

    struct State {
        var contents: Contents
        /// The most a service gives at a time, whatever it is asked for.
        var pageLimit = 1_000
        /// Answers in the place of an operation's own.
        var fault: @Sendable (String, TestServer.Request) -> TestServer.Reply? = { _, _ in nil }
        var operations: [String] = []
        var requestsUnderWay = 0
        var mostUnderWay = 0
    }

    private struct Fixture {
        let server: TestServer
        let client: AWSClient
    }

    let state: Mutex<State>
    private let fixture = Mutex<Fixture?>(nil)

    /// A loop of these tests' own: their many servers must not push the connections of other tests out of a pool.
    private static let loop = EventLoop()

    static let creator = AccountID("111111111111")!

    init(_ contents: Contents = Contents()) {
        state = Mutex(State(contents: contents))
    }

    /// A client as a new invocation has it; pauses are not waited for.
    func inventory() throws -> LiveInventory {
        let fixture = try fixture.withLock { fixture in
            if let fixture { return fixture }
            let server = TestServer { [weak self] in self?.answer($0) ?? .status(599) }
            var effects = AWSEffects.live()
            effects.sleep = { _ in try Task.checkCancellation() }
            let client = AWSClient(
                configuration: try AWSConfiguration(
                    environment: AWSEnvironment(["AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": server.url])
                ),
                http: HTTPClient(loop: Self.loop),
                credentials: StaticCredentialsProvider(AWSCredentials(accessKeyID: "AKID", secretAccessKey: "secret")),
                effects: effects
            )
            let made = Fixture(server: server, client: client)
            fixture = made
            return made
        }
        return LiveInventory(client: fixture.client, creatorAccount: Self.creator)
    }

    /// Every page of a section, each asked for by an inventory of its own.
    func pages(of section: InventorySection) async throws -> [InventoryPage] {
        var pages: [InventoryPage] = []
        var token: String?
        repeat {
            let page = try await inventory().page(of: section, after: token)
            pages.append(page)
            token = page.nextToken
        } while token != nil && pages.count < 1_000
        return pages
    }

    func presence(_ resources: [Resource]) async throws -> [Resource: Presence] {
        try await inventory().presence(of: resources)
    }

    /// The fields of the requests of an operation, in order of arrival.
    func requests(of operation: String) -> [[String: String]] {
        fixture.withLock { fixture in
            fixture?.server.requests.filter { Self.operation(of: $0) == operation }.map(\.fields) ?? []
        }
    }

    var operations: [String] { state.withLock(\.operations) }

    // MARK: Answering

    private func answer(_ request: TestServer.Request) -> TestServer.Reply {
        let operation = Self.operation(of: request)
        let (contents, limit, fault) = state.withLock { state in
            state.operations.append(operation)
            state.requestsUnderWay += 1
            state.mostUnderWay = max(state.mostUnderWay, state.requestsUnderWay)
            return (state.contents, state.pageLimit, state.fault)
        }
        defer { state.withLock { $0.requestsUnderWay -= 1 } }
        if let reply = fault(operation, request) { return reply }
        return ServicesOnPaper(contents: contents, pageLimit: limit).answer(operation, request)
    }

    /// The operation that a request asks for, in whichever protocol.
    static func operation(of request: TestServer.Request) -> String {
        if let target = request.header("x-amz-target") {
            return target.split(separator: ".").last.map(String.init) ?? ""
        }
        if let action = request.fields["Action"] { return action }
        let path = request.path.split(separator: "/").map(String.init)
        guard path.first == "clusters" else { return path.first ?? "" }
        return path.count == 1 ? "ListClusters" : path.count == 3 ? "ListNodegroups" : "DescribeNodegroup"
    }
}

extension TestServer.Request {
    /// The fields of a form, or of the query string, or the strings and numbers of a JSON object.
    var fields: [String: String] {
        if let value = try? JSONValue(parsing: body), let members = value.object {
            return members.compactMapValues { member in
                if case .integer(let number) = member { return String(number) }
                return member.string
            }
        }
        return body.isEmpty ? queryFields : form
    }

    /// The values of a list of a form: `Name.1`, `Name.2`, …
    func list(_ name: String) -> [String] {
        let fields = fields
        return (1...1_000).lazy.map { fields["\(name).\($0)"] }.prefix { $0 != nil }.compactMap { $0 }
    }
}
