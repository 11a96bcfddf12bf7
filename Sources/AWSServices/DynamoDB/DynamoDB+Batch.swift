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

        public struct Output: Decodable, Sendable {
            /// The items found, by table, in no order.
            public var items: [String: [Item]]
            /// The keys the service did not come to, by table.
            public var unprocessedKeys: [String: [Item]]

            private enum CodingKeys: String, CodingKey {
                case items = "Responses"
                case unprocessed = "UnprocessedKeys"
            }

            private struct Request: Decodable {
                var keys: [Item]

                private enum CodingKeys: String, CodingKey {
                    case keys = "Keys"
                }
            }

            public init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                items = try container.decodeIfPresent([String: [Item]].self, forKey: .items) ?? [:]
                let unprocessed = try container.decodeIfPresent([String: Request].self, forKey: .unprocessed)
                unprocessedKeys = unprocessed?.mapValues(\.keys) ?? [:]
            }
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: BatchKey.self)
            try container.encode([table: Request(operation: self)], forKey: .requestItems)
        }

        private struct Request: Encodable {
            var operation: BatchGetItem

            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: BatchKey.self)
                try container.encode(operation.keys, forKey: .keys)
                if operation.isConsistent { try container.encode(true, forKey: .isConsistent) }
                let projection = operation.attributes.map { Expression.projection($0) }
                try DynamoDB.encode([(.projection, projection)], to: encoder)
            }
        }
    }

    /// One write of a batch, which knows no conditions.
    public enum BatchWrite: Codable, Sendable, Hashable {
        case put(Item)
        case delete(key: Item)

        private enum CodingKeys: String, CodingKey {
            case put = "PutRequest"
            case delete = "DeleteRequest"
        }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            if container.contains(.put) {
                let put = try container.nestedContainer(keyedBy: ItemKey.self, forKey: .put)
                self = .put(try put.decode(Item.self, forKey: .item))
            } else {
                let delete = try container.nestedContainer(keyedBy: ItemKey.self, forKey: .delete)
                self = .delete(key: try delete.decode(Item.self, forKey: .key))
            }
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            switch self {
            case .put(let item):
                var put = container.nestedContainer(keyedBy: ItemKey.self, forKey: .put)
                try put.encode(item, forKey: .item)
            case .delete(let key):
                var delete = container.nestedContainer(keyedBy: ItemKey.self, forKey: .delete)
                try delete.encode(key, forKey: .key)
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

        public struct Output: Decodable, Sendable {
            /// The writes the service did not come to, by table.
            public var unprocessedItems: [String: [BatchWrite]]

            private enum CodingKeys: String, CodingKey {
                case unprocessed = "UnprocessedItems"
            }

            public init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                let unprocessed = try container.decodeIfPresent([String: [BatchWrite]].self, forKey: .unprocessed)
                unprocessedItems = unprocessed ?? [:]
            }
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: BatchKey.self)
            try container.encode([table: writes], forKey: .requestItems)
        }
    }

    private enum BatchKey: String, CodingKey {
        case requestItems = "RequestItems"
        case keys = "Keys"
        case isConsistent = "ConsistentRead"
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
