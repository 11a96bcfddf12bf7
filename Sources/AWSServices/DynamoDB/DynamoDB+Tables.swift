import AWSClient

extension DynamoDB {
    /// What there is to know of a table, as far as it is needed.
    public struct DescribeTable: DynamoDBOperation {
        public static let name = "DescribeTable"

        public var table: String

        public init(table: String) {
            self.table = table
        }

        public struct Output: Sendable {
            /// `ACTIVE`, `UPDATING`, …
            public var status: String?
            /// Of about six hours ago.
            public var itemCount: Int?
            public var creationTime: Timestamp?
        }

        public func write(to json: inout JSONWriter) {
            json.member("TableName", table)
        }

        public static func output(in json: inout JSONReader) throws(ResponseFault) -> Output {
            var output = Output()
            try json.object { (json, name) throws(ResponseFault) in
                guard name == "Table" else { return try json.skip() }
                try json.object { (json, name) throws(ResponseFault) in
                    switch name {
                    case "TableStatus":
                        output.status = try json.optional { json throws(ResponseFault) in try json.string() }
                    case "ItemCount":
                        output.itemCount = try json.optional { json throws(ResponseFault) in try json.integer() }
                    case "CreationDateTime":
                        output.creationTime =
                            try json.optional { json throws(ResponseFault) in
                                Timestamp(epochSeconds: try json.number())
                            } ?? nil
                    default: try json.skip()
                    }
                }
            }
            return output
        }
    }

    /// When a table was made.
    public func creationTime(of table: String) async throws(AWSError) -> Timestamp? {
        try await client.call(DescribeTable(table: table)).creationTime
    }

    /// How many items a table has, by DynamoDB's count of about six hours ago.
    public func itemCount(of table: String) async throws(AWSError) -> Int {
        try await client.call(DescribeTable(table: table)).itemCount ?? 0
    }
}
