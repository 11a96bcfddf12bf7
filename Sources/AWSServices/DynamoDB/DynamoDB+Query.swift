import AWSClient

extension DynamoDB {
    /// What a query or scan reads of the items it finds.
    public enum Select: String, Encodable, Sendable {
        case all = "ALL_ATTRIBUTES"
        case allProjected = "ALL_PROJECTED_ATTRIBUTES"
        case specific = "SPECIFIC_ATTRIBUTES"
        case count = "COUNT"
    }

    /// A page of items, at most 1 MB of them.
    public struct Page: Decodable, Sendable {
        /// Empty where only a count was asked for.
        public var items: [Item]
        public var count: Int
        /// How many items there were before the filter.
        public var scannedCount: Int
        /// The key to go on from; nil on the last page.
        public var lastKey: Item?

        private enum CodingKeys: String, CodingKey {
            case items = "Items"
            case count = "Count"
            case scannedCount = "ScannedCount"
            case lastKey = "LastEvaluatedKey"
        }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            items = try container.decodeIfPresent([Item].self, forKey: .items) ?? []
            count = try container.decodeIfPresent(Int.self, forKey: .count) ?? items.count
            scannedCount = try container.decodeIfPresent(Int.self, forKey: .scannedCount) ?? count
            let key = try container.decodeIfPresent(Item.self, forKey: .lastKey)
            lastKey = key?.isEmpty == true ? nil : key
        }
    }

    /// Reads the items of one partition key, in the order of their sort keys.
    public struct Query: DynamoDBOperation, PaginatedOperation {
        public typealias Output = Page
        public static let name = "Query"

        public var table: String
        public var index: String?
        public var keyCondition: Expression
        public var filter: Expression?
        /// The top-level attributes to read; all where nil.
        public var attributes: [String]?
        public var select: Select?
        public var isConsistent: Bool
        public var isDescending: Bool
        /// The largest number of items of a page, before the filter.
        public var limit: Int?
        public var startToken: Item?

        public init(
            table: String,
            index: String? = nil,
            keyCondition: Expression,
            filter: Expression? = nil,
            attributes: [String]? = nil,
            select: Select? = nil,
            isConsistent: Bool = false,
            isDescending: Bool = false,
            limit: Int? = nil,
            startToken: Item? = nil
        ) {
            self.table = table
            self.index = index
            self.keyCondition = keyCondition
            self.filter = filter
            self.attributes = attributes
            self.select = select
            self.isConsistent = isConsistent
            self.isDescending = isDescending
            self.limit = limit
            self.startToken = startToken
        }

        public static func nextToken(of output: Page) -> Item? { output.lastKey }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: ReadKey.self)
            try container.encode(table, forKey: .table)
            try container.encodeIfPresent(index, forKey: .index)
            try container.encodeIfPresent(select, forKey: .select)
            if isConsistent { try container.encode(true, forKey: .isConsistent) }
            if isDescending { try container.encode(false, forKey: .isForward) }
            try container.encodeIfPresent(limit, forKey: .limit)
            try container.encodeIfPresent(startToken, forKey: .startKey)
            let projection = attributes.map { Expression.projection($0) }
            try DynamoDB.encode(
                [(.keyCondition, keyCondition), (.filter, filter), (.projection, projection)],
                to: encoder
            )
        }
    }

    /// Reads the items of a whole table or index.
    public struct Scan: DynamoDBOperation, PaginatedOperation {
        public typealias Output = Page
        public static let name = "Scan"

        public var table: String
        public var index: String?
        public var filter: Expression?
        /// The top-level attributes to read; all where nil.
        public var attributes: [String]?
        public var select: Select?
        public var isConsistent: Bool
        /// The largest number of items of a page, before the filter.
        public var limit: Int?
        /// Which part of a scan in parallel, and of how many.
        public var segment: (number: Int, of: Int)?
        public var startToken: Item?

        public init(
            table: String,
            index: String? = nil,
            filter: Expression? = nil,
            attributes: [String]? = nil,
            select: Select? = nil,
            isConsistent: Bool = false,
            limit: Int? = nil,
            segment: (number: Int, of: Int)? = nil,
            startToken: Item? = nil
        ) {
            self.table = table
            self.index = index
            self.filter = filter
            self.attributes = attributes
            self.select = select
            self.isConsistent = isConsistent
            self.limit = limit
            self.segment = segment
            self.startToken = startToken
        }

        public static func nextToken(of output: Page) -> Item? { output.lastKey }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: ReadKey.self)
            try container.encode(table, forKey: .table)
            try container.encodeIfPresent(index, forKey: .index)
            try container.encodeIfPresent(select, forKey: .select)
            if isConsistent { try container.encode(true, forKey: .isConsistent) }
            try container.encodeIfPresent(limit, forKey: .limit)
            try container.encodeIfPresent(segment?.number, forKey: .segment)
            try container.encodeIfPresent(segment?.of, forKey: .segments)
            try container.encodeIfPresent(startToken, forKey: .startKey)
            let projection = attributes.map { Expression.projection($0) }
            try DynamoDB.encode([(.filter, filter), (.projection, projection)], to: encoder)
        }
    }

    /// The members of Query and Scan that hold no expression.
    private enum ReadKey: String, CodingKey {
        case table = "TableName"
        case index = "IndexName"
        case select = "Select"
        case isConsistent = "ConsistentRead"
        case isForward = "ScanIndexForward"
        case limit = "Limit"
        case segment = "Segment"
        case segments = "TotalSegments"
        case startKey = "ExclusiveStartKey"
    }
}
