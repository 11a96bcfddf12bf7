import AWSClient
import AWSServices

/// The usage table of the creator's account and the mapping table of the own one.
public struct DynamoDBUsageStore: UsageStore {
    /// With the credentials of the cross-account role.
    let creator: DynamoDB
    let usageTable: String
    let own: DynamoDB
    let mappingTable: String
    /// How long a released mapping is remembered, against events that come late.
    let tombstoneDays: Int64

    public init(creator: DynamoDB, usageTable: String, own: DynamoDB, mappingTable: String, tombstoneDays: Int64) {
        self.creator = creator
        self.usageTable = usageTable
        self.own = own
        self.mappingTable = mappingTable
        self.tombstoneDays = tombstoneDays
    }

    // MARK: Mapping

    public func mappings(_ keys: [MappingKey]) async throws -> [MappingKey: MappingRecord] {
        let items = try await own.batchGet(table: mappingTable, keys: keys.map(key(of:)), isConsistent: true)
        let records = try items.map(mapping(_:))
        return Dictionary(records.map { ($0.key, $0) }) { first, _ in first }
    }

    public func mappings(ofVersionsOf template: LaunchTemplateID) async throws -> [MappingRecord] {
        try await mappings(of: template.text).filter { $0.key != .template(template) }
    }

    public func mappings(ofUsesBy resource: Resource) async throws -> [MappingRecord] {
        try await mappings(of: resource.mappingKey(using: nil).resourceID).filter { $0.key.resource == resource }
    }

    /// All parts of a resource's record.
    private func mappings(of resourceID: String) async throws -> [MappingRecord] {
        var records: [MappingRecord] = []
        let query = DynamoDB.Query(
            table: mappingTable,
            keyCondition: "\(name: MappingRecord.resourceKey) = \(.string(resourceID))",
            isConsistent: true
        )
        for try await page in own.query(query) { records += try page.items.map(mapping(_:)) }
        return records
    }

    public func write(_ writes: [MappingWrite]) async throws -> Set<MappingKey> {
        var conditional: [DynamoDB.ConditionalWrite] = []
        var keys: [MappingKey?] = []
        var versions: [MappingKey: Int] = [:]
        for write in writes {
            // What is released stays so, whether its template is deleted or not.
            let template = write.record.state == .released ? nil : write.undeletedTemplate
            let number = template.map { versions[$0, default: 0] } ?? 0
            let group = template.map { "\($0.resourceID) \(number / Self.maximumGroup)" }
            if let template { versions[template] = number + 1 }
            if let template, number.isMultiple(of: Self.maximumGroup) {
                let check = DynamoDB.ConditionCheck(
                    table: mappingTable,
                    key: key(of: template),
                    condition: Self.isAbsent
                )
                conditional.append(.init(.check(check), group: group))
                keys.append(nil)
            }
            let item = item(of: write.record)
            let condition = write.replaced.map(Self.isUnchanged(from:)) ?? Self.isAbsent
            conditional.append(.init(.put(.init(table: mappingTable, item: item, condition: condition)), group: group))
            keys.append(write.record.key)
        }
        let outcomes = try await own.writeConditionally(conditional)
        return Set(zip(keys, outcomes).compactMap { key, outcome in outcome == .written ? nil : key })
    }

    /// Versions of a launch template in one transaction, which takes 100 writes, with the check of the template.
    private static let maximumGroup = 99

    func key(of key: MappingKey) -> DynamoDB.Item {
        [MappingRecord.resourceKey: .string(key.resourceID), MappingRecord.partKey: .string(key.part)]
    }

    private func item(of record: MappingRecord) -> DynamoDB.Item {
        var item = key(of: record.key).with(record.attributes)
        if let expiry = record.expiry(afterDays: tombstoneDays) {
            item[MappingRecord.expiryAttribute] = .number(Int(expiry))
        }
        return item
    }

    func mapping(_ item: DynamoDB.Item) throws -> MappingRecord {
        guard let resourceID = item[MappingRecord.resourceKey]?.stringValue else {
            throw MalformedItem(attribute: MappingRecord.resourceKey)
        }
        guard let part = item[MappingRecord.partKey]?.stringValue else {
            throw MalformedItem(attribute: MappingRecord.partKey)
        }
        let key = MappingKey(resourceID: resourceID, part: part)
        return try MappingRecord(key: key, attributes: item.compactMapValues(\.stringValue))
    }

    static let isAbsent: DynamoDB.Expression = "attribute_not_exists(\(name: MappingRecord.resourceKey))"

    /// From these the rest of a mapping's attributes follows.
    private static let decidingAttributes = [
        "image_id", "acquired_time", "acquired_id", "intended", "released_time", "released_id",
        MappingRecord.foundAttribute, MappingRecord.seenAttribute, "idle", MappingRecord.revivedAttribute,
        MappingRecord.touchesAttribute,
    ]

    /// Whether an item still has every attribute that the record was read from, and none that it was read without.
    private static func isUnchanged(from record: MappingRecord) -> DynamoDB.Expression {
        let attributes = record.attributes
        let deciding = decidingAttributes.map { name -> DynamoDB.Expression in
            guard let value = attributes[name] else { return "attribute_not_exists(\(name: name))" }
            return "\(name: name) = \(.string(value))"
        }
        return deciding.dropFirst().reduce(deciding[0]) { "\($0) AND \($1)" }
    }

    // MARK: Usage

    public func change(_ rows: [UsageRowChange]) async throws {
        // What fails its condition has been overtaken.
        _ = try await creator.writeConditionally(rows.map { .init(write(for: $0)) })
    }

    private func write(for change: UsageRowChange) -> DynamoDB.Write {
        let key = key(of: change.key)
        let condition = Self.expression(change.condition)
        switch change {
        case .put(let row, _):
            return .put(.init(table: usageTable, item: key.with(row.attributes), condition: condition))
        case .delete:
            return .delete(.init(table: usageTable, key: key, condition: condition))
        }
    }

    private func key(of key: UsageRow.Key) -> DynamoDB.Item {
        [UsageRow.Key.accountKey: .string(key.account.text), UsageRow.Key.resourceKey: .string(key.sortKey)]
    }

    private static func expression(_ condition: UsageRowChange.Condition) -> DynamoDB.Expression? {
        let firstSeen: DynamoDB.Expression = "\(name: UsageRow.firstSeenAttribute)"
        let eventID: DynamoDB.Expression = "\(name: UsageRow.eventIDAttribute)"
        let lastSeen: DynamoDB.Expression = "\(name: UsageRow.lastSeenAttribute)"
        let holds: DynamoDB.Expression
        switch condition {
        case .always: return nil
        case .markAfter(let bound):
            let (time, id) = values(of: bound)
            holds = "\(firstSeen) > \(time) OR (\(firstSeen) = \(time) AND \(eventID) > \(id))"
        case .markIs(let mark):
            let (time, id) = values(of: mark)
            holds = "(\(firstSeen) = \(time) AND \(eventID) = \(id))"
        case .latestBefore(let bound):
            let (time, id) = values(of: bound)
            let tie: DynamoDB.Expression = "\(lastSeen) = \(time) AND \(firstSeen) = \(time) AND \(eventID) < \(id)"
            // Of a row that a sweep has seen since it began, the sweep's mark is the latest.
            let seen: DynamoDB.Expression =
                EventMark.sweepID < bound.eventID
                ? " OR (\(lastSeen) = \(time) AND \(firstSeen) < \(time))" : ""
            holds = "\(lastSeen) < \(time) OR (\(tie))\(seen)"
        }
        return "attribute_not_exists(\(name: UsageRow.Key.accountKey)) OR \(holds)"
    }

    private static func values(of mark: EventMark) -> (time: DynamoDB.Expression, id: DynamoDB.Expression) {
        ("\(.string(mark.time.description))", "\(.string(mark.eventID))")
    }
}
