import AWSClient
import AWSServices
import Testing

@testable import Governance

/// What the usage table has of an account that is gone.
@Suite struct ForgettingTests {
    /// More than a month after ``swept(_:at:skipped:resources:)`` and ``row(_:of:named:image:)``.
    private static let later = time("2026-12-24T10:00:00Z")

    private static let garbage = ["account_id": consumer.text, "resource": "nonsense", "last_seen": "yesterday"]

    private static func texts(_ row: UsageRow) -> [String: String] {
        row.attributes.merging(["account_id": row.key.account.text, "resource": row.key.sortKey]) { first, _ in first }
    }

    private static func texts(_ record: CoverageRecord) -> [String: String] {
        record.attributes.merging(["account_id": record.account.text, "resource": record.sortKey]) { first, _ in first }
    }

    private static let everything =
        (instances(2) + [version(3)]).map { texts($0) } + [garbage, texts(swept(consumer))]

    private func contents(_ items: [[String: String]]) -> AccountContents {
        var contents = AccountContents(account: consumer)
        for item in items { contents.add(item.mapValues { .string($0) }) }
        return contents
    }

    private func tables(_ table: UsageTableOnPaper) throws -> (GovernanceTables, CloudFixture) {
        let fixture = try CloudFixture { table.reply($0, $1) }
        return (GovernanceTables(DynamoDB(fixture.client), sharesTable: "shares", usageTable: "usage"), fixture)
    }

    // MARK: What is there

    @Test func everythingIsCounted() {
        let contents = contents(Self.everything)
        #expect(contents.counts == [.instance: 2, .launchTemplate: 1])
        #expect(contents.images == [image])
        #expect(contents.unreadable.map(\.attribute) == ["resource"])
        #expect(contents.coverage.keys.sorted() == ["coverage#eu-central-1"])
        #expect(contents.itemCount == 5)
        #expect(contents.lastSign == time("2026-11-20T09:30:02Z"))
    }

    @Test func itIsDepartedOnceNothingWasHeardForSoLong() {
        let contents = contents(Self.everything)
        #expect(!contents.isDeparted(after: 30, now: time("2026-12-20T09:30:02Z")))
        #expect(contents.isDeparted(after: 30, now: time("2026-12-20T09:30:03Z")))
    }

    @Test func whatWasSeenOfAResourceIsASignAsWell() {
        var seen = Self.texts(version(4))
        seen["last_seen"] = "2026-12-20T10:00:00.000Z"
        let contents = contents(Self.everything + [seen])
        // By a sweep, whose marks are ten minutes before it looked.
        #expect(contents.lastSign == time("2026-12-20T10:10:00Z"))
        #expect(!contents.isDeparted(after: 30, now: Self.later))
    }

    @Test func whereNothingTellsWhenItIsNotDeparted() {
        var unreadable = Self.texts(swept(consumer))
        unreadable["last_event"] = "yesterday"
        let silent = Self.texts(CoverageRecord(account: consumer, region: region))
        let old = Self.texts(version(3))
        #expect(contents([old]).isDeparted(after: 30, now: Self.later))
        for items in [[old, unreadable], [old, silent], [Self.garbage], []] {
            #expect(!contents(items).isDeparted(after: 30, now: Self.later))
        }
    }

    // MARK: Deleting

    @Test func everyItemIsDeletedTheCoverageFirst() async throws {
        let table = UsageTableOnPaper(Self.everything, pageSize: 2)
        let (tables, fixture) = try tables(table)
        var counts: [Int] = []
        let contents = try await tables.contents(of: consumer) { counts.append($0) }
        #expect(counts == [2, 4, 5])
        let query = try JSONValue(parsing: Array((fixture.bodies(of: "Query").first ?? "").utf8))
        #expect(query["ConsistentRead"] == .boolean(true))
        #expect(query["TableName"]?.string == "usage")
        #expect(query["IndexName"] == nil)

        var progress: [Int] = []
        #expect(try await tables.forget(contents) { progress.append($0) } == .init(deleted: 5))
        #expect(table.keys == [])
        #expect(progress == [1, 5])
        #expect(fixture.operations.filter { $0 != "Query" } == ["DeleteItem", "TransactWriteItems"])
        #expect(fixture.bodies(of: "DeleteItem").allSatisfy { $0.contains("coverage#eu-central-1") })

        // Again there is nothing left to do.
        let nothing = try await tables.contents(of: consumer)
        #expect(try await tables.forget(nothing) == .init())
        #expect(nothing.itemCount == 0)
    }

    @Test(arguments: ["first_seen", "last_seen", "event_id"])
    func aRowThatWasWrittenSinceIsKept(attribute: String) async throws {
        let table = UsageTableOnPaper(Self.everything)
        let (tables, _) = try tables(table)
        let contents = try await tables.contents(of: consumer)
        table.set(attribute, "2026-12-24T10:00:00.000Z", of: version(3).key.sortKey)
        #expect(try await tables.forget(contents) == .init(deleted: 4, kept: 1))
        #expect(table.keys == [version(3).key.sortKey])
    }

    @Test(arguments: CoverageRecord.Attribute.times)
    func ofATrackerThatWasHeardOfSinceAllIsKept(attribute: String) async throws {
        let table = UsageTableOnPaper(Self.everything)
        let (tables, fixture) = try tables(table)
        let contents = try await tables.contents(of: consumer)
        table.set(attribute, "2026-12-24T10:00:00.000Z", of: "coverage#eu-central-1")
        #expect(try await tables.forget(contents) == .init(kept: 5))
        #expect(table.keys.count == 5)
        #expect(fixture.bodies(of: "TransactWriteItems").isEmpty)
    }

    @Test func theCoverageOfSeveralRegionsGoesAsAWhole() async throws {
        let other = Self.texts(CoverageRecord(account: consumer, region: .init(checked: "us-east-1")))
        let table = UsageTableOnPaper(Self.everything + [other])
        let (tables, _) = try tables(table)
        let contents = try await tables.contents(of: consumer)
        table.set("last_event", "2026-12-24T10:00:00.000Z", of: "coverage#us-east-1")
        #expect(try await tables.forget(contents) == .init(kept: 6))
        #expect(table.keys.count == 6)
        #expect(try await tables.forget(try await tables.contents(of: consumer)) == .init(deleted: 6))
    }

    @Test func whatIsNotThereAnyMoreIsDeleted() async throws {
        let table = UsageTableOnPaper(Self.everything)
        let (tables, _) = try tables(table)
        let contents = try await tables.contents(of: consumer)
        table.remove(version(3).key.sortKey)
        table.remove("coverage#eu-central-1")
        #expect(try await tables.forget(contents) == .init(deleted: 5))
        #expect(table.keys == [])
    }

    @Test func manyRowsGoInTransactionsNoFasterThanThePartitionTakes() async throws {
        let table = UsageTableOnPaper(instances(1001).map { Self.texts($0) })
        // Throttling and conflicts are waited for.
        table.cancellations.withLock { $0 = ["ThrottlingError", "TransactionConflict"] }
        let (tables, fixture) = try tables(table)
        var progress: [Int] = []
        let contents = try await tables.contents(of: consumer)
        #expect(contents.itemCount == 1001)
        #expect(try await tables.forget(contents) { progress.append($0) } == .init(deleted: 1001))
        #expect(table.keys == [])
        #expect(progress == [0, 400, 800, 1001])
        #expect(fixture.slept >= .seconds(2))
    }

    @Test func whereItFailsTheRestIsDeletedLater() async throws {
        let table = UsageTableOnPaper(Self.everything)
        table.cancellations.withLock { $0 = ["ValidationError"] }
        let (tables, _) = try tables(table)
        let contents = try await tables.contents(of: consumer)
        await #expect(throws: AWSError.self) { try await tables.forget(contents) }
        #expect(table.keys.count == 4)
        let rest = try await tables.contents(of: consumer)
        #expect(rest.coverage.isEmpty)
        #expect(rest.isDeparted(after: 30, now: Self.later))
        #expect(try await tables.forget(rest) == .init(deleted: 4))
    }
}

extension CoverageRecord.Attribute {
    fileprivate static let times = [
        lastSweepStarted, lastSweepCompleted, currentSweepStarted, lastEvent, lastEventHandled,
    ]
}
