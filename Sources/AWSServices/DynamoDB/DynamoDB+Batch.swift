import AWSClient

extension DynamoDB {
    /// Reads up to 100 items of one table.
    public struct BatchGetItem: DynamoDBOperation {
        public static let name = "BatchGetItem"

        public var table: String
        public var keys: [Item]
        /// The top-level attributes to read; all where nil.
        public var attributes: [String]?
        public var isConsistent: Bool

        public init(table: String, keys: [Item], attributes: [String]? = nil, isConsistent: Bool = false) {
            self.table = table
            self.keys = keys
            self.attributes = attributes
            self.isConsistent = isConsistent
        }

        public struct Output: Sendable {
            /// The items found, by table, in no order.
            public var items: [String: [Item]] = [:]
            /// The keys the service did not come to, by table.
            public var unprocessedKeys: [String: [Item]] = [:]
        }

        public func write(to json: inout JSONWriter) {
            json.member("RequestItems") { json in
                json.map([table: self]) { json, _ in
                    json.object { json in
                        json.member("Keys") { $0.array(keys) { $0.map($1) { $1.write(to: &$0) } } }
                        if isConsistent { json.member("ConsistentRead", true) }
                        json.expressions(("ProjectionExpression", attributes.map { .projection($0) }))
                    }
                }
            }
        }

        public static func output(in json: inout JSONReader) throws(ResponseFault) -> Output {
            var output = Output()
            try json.object { (json, name) throws(ResponseFault) in
                switch name {
                case "Responses":
                    let items = try json.optional { json throws(ResponseFault) in
                        try json.map { json throws(ResponseFault) in try json.items() }
                    }
                    output.items = items ?? [:]
                case "UnprocessedKeys":
                    let keys = try json.optional { json throws(ResponseFault) in try json.map(keysOfTable) }
                    output.unprocessedKeys = keys ?? [:]
                default: try json.skip()
                }
            }
            return output
        }

        private static func keysOfTable(_ json: inout JSONReader) throws(ResponseFault) -> [Item] {
            var keys: [Item] = []
            try json.object { (json, name) throws(ResponseFault) in
                if name == "Keys" { keys = try json.items() } else { try json.skip() }
            }
            return keys
        }
    }

    /// One write of a batch, which knows no conditions.
    public enum BatchWrite: Sendable, Hashable {
        case put(Item)
        case delete(key: Item)

        package init(json: inout JSONReader) throws(ResponseFault) {
            var write: BatchWrite?
            try json.object { (json, kind) throws(ResponseFault) in
                try json.object { (json, name) throws(ResponseFault) in
                    switch (kind, name) {
                    case ("PutRequest", "Item"): write = .put(try json.item())
                    case ("DeleteRequest", "Key"): write = .delete(key: try json.item())
                    default: try json.skip()
                    }
                }
            }
            guard let write else { throw json.fault("a write of no known kind") }
            self = write
        }

        package func write(to json: inout JSONWriter) {
            json.object { json in
                switch self {
                case .put(let item): json.member("PutRequest") { $0.object { $0.member("Item", item) } }
                case .delete(let key): json.member("DeleteRequest") { $0.object { $0.member("Key", key) } }
                }
            }
        }
    }

    /// Puts and deletes up to 25 items of one table, each on its own.
    public struct BatchWriteItem: DynamoDBOperation {
        public static let name = "BatchWriteItem"

        public var table: String
        public var writes: [BatchWrite]

        public init(table: String, writes: [BatchWrite]) {
            self.table = table
            self.writes = writes
        }

        public struct Output: Sendable {
            /// The writes the service did not come to, by table.
            public var unprocessedItems: [String: [BatchWrite]] = [:]
        }

        public func write(to json: inout JSONWriter) {
            json.member("RequestItems") { $0.map([table: writes]) { $0.array($1) { $1.write(to: &$0) } } }
        }

        public static func output(in json: inout JSONReader) throws(ResponseFault) -> Output {
            var output = Output()
            try json.object { (json, name) throws(ResponseFault) in
                guard name == "UnprocessedItems" else { return try json.skip() }
                let writes = try json.optional { json throws(ResponseFault) in
                    try json.map { json throws(ResponseFault) in
                        try json.list { json throws(ResponseFault) in try BatchWrite(json: &json) }
                    }
                }
                output.unprocessedItems = writes ?? [:]
            }
            return output
        }
    }
}

extension DynamoDB {
    /// Reads any number of items of one table: 100 a request, several requests at a time, unprocessed keys again after a
    /// pause.
    ///
    /// - Returns: the items found, in no order. A key that occurs twice gives its item once.
    public func batchGet(
        table: String,
        keys: [Item],
        attributes: [String]? = nil,
        isConsistent: Bool = false
    ) async throws(AWSError) -> [Item] {
        var seen: Set<Item> = []
        let chunks = keys.filter { seen.insert($0).inserted }.chunks(of: 100)
        return try await concurrentMap(chunks, limit: Self.concurrency) { chunk throws(AWSError) in
            var items: [Item] = []
            var operation = BatchGetItem(table: table, keys: chunk, attributes: attributes, isConsistent: isConsistent)
            try await untilProcessed(operation: BatchGetItem.name) { () throws(AWSError) in
                let output = try await client.call(operation)
                items += output.items[table] ?? []
                let before = operation.keys.count
                operation.keys = output.unprocessedKeys[table] ?? []
                return (before, operation.keys.count)
            }
            return items
        }.flatMap { $0 }
    }

    /// Puts and deletes any number of items of one table without conditions: 25 a request, several requests at a time,
    /// unprocessed writes again after a pause. No two writes may be of the same item.
    public func batchWrite(table: String, _ writes: [BatchWrite]) async throws(AWSError) {
        _ = try await concurrentMap(writes.chunks(of: 25), limit: Self.concurrency) { chunk throws(AWSError) in
            var operation = BatchWriteItem(table: table, writes: chunk)
            try await untilProcessed(operation: BatchWriteItem.name) { () throws(AWSError) in
                let output = try await client.call(operation)
                let before = operation.writes.count
                operation.writes = output.unprocessedItems[table] ?? []
                return (before, operation.writes.count)
            }
        }
    }

    /// Makes requests until nothing is left unprocessed. The pause grows with each request in a row that got nothing done;
    /// after eight of them it is given up.
    private func untilProcessed(
        operation: String,
        _ request: () async throws(AWSError) -> (before: Int, left: Int)
    ) async throws(AWSError) {
        var idle = 0
        while true {
            let (before, left) = try await request()
            guard left > 0 else { return }
            idle = left < before ? 0 : idle + 1
            guard idle < 8 else {
                throw AWSError(
                    kind: .throttling,
                    code: "UnprocessedItems",
                    message: "\(left) items were left unprocessed by \(idle) requests in a row",
                    service: AWSService.dynamoDB.sdkID,
                    operation: operation,
                    attempts: idle
                )
            }
            try await client.pause(attempt: idle + 1, service: .dynamoDB, operation: operation)
        }
    }
}
