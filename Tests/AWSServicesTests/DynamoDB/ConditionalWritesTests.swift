import AWSClient
import FoundationEssentials
import TestSupport
import Testing

@testable import AWSServices

struct ConditionalWritesTests {
    private func put(_ id: String, group: String? = nil) -> DynamoDB.ConditionalWrite {
        .init(.put(.init(table: "t", item: ["id": .string(id)], condition: "attribute_not_exists(id)")), group: group)
    }

    private func check(_ id: String, group: String? = nil) -> DynamoDB.ConditionalWrite {
        .init(.check(.init(table: "t", key: ["id": .string(id)], condition: "attribute_exists(id)")), group: group)
    }

    private static func cancelled(_ reasons: String...) -> TestServer.Reply {
        .status(
            400,
            body: #"{"__type":"x#TransactionCanceledException","Message":"cancelled","CancellationReasons":["#
                + reasons.joined(separator: ",") + "]}"
        )
    }

    private static let none = #"{"Code":"None"}"#
    private static let failed = #"{"Code":"ConditionalCheckFailed","Item":{"id":{"S":"old"}}}"#
    private static let conflict = #"{"Code":"TransactionConflict","Message":"busy"}"#
    private static let throttled = #"{"Code":"ThrottlingError"}"#
    private static func conditionFailed(_ item: String = "") -> TestServer.Reply {
        .status(400, body: #"{"__type":"x#ConditionalCheckFailedException","message":"no"\#(item)}"#)
    }

    private func write(
        _ fixture: ServiceFixture,
        _ writes: [DynamoDB.ConditionalWrite]
    ) async throws(AWSError) -> [DynamoDB.WriteOutcome] {
        try await DynamoDB(fixture.client).writeConditionally(writes)
    }

    /// The tokens of the transactions, in order of arrival.
    private func tokens(_ fixture: ServiceFixture) throws -> [String] {
        struct Body: Decodable {
            var token: String
            enum CodingKeys: String, CodingKey { case token = "ClientRequestToken" }
        }
        return try fixture.server.requests.map { try $0.decoded(as: Body.self).token }
    }

    @Test func nothingToWriteMakesNoRequest() async throws {
        let fixture = try ServiceFixture([])
        #expect(try await write(fixture, []) == [])
        #expect(fixture.operations == [])
    }

    @Test func aWriteAloneIsAPlainRequest() async throws {
        let key: DynamoDB.Item = ["id": "a"]
        let fixture = try ServiceFixture([.ok("{}"), .ok("{}"), .ok("{}"), .ok("{}")])
        #expect(try await write(fixture, [put("a")]) == [.written])
        #expect(try await write(fixture, [.init(.update(.init(table: "t", key: key, update: nil)))]) == [.written])
        #expect(try await write(fixture, [.init(.delete(.init(table: "t", key: key)))]) == [.written])
        #expect(try await write(fixture, [check("a")]) == [.written])
        #expect(fixture.operations == ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"])
        for request in fixture.server.requests {
            #expect(request.bodyText.contains(#""ReturnValuesOnConditionCheckFailure":"ALL_OLD""#))
        }
    }

    @Test func aFailedConditionTellsTheItem() async throws {
        let fixture = try ServiceFixture([Self.conditionFailed(#","Item":{"id":{"S":"old"}}"#), Self.conditionFailed()])
        #expect(try await write(fixture, [put("a")]) == [.conditionFailed(existing: ["id": "old"])])
        #expect(try await write(fixture, [put("a")]) == [.conditionFailed(existing: nil)])
    }

    @Test func aPutThatMeetsItselfAfterALostAnswerIsWritten() async throws {
        let same = Self.conditionFailed(#","Item":{"id":{"S":"a"}}"#)
        let fixture = try ServiceFixture([.reset, same, same, .status(500), Self.conditionFailed()])
        #expect(try await write(fixture, [put("a")]) == [.written])
        // At the first attempt it is another's.
        #expect(try await write(fixture, [put("a")]) == [.conditionFailed(existing: ["id": "a"])])
        #expect(try await write(fixture, [put("a")]) == [.conditionFailed(existing: nil)])
    }

    @Test func severalWritesAreATransaction() async throws {
        let fixture = try ServiceFixture([.ok("{}")])
        #expect(try await write(fixture, [put("a"), put("b"), put("c")]) == [.written, .written, .written])
        #expect(fixture.operations == ["TransactWriteItems"])
    }

    @Test func theRestOfACancelledTransactionIsSubmittedAgain() async throws {
        let fixture = try ServiceFixture([Self.cancelled(Self.none, Self.failed, Self.none), .ok("{}")])
        let outcomes = try await write(fixture, [put("a"), put("b"), put("c")])
        #expect(outcomes == [.written, .conditionFailed(existing: ["id": "old"]), .written])
        #expect(fixture.operations == ["TransactWriteItems", "TransactWriteItems"])
        #expect(!fixture.server.requests[1].bodyText.contains(#"{"S":"b"}"#))
        // Other writes under the same token would be refused.
        #expect(Set(try tokens(fixture)).count == 2)
        #expect(fixture.sleeps.isEmpty)
    }

    @Test func aSingleWriteThatIsLeftIsAPlainRequest() async throws {
        let fixture = try ServiceFixture([Self.cancelled(Self.failed, Self.none), .ok("{}")])
        let outcomes = try await write(fixture, [put("a"), put("b")])
        #expect(outcomes == [.conditionFailed(existing: ["id": "old"]), .written])
        #expect(fixture.operations == ["TransactWriteItems", "PutItem"])
    }

    @Test func everyConditionMayFail() async throws {
        let fixture = try ServiceFixture([Self.cancelled(Self.failed, #"{"Code":"ConditionalCheckFailed"}"#)])
        #expect(
            try await write(fixture, [put("a"), put("b")])
                == [.conditionFailed(existing: ["id": "old"]), .conditionFailed(existing: nil)]
        )
        #expect(fixture.operations.count == 1)
    }

    @Test func aGroupFailsAsAWhole() async throws {
        let fixture = try ServiceFixture([Self.cancelled(Self.failed, Self.none, Self.none, Self.none), .ok("{}")])
        let writes = [check("x", group: "g"), put("a"), put("b", group: "g"), put("c")]
        // In the request the members of a group are side by side.
        let outcomes = try await write(fixture, writes)
        #expect(outcomes == [.conditionFailed(existing: ["id": "old"]), .written, .groupFailed, .written])
        let second = fixture.server.requests[1].bodyText
        #expect(second.contains(#"{"S":"a"}"#) && second.contains(#"{"S":"c"}"#) && !second.contains(#"{"S":"b"}"#))
    }

    @Test func conflictsAreSubmittedAgainAfterAPause() async throws {
        let fixture = try ServiceFixture([
            Self.cancelled(Self.none, Self.conflict, Self.failed, Self.none), .ok("{}"),
            .status(400, body: #"{"__type":"x#TransactionConflictException","message":"busy"}"#), .ok("{}"),
        ])
        let outcomes = try await write(fixture, [put("a"), put("b"), put("c"), put("d")])
        #expect(outcomes == [.written, .written, .conditionFailed(existing: ["id": "old"]), .written])
        // What is free does not wait for what is not.
        #expect(fixture.operations == ["TransactWriteItems", "TransactWriteItems", "PutItem", "PutItem"])
        #expect(!fixture.server.requests[1].bodyText.contains(#"{"S":"b"}"#))
        // Half of 25 ms, half of 50 ms.
        #expect(fixture.sleeps == [.microseconds(12500), .milliseconds(25)])
    }

    @Test func aGroupInConflictWaitsAsAWhole() async throws {
        let fixture = try ServiceFixture([Self.cancelled(Self.conflict, Self.none, Self.none), .ok("{}"), .ok("{}")])
        let outcomes = try await write(fixture, [check("x", group: "g"), put("a", group: "g"), put("b")])
        #expect(outcomes == [.written, .written, .written])
        #expect(fixture.operations == ["TransactWriteItems", "PutItem", "TransactWriteItems"])
    }

    @Test func throttlingIsWaitedForLonger() async throws {
        let fixture = try ServiceFixture([Self.cancelled(Self.throttled, Self.none), .ok("{}")])
        #expect(try await write(fixture, [put("a"), put("b")]) == [.written, .written])
        #expect(fixture.sleeps == [.milliseconds(500)])
    }

    @Test func aPlainWriteInConflictIsMadeAgain() async throws {
        let fixture = try ServiceFixture([
            .status(400, body: #"{"__type":"x#TransactionConflictException","message":"busy"}"#), .ok("{}"),
        ])
        #expect(try await write(fixture, [put("a")]) == [.written])
        #expect(fixture.sleeps.count == 1)
    }

    @Test func conflictsWithoutEndAreGivenUp() async throws {
        let fixture = try ServiceFixture { _ in Self.cancelled(Self.conflict, Self.conflict) }
        let error = await failure { () throws(AWSError) in try await write(fixture, [put("a"), put("b")]) }
        #expect(error?.code == "TransactionCanceledException")
        #expect(fixture.server.requests.count == 8)
    }

    @Test(arguments: ["ValidationError", "ItemCollectionSizeLimitExceeded", "AccessDenied", "Later"])
    func reasonsThatStayAreThrown(code: String) async throws {
        let reason = #"{"Code":"\#(code)","Message":"the reason"}"#
        let fixture = try ServiceFixture([Self.cancelled(Self.failed, reason)])
        let error = await failure { () throws(AWSError) in try await write(fixture, [put("a"), put("b")]) }
        #expect(error?.code == "TransactionCanceledException")
        #expect(error?.message == "write 2 of 2, to t: \(code): the reason")
        #expect(fixture.server.requests.count == 1)
    }

    @Test(arguments: [
        cancelled(none), cancelled(none, none), cancelled(),
        .status(400, body: #"{"__type":"ResourceNotFoundException"}"#),
        .status(400, body: #"{"__type":"TransactionCanceledException","CancellationReasons":"x"}"#),
    ])
    func otherErrorsAreThrown(reply: TestServer.Reply) async throws {
        let fixture = try ServiceFixture([reply])
        let error = await failure { () throws(AWSError) in try await write(fixture, [put("a"), put("b")]) }
        #expect(error?.httpStatus == 400)
        #expect(fixture.server.requests.count == 1)
    }

    @Test func manyWritesAreSplitAndGroupsKeptTogether() async throws {
        let fixture = try ServiceFixture { _ in .ok("{}") }
        let writes = (0..<250).map { put("\($0)", group: $0 < 98 ? nil : "g\(($0 - 98) / 5)") }
        #expect(try await write(fixture, writes) == Array(repeating: .written, count: 250))
        struct Body: Decodable {
            var writes: [[String: JSONValue]]
            enum CodingKeys: String, CodingKey { case writes = "TransactItems" }
        }
        let sizes = try fixture.server.requests.map { try $0.decoded(as: Body.self).writes.count }
        #expect(sizes.sorted() == [52, 98, 100])
    }

    @Test func writesAreSplitBySize() throws {
        let text = String(repeating: "x", count: 300_000)
        let writes = (0..<30).map { number in
            DynamoDB.ConditionalWrite(.put(.init(table: "t", item: ["id": .number(number), "text": .string(text)])))
        }
        let batches = try WriteUnit.batches(of: writes)
        #expect(batches.map(\.count) == [11, 11, 8])
    }

    @Test func aGroupLargerThanATransactionIsRefused() async throws {
        let fixture = try ServiceFixture([])
        let writes = (0..<101).map { put("\($0)", group: "g") }
        let error = await failure { () throws(AWSError) in try await write(fixture, writes) }
        #expect(error?.kind == .invalidRequest)
        #expect(fixture.server.requests.isEmpty)
    }
}
