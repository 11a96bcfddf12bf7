import AWSClient
import AWSServices
import LambdaRuntime

/// The usage table's index by image: rows sorted by account. It follows the table within a second or so.
struct UsageIndex: Sendable {
    let dynamoDB: DynamoDB
    let table: String
    let index: String

    /// The pages of an image's rows, of one account or of all, asked for one after another.
    func pages(of image: ImageID, account: AccountID? = nil, limit: Int? = nil) -> AWSPages<DynamoDB.Query> {
        let ofImage: DynamoDB.Expression = "\(name: UsageRow.Key.imageKey) = \(.string(image.text))"
        let condition =
            account.map { "\(ofImage) AND \(name: UsageRow.Key.accountKey) = \(.string($0.text))" } ?? ofImage
        return dynamoDB.query(.init(table: table, index: index, keyCondition: condition, limit: limit))
    }

    /// Whether there is any row of the image, readable or not.
    func hasRows(of image: ImageID) async throws(AWSError) -> Bool {
        for try await page in pages(of: image, limit: 1) where !page.items.isEmpty { return true }
        return false
    }

    /// A row that is not as this software writes it. Consumer accounts write their own rows: one of them can put anything
    /// there.
    struct UnreadableRow: LambdaError {
        let account: String
        let attribute: String

        var errorMessage: String { "a usage row of account \(account) has no valid \(attribute)" }
    }

    /// The rows that can be read, in their order, and what is wrong with the others.
    static func rows(_ items: [DynamoDB.Item]) -> (rows: [UsageRow], unreadable: [UnreadableRow]) {
        var rows: [UsageRow] = []
        var unreadable: [UnreadableRow] = []
        for item in items {
            do throws(UnreadableRow) { rows.append(try row(item)) } catch { unreadable.append(error) }
        }
        return (rows, unreadable)
    }

    private static func row(_ item: DynamoDB.Item) throws(UnreadableRow) -> UsageRow {
        do throws(MalformedItem) {
            return try parsed(item)
        } catch {
            let account = item[UsageRow.Key.accountKey]?.stringValue ?? "unknown"
            throw UnreadableRow(account: account, attribute: error.attribute)
        }
    }

    private static func parsed(_ item: DynamoDB.Item) throws(MalformedItem) -> UsageRow {
        guard let text = item[UsageRow.Key.accountKey]?.stringValue, let account = AccountID(text) else {
            throw MalformedItem(attribute: UsageRow.Key.accountKey)
        }
        guard let sortKey = item[UsageRow.Key.resourceKey]?.stringValue else {
            throw MalformedItem(attribute: UsageRow.Key.resourceKey)
        }
        return try UsageRow(account: account, sortKey: sortKey, attributes: item.texts)
    }
}
