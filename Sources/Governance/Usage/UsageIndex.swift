import AWSClient
import AWSServices

/// The usage table's index by image: rows sorted by account. It follows the table within a second or so.
struct UsageIndex: Sendable {
    let dynamoDB: DynamoDB
    let table: String
    let index: String

    /// The pages of an image's rows, asked for one after another.
    func pages(of image: ImageID) -> AWSPages<DynamoDB.Query> {
        dynamoDB.query(
            .init(
                table: table,
                index: index,
                keyCondition: "\(name: UsageRow.Key.imageKey) = \(.string(image.text))"
            )
        )
    }

    func forEachRow(of image: ImageID, _ body: (UsageRow) throws -> Void) async throws {
        for try await page in pages(of: image) {
            for item in page.items { try body(try Self.row(item)) }
        }
    }

    static func row(_ item: DynamoDB.Item) throws(MalformedItem) -> UsageRow {
        guard let text = item[UsageRow.Key.accountKey]?.stringValue, let account = AccountID(text) else {
            throw MalformedItem(attribute: UsageRow.Key.accountKey)
        }
        guard let sortKey = item[UsageRow.Key.resourceKey]?.stringValue else {
            throw MalformedItem(attribute: UsageRow.Key.resourceKey)
        }
        return try UsageRow(account: account, sortKey: sortKey, attributes: item.texts)
    }
}
