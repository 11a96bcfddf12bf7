import AWSClient
import AWSServices

/// The coverage of every account that has a usage tracker, from the usage table's index by image: one request for some
/// thousands of accounts. It follows the table within a second or so.
public struct CoverageIndex: Sendable {
    let dynamoDB: DynamoDB
    let table: String
    let index: String

    public init(_ dynamoDB: DynamoDB, table: String, index: String) {
        self.dynamoDB = dynamoDB
        self.table = table
        self.index = index
    }

    /// The coverage of one region, by account.
    public func entries(in region: Region) async throws(AWSError) -> [AccountID: CoverageEntry] {
        var entries: [AccountID: CoverageEntry] = [:]
        let query = DynamoDB.Query(
            table: table,
            index: index,
            keyCondition: "\(name: UsageRow.Key.imageKey) = \(.string(CoverageRecord.imageKeyValue))"
        )
        for try await page in dynamoDB.query(query) {
            for item in page.items {
                guard let (account, entry) = Self.entry(item, in: region) else { continue }
                entries[account] = entry
            }
        }
        return entries
    }

    /// Nil for the item of another region, and for one whose account is none.
    static func entry(_ item: DynamoDB.Item, in region: Region) -> (AccountID, CoverageEntry)? {
        guard let account = item[UsageRow.Key.accountKey]?.stringValue.flatMap(AccountID.init(_:)),
            let sortKey = item[UsageRow.Key.resourceKey]?.stringValue, sortKey == CoverageRecord.sortKey(in: region)
        else { return nil }
        do throws(MalformedItem) {
            return (account, .record(try CoverageRecord(account: account, sortKey: sortKey, attributes: item.texts)))
        } catch {
            return (account, .unreadable(attribute: error.attribute))
        }
    }
}
