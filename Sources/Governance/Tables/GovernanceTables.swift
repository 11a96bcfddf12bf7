import AWSClient
import AWSServices

/// The creator account's two tables, as people ask them: everything there, or everything about one image. Reading is
/// paginated; what is not as this software writes it is counted and told, and keeps nothing else from being read.
public struct GovernanceTables: Sendable {
    public let dynamoDB: DynamoDB
    public let sharesTable: String
    public let usageTable: String
    /// The usage table's index by image.
    public let imageIndex: String

    public init(_ dynamoDB: DynamoDB, sharesTable: String, usageTable: String, imageIndex: String = "image") {
        self.dynamoDB = dynamoDB
        self.sharesTable = sharesTable
        self.usageTable = usageTable
        self.imageIndex = imageIndex
    }

    /// What the shares table says, of one image or of all.
    ///
    /// - Parameter progress: Called after each page with the number of items read so far.
    public func shares(
        of image: ImageID? = nil,
        progress: (Int) -> Void = { _ in }
    ) async throws(AWSError) -> SharesContents {
        var contents = SharesContents()
        if let image {
            let query = DynamoDB.Query(
                table: sharesTable,
                keyCondition: "\(name: ShareRecord.imageKey) = \(.string(image.text))"
            )
            for try await page in dynamoDB.query(query) {
                for item in page.items { contents.add(item) }
                progress(contents.itemCount)
            }
        } else {
            for try await page in dynamoDB.scan(.init(table: sharesTable)) {
                for item in page.items { contents.add(item) }
                progress(contents.itemCount)
            }
        }
        return contents
    }

    /// Hands over the rows of an image, sorted by account.
    ///
    /// - Returns: The rows that cannot be read.
    public func forEachUsage(
        of image: ImageID,
        _ body: (UsageRow) -> Void
    ) async throws(AWSError) -> [UnreadableItem] {
        var unreadable: [UnreadableItem] = []
        for try await page in UsageIndex(dynamoDB: dynamoDB, table: usageTable, index: imageIndex).pages(of: image) {
            for item in page.items {
                switch UsageTableItem(item) {
                case .row(let row): body(row)
                case .coverage: break
                case .unreadable(let item): unreadable.append(item)
                }
            }
        }
        return unreadable
    }

    /// How well each account's use of images in a region is known, of those that have a usage tracker.
    public func coverage(in region: Region) async throws(AWSError) -> [AccountID: CoverageEntry] {
        try await CoverageIndex(dynamoDB, table: usageTable, index: imageIndex).entries(in: region)
    }

    /// Everything of the usage table: the use of every image by every account, and the coverage.
    ///
    /// - Parameters:
    ///   - limit: How many resources are kept of each image, account and kind; all are counted.
    ///   - progress: Called after each page with the number of items read so far.
    public func usage(
        in region: Region,
        limit: Int,
        progress: (Int) -> Void = { _ in }
    ) async throws(AWSError) -> UsageContents {
        var contents = UsageContents()
        for try await page in dynamoDB.scan(.init(table: usageTable)) {
            for item in page.items { contents.add(UsageTableItem(item), region: region, limit: limit) }
            progress(contents.itemCount)
        }
        return contents
    }
}

/// An item of a table that is not as this software writes it. Consumer accounts write their own rows: one of them can put
/// anything there.
public struct UnreadableItem: Error, Hashable, Sendable, CustomStringConvertible {
    /// `shares` or `usage`.
    public let table: String
    /// The text of the partition key: an image of the shares table, an account of the usage table.
    public let key: String
    public let attribute: String

    public var description: String { "an item of \(key) in the \(table) table has no valid \(attribute)" }
}

/// What an item of the usage table is.
public enum UsageTableItem: Hashable, Sendable {
    case row(UsageRow)
    /// What an account notes of its sweeps and events in one region.
    case coverage(AccountID, sortKey: String, CoverageEntry)
    case unreadable(UnreadableItem)

    init(_ item: DynamoDB.Item) {
        let key = item[UsageRow.Key.accountKey]?.stringValue
        do throws(MalformedItem) {
            guard let account = key.flatMap(AccountID.init(_:)) else {
                throw MalformedItem(attribute: UsageRow.Key.accountKey)
            }
            guard let sortKey = item[UsageRow.Key.resourceKey]?.stringValue else {
                throw MalformedItem(attribute: UsageRow.Key.resourceKey)
            }
            guard !sortKey.hasPrefix(CoverageRecord.sortKeyPrefix) else {
                self = .coverage(account, sortKey: sortKey, Self.coverage(account, sortKey, item.texts))
                return
            }
            self = .row(try UsageRow(account: account, sortKey: sortKey, attributes: item.texts))
        } catch {
            self = .unreadable(UnreadableItem(table: "usage", key: key ?? "unknown", attribute: error.attribute))
        }
    }

    private static func coverage(_ account: AccountID, _ sortKey: String, _ texts: ItemAttributes) -> CoverageEntry {
        do throws(MalformedItem) {
            return .record(try CoverageRecord(account: account, sortKey: sortKey, attributes: texts))
        } catch {
            return .unreadable(attribute: error.attribute)
        }
    }
}
