import AWSClient

extension DynamoDB {
    /// What a query or scan reads of the items it finds.
    public enum Select: String, Sendable {
        case all = "ALL_ATTRIBUTES"
        case allProjected = "ALL_PROJECTED_ATTRIBUTES"
        case specific = "SPECIFIC_ATTRIBUTES"
        case count = "COUNT"
    }

    /// A page of items, at most 1 MB of them.
    public struct Page: Sendable {
        /// Empty where only a count was asked for.
        public var items: [Item]
        public var count: Int
        /// How many items there were before the filter.
        public var scannedCount: Int
        /// The key to go on from; nil on the last page.
        public var lastKey: Item?

        fileprivate init(json: inout JSONReader) throws(ResponseFault) {
            var items: [Item]?
            var count: Int?
            var scannedCount: Int?
            var lastKey: Item?
            try json.object { (json, name) throws(ResponseFault) in
                switch name {
                case "Items": items = try json.optional { json throws(ResponseFault) in try json.items() }
                case "Count": count = try json.optional { json throws(ResponseFault) in try json.integer() }
                case "ScannedCount":
                    scannedCount = try json.optional { json throws(ResponseFault) in try json.integer() }
                case "LastEvaluatedKey":
                    lastKey = try json.optional { json throws(ResponseFault) in try json.item() }
                default: try json.skip()
                }
            }
            self.items = items ?? []
            self.count = count ?? self.items.count
            self.scannedCount = scannedCount ?? self.count
            self.lastKey = lastKey?.isEmpty == true ? nil : lastKey
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

        public func write(to json: inout JSONWriter) {
            json.member("TableName", table)
            json.member("IndexName", index)
            json.member("Select", select?.rawValue)
            if isConsistent { json.member("ConsistentRead", true) }
            if isDescending { json.member("ScanIndexForward", false) }
            json.member("Limit", limit)
            json.member("ExclusiveStartKey", startToken)
            json.expressions(
                ("KeyConditionExpression", keyCondition),
                ("FilterExpression", filter),
                ("ProjectionExpression", attributes.map { .projection($0) })
            )
        }

        public static func output(in json: inout JSONReader) throws(ResponseFault) -> Page {
            try Page(json: &json)
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

        public func write(to json: inout JSONWriter) {
            json.member("TableName", table)
            json.member("IndexName", index)
            json.member("Select", select?.rawValue)
            if isConsistent { json.member("ConsistentRead", true) }
            json.member("Limit", limit)
            json.member("Segment", segment?.number)
            json.member("TotalSegments", segment?.of)
            json.member("ExclusiveStartKey", startToken)
            json.expressions(
                ("FilterExpression", filter),
                ("ProjectionExpression", attributes.map { .projection($0) })
            )
        }

        public static func output(in json: inout JSONReader) throws(ResponseFault) -> Page {
            try Page(json: &json)
        }
    }
}
