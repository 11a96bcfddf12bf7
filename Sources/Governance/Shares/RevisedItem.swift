import AWSServices

/// Items of the shares table carry a `revision` that grows with each write, so that a write can ask whether an item is
/// still as it was read.
enum RevisedItem {
    static let revision = "revision"

    /// - Parameter revision: As read; nil where there was no item.
    static func put(
        _ texts: ItemAttributes,
        at key: DynamoDB.Item,
        revision: Int?,
        table: String
    ) -> DynamoDB.PutItem {
        var item = key.with(texts)
        item[Self.revision] = .number((revision ?? 0) + 1)
        let condition: DynamoDB.Expression =
            if let revision {
                "\(name: Self.revision) = \(.number(revision))"
            } else {
                "attribute_not_exists(\(name: ShareRecord.imageKey))"
            }
        return DynamoDB.PutItem(table: table, item: item, condition: condition)
    }
}

extension DynamoDB.Item {
    /// The attributes that are text.
    var texts: ItemAttributes { compactMapValues(\.stringValue) }

    /// This key with text attributes of other names.
    func with(_ texts: ItemAttributes) -> DynamoDB.Item {
        var item = self
        item.reserveCapacity(count + texts.count + 1)
        for (name, text) in texts { item[name] = .string(text) }
        return item
    }

    func revision() throws(MalformedItem) -> Int {
        guard let revision = self[RevisedItem.revision]?.integerValue else {
            throw MalformedItem(attribute: RevisedItem.revision)
        }
        return revision
    }
}
