import AWSClient
import AWSServices
import Synchronization
import TestSupport
import Testing

@testable import Governance

/// What a sweep asks of DynamoDB, beside the ledger.
@Suite struct DynamoDBSweepStoreTests {
    private static let start = time("2026-11-20T08:00:00Z")

    private func store(
        _ reply: @escaping @Sendable (_ operation: String, _ body: String) -> TestServer.Reply
    ) throws -> (DynamoDBUsageStore, CloudFixture) {
        let fixture = try CloudFixture(reply: reply)
        let dynamoDB = DynamoDB(fixture.client)
        let store = DynamoDBUsageStore(
            creator: dynamoDB,
            usageTable: "usage",
            own: dynamoDB,
            mappingTable: "mapping",
            tombstoneDays: 90
        )
        return (store, fixture)
    }

    private func json(_ text: String?) throws -> JSONValue { try JSONValue(parsing: Array((text ?? "").utf8)) }

    @Test func aCheckpointIsReadConsistently() async throws {
        var checkpoint = SweepCheckpoint(started: Self.start)
        checkpoint.advance(to: "more")
        let item = CloudFixture.item(
            checkpoint.attributes.merging(["resource_id": "sweep", "part": "-"]) { a, _ in a }
        )
        let (store, fixture) = try store { _, _ in
            .ok(#"{"Responses":{"mapping":[\#(item)]},"UnprocessedKeys":{}}"#)
        }
        #expect(try await store.checkpoint() == checkpoint)
        let request = try json(fixture.bodies(of: "BatchGetItem").first)["RequestItems"]?["mapping"]
        #expect(request?["ConsistentRead"] == .boolean(true))
        #expect(request?["Keys"]?.array?.first?["resource_id"]?["S"]?.string == "sweep")
        #expect(request?["Keys"]?.array?.first?["part"]?["S"]?.string == "-")
    }

    @Test func thereIsNoneBeforeTheFirst() async throws {
        let (store, _) = try store { _, _ in .ok(#"{"Responses":{"mapping":[]},"UnprocessedKeys":{}}"#) }
        #expect(try await store.checkpoint() == nil)
    }

    @Test func aCheckpointReplacesTheOneItWasMadeFrom() async throws {
        let (store, fixture) = try store { _, body in
            body.contains(#""4""#) ? CloudFixture.dynamoDBError("ConditionalCheckFailedException") : .ok("{}")
        }
        var checkpoint = SweepCheckpoint(started: Self.start)
        #expect(try await store.write(checkpoint, replacing: nil))
        checkpoint.revision = 4
        #expect(try await store.write(checkpoint, replacing: 3) == false)
        let bodies = fixture.bodies(of: "PutItem")
        #expect(try json(bodies[0])["ConditionExpression"]?.string == "attribute_not_exists(#0)")
        #expect(try json(bodies[1])["ConditionExpression"]?.string == "#0 = :0")
        #expect(try json(bodies[1])["ExpressionAttributeNames"]?["#0"]?.string == "revision")
        #expect(try json(bodies[1])["ExpressionAttributeValues"]?[":0"]?["S"]?.string == "3")
        #expect(try json(bodies[1])["Item"]?["phase"]?["S"]?.string == "listing")
    }

    /// Keys with whatever characters names have come back as the place to go on from.
    @Test(arguments: ["lc#1/a b", "web", "a\"b\\c"])
    func mappingsAPageAtATime(name: String) async throws {
        let resource = Resource.launchConfiguration(.init(checked: name))
        let record = MappingRecord(
            key: resource.mappingKey(using: nil),
            acquired: .init(image: image, resourceName: nil, mark: .sweep(at: Self.start)),
            seen: Self.start
        )
        let escaped = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let key = ["resource_id": "launch-configuration#" + escaped, "part": "-"]
        let (store, fixture) = try store { _, body in
            let items = [
                CloudFixture.item(record.attributes.merging(key) { a, _ in a }),
                CloudFixture.item(["resource_id": "i-1", "part": "-", "image_id": "no image"]),
            ]
            return CloudFixture.items(items, more: body.contains("ExclusiveStartKey") ? nil : CloudFixture.item(key))
        }
        let first = try await store.mappings(after: nil)
        #expect(first.elements == [record])
        let token = try #require(first.nextToken)
        #expect(try await store.mappings(after: token).nextToken == nil)
        let requests = try fixture.bodies(of: "Scan").map { try json($0) }
        #expect(requests.count == 2)
        #expect(requests[0]["ConsistentRead"] == .boolean(true))
        #expect(requests[0]["FilterExpression"]?.string == "attribute_exists(#0) AND #1 <> :0")
        #expect(requests[0]["ExpressionAttributeValues"]?[":0"]?["S"]?.string == "released")
        #expect(requests[1]["ExclusiveStartKey"]?["resource_id"]?["S"]?.string == "launch-configuration#" + name)
        #expect(requests[1]["ExclusiveStartKey"]?["part"]?["S"]?.string == "-")
    }

    /// A transaction takes a hundred writes: each has the check that the launch template is not deleted.
    @Test(arguments: [1, 99, 100, 250])
    func versionsOfOneTemplateByTheHundred(count: Int) async throws {
        let (store, fixture) = try store { _, _ in .ok("{}") }
        let template = LaunchTemplateID(checked: "lt-0123456789abcdef0")
        let writes = (1...count).map { version in
            MappingWrite(
                record: MappingRecord(
                    key: Resource.launchTemplateVersion(template, version).mappingKey(using: nil),
                    acquired: .init(image: image, resourceName: nil, mark: .sweep(at: Self.start)),
                    seen: Self.start
                ),
                replaced: nil,
                undeletedTemplate: .template(template)
            )
        }
        #expect(try await store.write(writes).isEmpty)
        let transactions = try fixture.bodies(of: "TransactWriteItems").map {
            try #require(try json($0)["TransactItems"]?.array)
        }
        #expect(transactions.count == (count + 98) / 99)
        #expect(transactions.allSatisfy { $0.count <= 100 })
        #expect(transactions.allSatisfy { $0.count { $0["ConditionCheck"] != nil } == 1 })
        #expect(transactions.reduce(0) { $0 + $1.count { $0["Put"] != nil } } == count)
    }

    @Test func anUnreadableTokenIsRefused() async throws {
        let (store, _) = try store { _, _ in CloudFixture.items([]) }
        await #expect(throws: MalformedItem(attribute: "token")) { try await store.mappings(after: "x") }
    }

    @Test func rowsThatWereNotSeen() async throws {
        let kept = UsageRow.Key(account: consumer, image: image, resource: .instance(SampleTests.instance(1)))
        let (store, fixture) = try store { _, body in
            let keys = [kept.sortKey, "coverage#eu-central-1"].map { CloudFixture.item(["resource": $0]) }
            let last = CloudFixture.item(["account_id": consumer.text, "resource": kept.sortKey])
            return CloudFixture.items(keys, more: body.contains("ExclusiveStartKey") ? nil : last)
        }
        let first = try await store.rows(of: consumer, in: region, lastSeenBefore: Self.start, after: nil)
        #expect(first.elements == [kept])
        let token = try #require(first.nextToken)
        let second = try await store.rows(of: consumer, in: region, lastSeenBefore: Self.start, after: token)
        #expect(second.nextToken == nil)
        let request = try json(fixture.bodies(of: "Query").last)
        #expect(request["KeyConditionExpression"]?.string == "#0 = :0")
        #expect(request["FilterExpression"]?.string == "#1 < :1 AND #2 = :2")
        #expect(request["ExpressionAttributeNames"]?["#1"]?.string == "last_seen")
        #expect(request["ExpressionAttributeNames"]?["#2"]?.string == "region")
        #expect(request["ExpressionAttributeValues"]?[":1"]?["S"]?.string == "2026-11-20T08:00:00.000Z")
        #expect(request["ExclusiveStartKey"]?["resource"]?["S"]?.string == kept.sortKey)
        #expect(request["ExclusiveStartKey"]?["account_id"]?["S"]?.string == consumer.text)
    }

    /// Attributes that are written and removed, and under which condition.
    @Test(
        arguments: [
            (.sweepUnderWay(started: start), ["image_id", "region", "current_sweep_started"], [], nil),
            (
                .sweepCompleted(.init(started: start, completed: start, resources: 3)),
                ["image_id", "region", "last_sweep_started", "last_sweep_completed", "resources"],
                ["current_sweep_started", "skipped", "left_out", "unavailable"], "last_sweep_started"
            ),
            (
                .sweepCompleted(.init(started: start, completed: start, skipped: ["fleets"], resources: 3)),
                ["image_id", "region", "last_sweep_started", "last_sweep_completed", "resources", "skipped"],
                ["current_sweep_started", "left_out", "unavailable"], "last_sweep_started"
            ),
            (
                .sweepCompleted(
                    .init(
                        started: start,
                        completed: start,
                        skipped: ["fleets"],
                        leftOut: ["fleets": 3],
                        unavailable: ["node-groups"],
                        resources: 3
                    )
                ),
                [
                    "image_id", "region", "last_sweep_started", "last_sweep_completed", "resources", "skipped",
                    "left_out", "unavailable",
                ], ["current_sweep_started"], "last_sweep_started"
            ),
            (
                .eventHandled(time: start, at: start), ["image_id", "region", "last_event", "last_event_handled"], [],
                "last_event"
            ),
        ] as [(CoverageChange, [String], [String], String?)]
    )
    func coverage(change: CoverageChange, set: [String], removed: [String], compared: String?) async throws {
        let (store, fixture) = try store { _, _ in .ok("{}") }
        try await store.record(change, of: consumer, in: region)
        let request = try json(fixture.bodies(of: "UpdateItem").first)
        #expect(request["Key"]?["resource"]?["S"]?.string == "coverage#eu-central-1")
        #expect(request["Key"]?["account_id"]?["S"]?.string == consumer.text)
        func named(_ expression: String) -> String {
            var text = expression
            for number in (0..<12).reversed() {
                let name = request["ExpressionAttributeNames"]?["#\(number)"]?.string ?? "?"
                text = text.replacing("#\(number)", with: name)
            }
            return text
        }
        var update = "SET " + set.enumerated().map { "\($1) = :\($0)" }.joined(separator: ", ")
        if !removed.isEmpty { update += " REMOVE " + removed.joined(separator: ", ") }
        #expect(named(request["UpdateExpression"]?.string ?? "") == update)
        #expect(
            request["ConditionExpression"]?.string.map(named)
                == compared.map { "attribute_not_exists(\($0)) OR \($0) <= :\(set.count)" }
        )
    }

    @Test func somethingLaterIsKept() async throws {
        let (store, _) = try store { _, _ in CloudFixture.dynamoDBError("ConditionalCheckFailedException") }
        try await store.record(.eventHandled(time: Self.start, at: Self.start), of: consumer, in: region)
    }

    /// What a row's condition is in DynamoDB's words. That they mean what `holds(for:)` says, the end-to-end tests show.
    @Test(
        arguments: [
            (.always, nil),
            (
                .markAfter(EventMark(time: start, eventID: "e")),
                "attribute_not_exists(account_id) OR first_seen > T OR (first_seen = T AND event_id > e)"
            ),
            (
                .markIs(EventMark(time: start, eventID: "e")),
                "attribute_not_exists(account_id) OR (first_seen = T AND event_id = e)"
            ),
            (
                .latestBefore(EventMark(time: start, eventID: "e")),
                "attribute_not_exists(account_id) OR last_seen < T OR (last_seen = T AND first_seen = T AND event_id < e)"
            ),
            (
                .latestBefore(EventMark(time: start, eventID: "swept")),
                "attribute_not_exists(account_id) OR last_seen < T OR (last_seen = T AND first_seen = T AND event_id < swept)"
                    + " OR (last_seen = T AND first_seen < T)"
            ),
        ] as [(UsageRowChange.Condition, String?)]
    )
    func conditions(condition: UsageRowChange.Condition, expected: String?) async throws {
        let (store, fixture) = try store { _, _ in .ok("{}") }
        let key = UsageRow.Key(account: consumer, image: image, resource: .instance(SampleTests.instance(1)))
        try await store.change([.delete(key, condition)])
        let request = try json(fixture.bodies(of: "DeleteItem").first)
        var text = request["ConditionExpression"]?.string
        for number in (0..<20).reversed() {
            if let name = request["ExpressionAttributeNames"]?["#\(number)"]?.string {
                text = text?.replacing("#\(number)", with: name)
            }
            if let value = request["ExpressionAttributeValues"]?[":\(number)"]?["S"]?.string {
                text = text?.replacing(":\(number)", with: value == Self.start.description ? "T" : value)
            }
        }
        #expect(text == expected)
    }
}
