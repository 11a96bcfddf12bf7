import AWSClient
import AWSServices

/// Records of alerts, in the shares table: sort key `alert#<account>#<loss>`.
public struct DynamoDBAlertStore: Sendable {
    /// The key of a record.
    public struct Key: Hashable, Sendable {
        public let image: ImageID
        public let account: AccountID
        /// The same text for every report of the same loss.
        public let loss: String

        public init(image: ImageID, account: AccountID, loss: String) {
            self.image = image
            self.account = account
            self.loss = loss
        }

        var item: DynamoDB.Item {
            [
                ShareRecord.imageKey: .string(image.text),
                ShareRecord.principalKey: .string("\(Self.prefix)\(account)#\(loss)"),
            ]
        }

        private static let prefix = "alert#"

        /// Reads the sort key of ``item``; nil where it is not an alert's.
        init?(image: ImageID, sortKey: String) {
            let parts = sortKey.split(separator: "#", maxSplits: 2, omittingEmptySubsequences: false)
            guard sortKey.hasPrefix(Self.prefix), parts.count == 3, let account = AccountID(String(parts[1])) else {
                return nil
            }
            self.init(image: image, account: account, loss: String(parts[2]))
        }
    }

    let dynamoDB: DynamoDB
    let table: String

    /// How long the record of an alert is kept.
    private static let retentionDays: Int64 = 400

    public init(_ dynamoDB: DynamoDB, table: String) {
        self.dynamoDB = dynamoDB
        self.table = table
    }

    public func record(at key: Key) async throws -> Stored<AlertRecord>? {
        guard let item = try await dynamoDB.getItem(.init(table: table, key: key.item, isConsistent: true)) else {
            return nil
        }
        return Stored(try AlertRecord(attributes: item.texts), revision: try item.revision())
    }

    /// Writes a record if it is still as it was read.
    ///
    /// - Parameter revision: As read; nil where there was none.
    /// - Returns: the record's new revision; nil where someone else has written it since.
    public func write(_ record: AlertRecord, at key: Key, revision: Int?) async throws -> Int? {
        var write = RevisedItem.put(record.attributes, at: key.item, revision: revision, table: table)
        let expiry = record.lossTime.advanced(bySeconds: Self.retentionDays * 86_400)
        write.item["expires_at"] = .number(Int(expiry.epochSeconds))
        let outcomes = try await dynamoDB.writeConditionally([.init(.put(write))])
        return outcomes == [.written] ? (revision ?? 0) + 1 : nil
    }
}
