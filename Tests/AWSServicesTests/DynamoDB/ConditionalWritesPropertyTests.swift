import AWSClient
import FoundationEssentials
import Synchronization
import TestSupport
import Testing

@testable import AWSServices

/// Whatever conditions fail, and whatever conflicts, throttling and lost answers come between: each write is made once or
/// its condition has failed, and the outcome says which.
struct ConditionalWritesPropertyTests {
    /// A table that refuses writes of the ids it holds already, and is in the way now and then.
    private final class Table: Sendable {
        private struct State {
            var generator: SeededGenerator
            var ids: Set<String>
            var writes: [String: Int] = [:]
            var transactions: [String: String] = [:]
        }

        private let state: Mutex<State>

        init(seed: UInt64, ids: Set<String>) {
            state = Mutex(State(generator: SeededGenerator(seed: seed), ids: ids))
        }

        /// How often each id was written.
        var writes: [String: Int] { state.withLock { $0.writes } }

        private struct Body: Decodable {
            var id: String?
            var ids: [(id: String, isCheck: Bool)]
            var token: String?

            init(from decoder: any Decoder) throws {
                let body = try JSONValue(from: decoder)
                id = body["Item"].flatMap(Self.id)
                token = body["ClientRequestToken"]?.string
                ids = (body["TransactItems"]?.array ?? []).compactMap { write in
                    if let put = write["Put"]?["Item"] { return Self.id(put).map { ($0, false) } }
                    return write["ConditionCheck"]?["Key"].flatMap(Self.id).map { ($0, true) }
                }
            }

            private static func id(_ item: JSONValue) -> String? { item["id"]?["S"]?.string }
        }

        func answer(_ request: TestServer.Request) -> TestServer.Reply {
            guard let body = try? request.decoded(as: Body.self) else { return .status(400) }
            return state.withLock { state in
                if let id = body.id { return put(id, &state) }
                guard let token = body.token, body.ids.count <= 100, token.utf8.count <= 36,
                    Set(body.ids.map(\.id)).count == body.ids.count
                else { return .status(400, body: #"{"__type":"ValidationException"}"#) }
                return transact(body.ids, token, &state)
            }
        }

        private func put(_ id: String, _ state: inout State) -> TestServer.Reply {
            if chance(10, &state) { return .status(400, body: #"{"__type":"TransactionConflictException"}"#) }
            guard !state.ids.contains(id) else {
                return .status(400, body: #"{"__type":"ConditionalCheckFailedException","Item":{"id":{"S":"\#(id)"}}}"#)
            }
            state.ids.insert(id)
            state.writes[id, default: 0] += 1
            return .ok("{}")
        }

        private func transact(
            _ ids: [(id: String, isCheck: Bool)],
            _ token: String,
            _ state: inout State
        ) -> TestServer.Reply {
            let content = ids.map { "\($0.id) \($0.isCheck)" }.joined(separator: ",")
            if let known = state.transactions[token] {
                let isSame = known == content
                return isSame ? .ok("{}") : .status(400, body: #"{"__type":"IdempotentParameterMismatchException"}"#)
            }
            let throttled = chance(10, &state) ? ids.randomElement(using: &state.generator)?.id : nil
            let reasons = ids.map { entry in
                if state.ids.contains(entry.id) {
                    return #"{"Code":"ConditionalCheckFailed","Item":{"id":{"S":"\#(entry.id)"}}}"#
                }
                if chance(2, &state) { return #"{"Code":"TransactionConflict"}"# }
                return entry.id == throttled ? #"{"Code":"ThrottlingError"}"# : #"{"Code":"None"}"#
            }
            if reasons.contains(where: { $0 != #"{"Code":"None"}"# }) {
                let list = reasons.joined(separator: ",")
                return .status(
                    400,
                    body: #"{"__type":"a#TransactionCanceledException","CancellationReasons":[\#(list)]}"#
                )
            }
            for entry in ids where !entry.isCheck {
                state.ids.insert(entry.id)
                state.writes[entry.id, default: 0] += 1
            }
            state.transactions[token] = content
            // The answer may be lost on its way.
            return chance(20, &state) ? .reset : .ok("{}")
        }

        private func chance(_ percent: Int, _ state: inout State) -> Bool {
            Int.random(in: 0..<100, using: &state.generator) < percent
        }
    }

    @Test(arguments: 0..<25)
    func everyWriteIsMadeOnceOrRefused(seed: Int) async throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let count = Int.random(in: 1...300, using: &generator)
        let failing = Double.random(in: 0...0.4, using: &generator)
        let groups = Int.random(in: 1...60, using: &generator)
        var held: Set<String> = []
        let writes = (0..<count).map { number -> DynamoDB.ConditionalWrite in
            let id = "id-\(number)"
            if Double.random(in: 0..<1, using: &generator) < failing { held.insert(id) }
            let group = Bool.random(using: &generator) ? "g\(Int.random(in: 0..<groups, using: &generator))" : nil
            let isCheck = group != nil && Int.random(in: 0..<5, using: &generator) == 0
            let write: DynamoDB.Write =
                isCheck
                ? .check(.init(table: "t", key: ["id": .string(id)], condition: "attribute_not_exists(id)"))
                : .put(.init(table: "t", item: ["id": .string(id)], condition: "attribute_not_exists(id)"))
            return .init(write, group: group.map { group in groups < 4 ? "\(group)-\(number / 90)" : group })
        }
        let table = Table(seed: UInt64(seed), ids: held)
        let fixture = try ServiceFixture { table.answer($0) }
        let outcomes = try await DynamoDB(fixture.client).writeConditionally(writes)

        let failedGroups = Set(writes.indices.filter { held.contains("id-\($0)") }.compactMap { writes[$0].group })
        for (index, write) in writes.enumerated() {
            let id = "id-\(index)"
            let isFailed = held.contains(id)
            let isGroupFailed = write.group.map(failedGroups.contains) ?? false
            var isCheck = false
            if case .check = write.write { isCheck = true }
            switch outcomes[index] {
            case .written: #expect(!isFailed && !isGroupFailed, "\(id)")
            case .conditionFailed(let item): #expect(isFailed && item == ["id": .string(id)], "\(id)")
            case .groupFailed: #expect(isGroupFailed && !isFailed, "\(id)")
            }
            #expect(table.writes[id] ?? 0 == (outcomes[index] == .written && !isCheck ? 1 : 0), "\(id)")
        }
    }
}
