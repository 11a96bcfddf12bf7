import AWSClient
import AWSServices

/// The shares table: an item for each principal of an image (``ShareRecord``) and one for the image itself
/// (``ImageRecord``), with the partition key `image_id` and the sort key `principal`.
public struct DynamoDBShareStore: ShareStore {
    let dynamoDB: DynamoDB
    let table: String

    public init(_ dynamoDB: DynamoDB, table: String) {
        self.dynamoDB = dynamoDB
        self.table = table
    }

    public func imageRecord(of image: ImageID) async throws -> Stored<ImageRecord>? {
        let key = key(of: image, ImageRecord.sortKey)
        guard let item = try await dynamoDB.getItem(.init(table: table, key: key, isConsistent: true)) else {
            return nil
        }
        return try imageRecord(of: image, item)
    }

    public func shareRecords(of image: ImageID, principals: [Principal]?) async throws -> [Stored<ShareRecord>] {
        if let principals {
            let keys = principals.map { key(of: image, $0.description) }
            let items = try await dynamoDB.batchGet(table: table, keys: keys, isConsistent: true)
            return try items.compactMap { try shareRecord(of: image, $0) }
        }
        var records: [Stored<ShareRecord>] = []
        for try await page in dynamoDB.query(items(of: image)) {
            records += try page.items.compactMap { try shareRecord(of: image, $0) }
        }
        return records
    }

    /// All that is recorded of an image, as one query reads it.
    func records(of image: ImageID) async throws -> (image: Stored<ImageRecord>?, shares: [Stored<ShareRecord>]) {
        var records: (image: Stored<ImageRecord>?, shares: [Stored<ShareRecord>]) = (nil, [])
        for try await page in dynamoDB.query(items(of: image)) {
            for item in page.items {
                if item[ShareRecord.principalKey]?.stringValue == ImageRecord.sortKey {
                    records.image = try imageRecord(of: image, item)
                } else if let record = try shareRecord(of: image, item) {
                    records.shares.append(record)
                }
            }
        }
        return records
    }

    /// Everything there is about an image: who has it, and who was told of its losses.
    func contents(of image: ImageID) async throws(AWSError) -> SharesContents {
        var contents = SharesContents()
        for try await page in dynamoDB.query(items(of: image)) {
            for item in page.items { contents.add(item) }
        }
        return contents
    }

    public func write(_ record: ImageRecord, revision: Int?) async throws -> Bool {
        let write = put(record.attributes, at: key(of: record.image, ImageRecord.sortKey), revision: revision)
        return try await dynamoDB.writeConditionally([write]) == [.written]
    }

    public func write(_ records: [(record: ShareRecord, revision: Int?)]) async throws -> [Principal] {
        let writes = records.map { record, revision in
            put(record.attributes, at: key(of: record.image, record.principal.description), revision: revision)
        }
        let outcomes = try await dynamoDB.writeConditionally(writes)
        return zip(records, outcomes).compactMap { $1 == .written ? nil : $0.record.principal }
    }

    private func key(of image: ImageID, _ sortKey: String) -> DynamoDB.Item {
        [ShareRecord.imageKey: .string(image.text), ShareRecord.principalKey: .string(sortKey)]
    }

    private func items(of image: ImageID) -> DynamoDB.Query {
        DynamoDB.Query(
            table: table,
            keyCondition: "\(name: ShareRecord.imageKey) = \(.string(image.text))",
            isConsistent: true
        )
    }

    private func imageRecord(of image: ImageID, _ item: DynamoDB.Item) throws -> Stored<ImageRecord> {
        Stored(try ImageRecord(image: image, attributes: item.texts), revision: try item.revision())
    }

    /// `nil` for an item that is not a principal's: the image's own, or the record of an alert.
    private func shareRecord(of image: ImageID, _ item: DynamoDB.Item) throws -> Stored<ShareRecord>? {
        guard let sortKey = item[ShareRecord.principalKey]?.stringValue else {
            throw MalformedItem(attribute: ShareRecord.principalKey)
        }
        guard let principal = Principal(sortKey) else { return nil }
        let record = try ShareRecord(image: image, principal: principal, attributes: item.texts)
        return Stored(record, revision: try item.revision())
    }

    private func put(_ texts: ItemAttributes, at key: DynamoDB.Item, revision: Int?) -> DynamoDB.ConditionalWrite {
        .init(.put(RevisedItem.put(texts, at: key, revision: revision, table: table)))
    }
}
