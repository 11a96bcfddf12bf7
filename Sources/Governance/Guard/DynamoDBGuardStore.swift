import AWSClient
import AWSServices

/// The guard's records in the shares table.
///
/// AWS calls: `dynamodb:BatchGetItem`, `dynamodb:GetItem` and `dynamodb:PutItem` on the shares table.
public struct DynamoDBGuardStore: GuardStore {
    let dynamoDB: DynamoDB
    let table: String

    /// The partition key of the item that says where an unfinished run ended; no image has it.
    static let cursorKeyValue = "guard"
    private static let lastImage = "last_image_id"

    public init(_ dynamoDB: DynamoDB, table: String) {
        self.dynamoDB = dynamoDB
        self.table = table
    }

    private func key(_ image: String) -> DynamoDB.Item {
        [ShareRecord.imageKey: .string(image), ShareRecord.principalKey: .string(GuardRecord.sortKey)]
    }

    public func records(of images: [ImageID]) async throws -> [ImageID: Stored<GuardRecord>] {
        let items = try await dynamoDB.batchGet(table: table, keys: images.map { key($0.text) }, isConsistent: true)
        var records: [ImageID: Stored<GuardRecord>] = [:]
        for item in items {
            guard let image = item[ShareRecord.imageKey]?.stringValue.flatMap(ImageID.init(_:)) else { continue }
            let record =
                (try? GuardRecord(image: image, attributes: item.texts))
                ?? GuardRecord(image: image, status: .left, time: EventTime(milliseconds: 0))
            records[image] = Stored(record, revision: try item.revision())
        }
        return records
    }

    public func write(_ record: GuardRecord, revision: Int?) async throws -> Int? {
        let key = key(record.image.text)
        let put = RevisedItem.put(record.attributes, at: key, revision: revision, table: table)
        let outcomes = try await dynamoDB.writeConditionally([.init(.put(put))])
        return outcomes == [.written] ? (revision ?? 0) + 1 : nil
    }

    public func cursor() async throws -> ImageID? {
        let key = key(Self.cursorKeyValue)
        let item = try await dynamoDB.getItem(.init(table: table, key: key, isConsistent: true))
        return item?[Self.lastImage]?.stringValue.flatMap(ImageID.init(_:))
    }

    public func write(cursor: ImageID?) async throws {
        var item = key(Self.cursorKeyValue)
        if let cursor { item[Self.lastImage] = .string(cursor.text) }
        _ = try await dynamoDB.putItem(.init(table: table, item: item))
    }
}
