import AWSClient
import AWSServices

extension DynamoDBUsageStore: SweepStore {
    // MARK: Checkpoint

    public func checkpoint() async throws -> SweepCheckpoint? {
        let keys = [key(of: SweepCheckpoint.key)]
        let items = try await own.batchGet(table: mappingTable, keys: keys, isConsistent: true)
        return try items.first.map { try SweepCheckpoint(attributes: $0.texts) }
    }

    public func write(_ checkpoint: SweepCheckpoint, replacing revision: Int?) async throws -> Bool {
        let attributes = checkpoint.attributes.mapValues { AttributeValue.string($0) }
        let item = key(of: SweepCheckpoint.key).merging(attributes) { key, _ in key }
        let condition: DynamoDB.Expression =
            revision.map { "\(name: SweepCheckpoint.revisionAttribute) = \(.string(String($0)))" } ?? Self.isAbsent
        let put = DynamoDB.PutItem(table: mappingTable, item: item, condition: condition)
        return try await own.writeConditionally([.init(.put(put))]) == [.written]
    }

    // MARK: Pages

    /// Below what a page of 1 MB holds: a page is done again where it was not finished.
    private static let pageSize = 1000

    public func mappings(after token: String?) async throws -> SweepPage<MappingRecord> {
        let scan = DynamoDB.Scan(
            table: mappingTable,
            filter: """
                attribute_exists(\(name: "image_id")) AND \
                \(name: "state") <> \(.string(MappingRecord.State.released.rawValue))
                """,
            isConsistent: true,
            limit: Self.pageSize,
            startToken: try token.map(startKey(_:))
        )
        for try await page in own.scan(scan) {
            // What is not as this software writes it is no record of a use.
            let records = page.items.compactMap { try? mapping($0) }
            return SweepPage(records, nextToken: page.lastKey.flatMap(Self.token(of:)))
        }
        return SweepPage([])
    }

    /// The part, which never has a line break in it, and the rest.
    private static func token(of key: DynamoDB.Item) -> String? {
        guard let id = key[MappingRecord.resourceKey]?.stringValue, let part = key[MappingRecord.partKey]?.stringValue
        else { return nil }
        return part + "\n" + id
    }

    private func startKey(_ token: String) throws -> DynamoDB.Item {
        let parts = token.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw MalformedItem(attribute: "token") }
        return key(of: MappingKey(resourceID: String(parts[1]), part: String(parts[0])))
    }

    public func rows(
        of account: AccountID,
        in region: Region,
        lastSeenBefore time: EventTime,
        after token: String?
    ) async throws -> SweepPage<UsageRow.Key> {
        let query = DynamoDB.Query(
            table: usageTable,
            keyCondition: "\(name: UsageRow.Key.accountKey) = \(.string(account.text))",
            filter: """
                \(name: UsageRow.lastSeenAttribute) < \(.string(time.description)) AND \
                \(name: "region") = \(.string(region.text))
                """,
            attributes: [UsageRow.Key.resourceKey],
            isConsistent: true,
            startToken: token.map {
                [UsageRow.Key.accountKey: .string(account.text), UsageRow.Key.resourceKey: .string($0)]
            }
        )
        for try await page in creator.query(query) {
            let keys = page.items.compactMap { item in
                item[UsageRow.Key.resourceKey]?.stringValue.flatMap { UsageRow.Key(account: account, sortKey: $0) }
            }
            return SweepPage(keys, nextToken: page.lastKey?[UsageRow.Key.resourceKey]?.stringValue)
        }
        return SweepPage([])
    }

    // MARK: Coverage

    public func record(_ change: CoverageChange, of account: AccountID, in region: Region) async throws {
        let update = DynamoDB.UpdateItem(
            table: usageTable,
            key: [
                UsageRow.Key.accountKey: .string(account.text),
                UsageRow.Key.resourceKey: .string(CoverageRecord.sortKey(in: region)),
            ],
            update: Self.update(change, region),
            condition: Self.condition(change)
        )
        // Where the condition does not hold, something later is recorded.
        _ = try await creator.writeConditionally([.init(.update(update))])
    }

    private static func update(_ change: CoverageChange, _ region: Region) -> DynamoDB.Expression {
        typealias Attribute = CoverageRecord.Attribute
        var values: [(name: String, value: String)] = [
            (UsageRow.Key.imageKey, CoverageRecord.imageKeyValue), (Attribute.region, region.text),
        ]
        var removed: [String] = []
        switch change {
        case .sweepUnderWay(let started):
            values.append((Attribute.currentSweepStarted, started.description))
        case .sweepCompleted(let sweep):
            values += [
                (Attribute.lastSweepStarted, sweep.started.description),
                (Attribute.lastSweepCompleted, sweep.completed.description),
                (Attribute.resources, String(sweep.resources)),
            ]
            removed.append(Attribute.currentSweepStarted)
            let gaps = sweep.gaps
            for name in [Attribute.skipped, Attribute.leftOut, Attribute.unavailable] {
                if let gap = gaps[name] { values.append((name, gap)) } else { removed.append(name) }
            }
        case .eventHandled(let time, let handled):
            values += [
                (Attribute.lastEvent, time.description), (Attribute.lastEventHandled, handled.description),
            ]
        }
        let set = values.map { "\(name: $0.name) = \(.string($0.value))" as DynamoDB.Expression }
        let update: DynamoDB.Expression = "SET \(joined(set))"
        if removed.isEmpty { return update }
        return "\(update) REMOVE \(joined(removed.map { "\(name: $0)" as DynamoDB.Expression }))"
    }

    private static func joined(_ expressions: [DynamoDB.Expression]) -> DynamoDB.Expression {
        expressions.dropFirst().reduce(expressions[0]) { "\($0), \($1)" }
    }

    private static func condition(_ change: CoverageChange) -> DynamoDB.Expression? {
        switch change {
        case .sweepUnderWay: nil
        case .sweepCompleted(let sweep): isLater(CoverageRecord.Attribute.lastSweepStarted, sweep.started)
        case .eventHandled(let time, _): isLater(CoverageRecord.Attribute.lastEvent, time)
        }
    }

    /// Whether the time is not before the one that is recorded, if any.
    private static func isLater(_ attribute: String, _ time: EventTime) -> DynamoDB.Expression {
        "attribute_not_exists(\(name: attribute)) OR \(name: attribute) <= \(.string(time.description))"
    }
}
