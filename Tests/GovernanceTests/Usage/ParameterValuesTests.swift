import AWSClient
import AWSServices
import LambdaRuntime
import Synchronization
import TestSupport
import Testing

@testable import Governance

/// What parameters hold that launch templates and recipes name.
@Suite struct ParameterValuesTests {
    /// Systems Manager: parameters by name, of which one may not be read; and the requests it got.
    private final class ParameterStore: Sendable {
        let requests = Mutex<[[String]]>([])
        let values = ["/golden": "ami-1", "flat": "ami-2", "/odd": "text"]

        func answer(_ request: TestServer.Request) -> TestServer.Reply {
            let names = (try? JSONValue(parsing: request.body))?["Names"]?.strings ?? []
            requests.withLock { $0.append(names) }
            if names.contains(where: { $0.hasPrefix("/secret") }) {
                return ServicesOnPaper.jsonError("AccessDeniedException")
            }
            if names.contains(where: { $0.split(separator: ":").count == 3 || $0.contains(" ") }) {
                return ServicesOnPaper.jsonError("ValidationException")
            }
            let found = names.compactMap { asked -> String? in
                let prefix = "arn:aws:ssm:eu-central-1:111111111111:parameter"
                let plain = asked.hasPrefix(prefix) ? String(asked.dropFirst(prefix.count)) : asked
                let parts = plain.split(separator: ":")
                guard let name = parts.first, let value = values[String(name)] else { return nil }
                let selector = parts.count == 2 ? #","Selector":":\#(parts[1])""# : ""
                return #"{"Name":"\#(name)","ARN":"\#(prefix)\#(name)","Value":"\#(value)"\#(selector)}"#
            }
            return .ok(#"{"Parameters":[\#(found.joined(separator: ","))]}"#)
        }
    }

    private static let arn = "arn:aws:ssm:eu-central-1:111111111111:parameter/golden"

    private func lookup(_ store: ParameterStore) throws -> (ImageLookup, TestServer) {
        let server = TestServer { store.answer($0) }
        var effects = AWSEffects.live()
        effects.sleep = { _ in try Task.checkCancellation() }
        let client = AWSClient(
            configuration: try AWSConfiguration(
                environment: AWSEnvironment(["AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": server.url])
            ),
            credentials: StaticCredentialsProvider(AWSCredentials(accessKeyID: "AKID", secretAccessKey: "secret")),
            effects: effects
        )
        let lookup = ImageLookup(
            creatorAccount: AccountOnPaper.creator,
            client: client,
            shares: DynamoDB(client),
            sharesTable: "shares"
        )
        return (lookup, server)
    }

    struct Case: Sendable {
        var names: Set<String>
        var values: [String: String] = [:]
        var refused: Set<String> = []
    }

    private static let cases = [
        Case(names: ["/golden", "flat", "/none"], values: ["/golden": "ami-1", "flat": "ami-2"]),
        Case(
            names: ["/golden", "/golden:3", "/golden:blue"],
            values: ["/golden": "ami-1", "/golden:3": "ami-1", "/golden:blue": "ami-1"]
        ),
        Case(names: [arn, "\(arn):3"], values: [arn: "ami-1", "\(arn):3": "ami-1"]),
        Case(names: [arn], values: [arn: "ami-1"]),
        Case(
            names: ["/golden", "/secret", "flat"],
            values: ["/golden": "ami-1", "flat": "ami-2"],
            refused: ["/secret"]
        ),
        Case(names: ["/golden", "a:b:c", "not a name", "/secret"], values: ["/golden": "ami-1"], refused: ["/secret"]),
        Case(names: ["a:b:c"]),
        Case(names: ["/secret"], refused: ["/secret"]),
        Case(names: []),
    ]

    @Test(arguments: cases)
    func oneNameHidesNoOther(example: Case) async throws {
        let store = ParameterStore()
        let (lookup, server) = try lookup(store)
        defer { server.stop() }
        let answer = try await lookup.parameterValues(example.names)
        #expect(answer.values == example.values)
        #expect(answer.refused == example.refused)
    }

    @Test func manyParametersAreReadTenAtATime() async throws {
        let store = ParameterStore()
        let (lookup, server) = try lookup(store)
        defer { server.stop() }
        let names = Set((0..<35).map { "/none/\($0)" }).union(["/golden"])
        #expect(try await lookup.parameterValues(names).values == ["/golden": "ami-1"])
        #expect(store.requests.withLock { $0.map(\.count).sorted() } == [6, 10, 10, 10])
    }

    @Test func anEventsOddParameterLeadsToNoImage() async throws {
        let store = ParameterStore()
        let (lookup, server) = try lookup(store)
        defer { server.stop() }
        let logger = Logger(level: .fatal)
        #expect(try await lookup.image(.parameter("a:b:c"), logger: logger) == nil)
        #expect(try await lookup.image(.parameter("/odd"), logger: logger) == nil)
        #expect(try await lookup.image(.parameter("/golden"), logger: logger)?.text == "ami-1")
        await #expect(throws: AWSError.self) { try await lookup.image(.parameter("/secret"), logger: logger) }
    }
}
