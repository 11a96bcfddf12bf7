import AWSClient
import Synchronization
import TestSupport
import Testing

@testable import AWSServices

struct BatchTests {
    private func keys(_ count: Int) -> [DynamoDB.Item] {
        (0..<count).map { ["id": .number($0)] }
    }

    /// Answers a BatchGetItem with the keys as items, but leaves those unprocessed that `isLeft` says.
    private static func answer(
        _ request: TestServer.Request,
        leaving isLeft: (DynamoDB.Item) -> Bool = { _ in false }
    ) -> TestServer.Reply {
        guard let keys = try? request.batchKeys else { return .status(400) }
        let left = keys.filter(isLeft)
        var json = JSONWriter()
        json.object { json in
            json.member("Responses") { $0.map(["t": keys.filter { !isLeft($0) }]) { $0.items($1) } }
            json.member("UnprocessedKeys") { json in
                json.map(left.isEmpty ? [:] : ["t": left]) { json, left in
                    json.object { $0.member("Keys") { $0.items(left) } }
                }
            }
        }
        return .status(200, body: json.bytes)
    }

    @Test func keysAreSplitAndReadOnce() async throws {
        let fixture = try ServiceFixture { Self.answer($0) }
        let items = try await DynamoDB(fixture.client).batchGet(table: "t", keys: keys(250) + keys(250))
        #expect(Set(items) == Set(keys(250)))
        #expect(items.count == 250)
        #expect(try fixture.server.requests.map { try $0.batchKeys.count }.sorted() == [50, 100, 100])
        #expect(fixture.sleeps.isEmpty)
    }

    @Test func noKeysMakeNoRequest() async throws {
        let fixture = try ServiceFixture([])
        #expect(try await DynamoDB(fixture.client).batchGet(table: "t", keys: []) == [])
        #expect(fixture.server.requests.isEmpty)
    }

    @Test func unprocessedKeysAreAskedForAgainAfterAPause() async throws {
        let calls = Mutex(0)
        let fixture = try ServiceFixture { request in
            let call = calls.withLock { calls in
                calls += 1
                return calls
            }
            // The second request gets nothing done.
            return Self.answer(request) { key in call == 2 || (call == 1 && (key["id"]?.integerValue ?? 0) > 6) }
        }
        let items = try await DynamoDB(fixture.client).batchGet(table: "t", keys: keys(10))
        #expect(Set(items) == Set(keys(10)))
        #expect(fixture.server.requests.count == 3)
        // Half of 1 s after progress, of 2 s without.
        #expect(fixture.sleeps == [.milliseconds(500), .seconds(1)])
    }

    @Test func keysThatStayUnprocessedAreGivenUp() async throws {
        let fixture = try ServiceFixture { Self.answer($0) { _ in true } }
        let error = await failure { () throws(AWSError) in
            try await DynamoDB(fixture.client).batchGet(table: "t", keys: keys(3))
        }
        #expect(error?.kind == .throttling)
        #expect(error?.code == "UnprocessedItems")
        #expect(error?.operation == "BatchGetItem")
        #expect(fixture.server.requests.count == 8)
        #expect(fixture.sleeps.count == 7)
    }

    @Test func noPauseGoesPastTheDeadline() async throws {
        let fixture = try ServiceFixture { Self.answer($0) { _ in true } }
        let error = await AWSClient.$deadline.withValue(.now + .milliseconds(400)) {
            await failure { () throws(AWSError) in
                try await DynamoDB(fixture.client).batchGet(table: "t", keys: keys(3))
            }
        }
        #expect(error?.kind == .deadline)
        #expect(fixture.server.requests.count == 1)
    }

    @Test func writesAreSplitAndUnprocessedOnesMadeAgain() async throws {
        let written = Mutex<[DynamoDB.BatchWrite]>([])
        let calls = Mutex(0)
        let fixture = try ServiceFixture { request in
            guard let writes = try? request.batchWrites else { return .status(400) }
            // The first of the full batches is not done at once.
            let isFirst = calls.withLock { calls in
                if writes.count == 25 { calls += 1 }
                return writes.count == 25 && calls == 1
            }
            let kept = isFirst ? Array(writes.prefix(20)) : writes
            written.withLock { $0 += kept }
            let left = Array(writes.dropFirst(kept.count))
            var json = JSONWriter()
            json.object { json in
                json.member("UnprocessedItems") { json in
                    json.map(left.isEmpty ? [:] : ["t": left]) { $0.array($1) { $1.write(to: &$0) } }
                }
            }
            return .status(200, body: json.bytes)
        }
        let writes = (0..<60).map { number -> DynamoDB.BatchWrite in
            let item: DynamoDB.Item = ["id": .number(number)]
            return number % 2 == 0 ? .put(item) : .delete(key: item)
        }
        try await DynamoDB(fixture.client).batchWrite(table: "t", writes)
        #expect(written.withLock { $0.count } == 60)
        #expect(written.withLock { Set($0) } == Set(writes))
        #expect(fixture.server.requests.count == 4)
        for request in fixture.server.requests {
            #expect(try request.batchWrites.count <= 25)
        }
    }

    @Test func pagesOfAQuery() async throws {
        let fixture = try ServiceFixture([
            .ok(#"{"Items":[{"id":{"S":"a"}}],"Count":1,"ScannedCount":4,"LastEvaluatedKey":{"id":{"S":"a"}}}"#),
            .ok(#"{"Items":[{"id":{"S":"b"}}],"Count":1,"ScannedCount":1,"LastEvaluatedKey":{}}"#),
        ])
        var items: [DynamoDB.Item] = []
        for try await page in DynamoDB(fixture.client).query(.init(table: "t", keyCondition: "id = :x")) {
            items += page.items
        }
        #expect(items == [["id": "a"], ["id": "b"]])
        #expect(fixture.server.requests[1].bodyText.contains(#""ExclusiveStartKey":{"id":{"S":"a"}}"#))
    }
}
