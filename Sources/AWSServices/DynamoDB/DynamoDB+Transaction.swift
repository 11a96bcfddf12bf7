import AWSClient

extension DynamoDB {
    /// Checks a condition on an item within a transaction, without writing it.
    public struct ConditionCheck: Encodable, Sendable {
        public var table: String
        public var key: Item
        public var condition: Expression
        /// Whether a failed condition answers with the item that failed it.
        public var returnsItemOnConditionFailure: Bool

        public init(
            table: String,
            key: Item,
            condition: Expression,
            returnsItemOnConditionFailure: Bool = false
        ) {
            self.table = table
            self.key = key
            self.condition = condition
            self.returnsItemOnConditionFailure = returnsItemOnConditionFailure
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: ItemKey.self)
            try container.encode(table, forKey: .table)
            try container.encode(key, forKey: .key)
            try container.encodeReturnValues(.none, onConditionFailure: returnsItemOnConditionFailure)
            try DynamoDB.encode([(.condition, condition)], to: encoder)
        }
    }

    /// One write or check of a transaction.
    public enum Write: Encodable, Sendable {
        case put(PutItem)
        case update(UpdateItem)
        case delete(DeleteItem)
        case check(ConditionCheck)

        private enum CodingKeys: String, CodingKey {
            case put = "Put"
            case update = "Update"
            case delete = "Delete"
            case check = "ConditionCheck"
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            switch self {
            case .put(let write): try container.encode(write, forKey: .put)
            case .update(let write): try container.encode(write, forKey: .update)
            case .delete(let write): try container.encode(write, forKey: .delete)
            case .check(let check): try container.encode(check, forKey: .check)
            }
        }

        public var table: String {
            switch self {
            case .put(let write): write.table
            case .update(let write): write.table
            case .delete(let write): write.table
            case .check(let check): check.table
            }
        }

        /// The bytes the write adds to a transaction, about.
        var estimatedBytes: Int {
            switch self {
            case .put(let write): write.item.estimatedBytes + (write.condition?.estimatedBytes ?? 0)
            case .update(let write):
                write.key.estimatedBytes + (write.update?.estimatedBytes ?? 0) + (write.condition?.estimatedBytes ?? 0)
            case .delete(let write): write.key.estimatedBytes + (write.condition?.estimatedBytes ?? 0)
            case .check(let check): check.key.estimatedBytes + check.condition.estimatedBytes
            }
        }

        var returnsItemOnConditionFailure: Bool {
            get {
                switch self {
                case .put(let write): write.returnsItemOnConditionFailure
                case .update(let write): write.returnsItemOnConditionFailure
                case .delete(let write): write.returnsItemOnConditionFailure
                case .check(let check): check.returnsItemOnConditionFailure
                }
            }
            set {
                switch self {
                case .put(var write):
                    write.returnsItemOnConditionFailure = newValue
                    self = .put(write)
                case .update(var write):
                    write.returnsItemOnConditionFailure = newValue
                    self = .update(write)
                case .delete(var write):
                    write.returnsItemOnConditionFailure = newValue
                    self = .delete(write)
                case .check(var check):
                    check.returnsItemOnConditionFailure = newValue
                    self = .check(check)
                }
            }
        }
    }

    /// Performs up to 100 writes and checks, of up to 4 MB together, all or none. No two may be of the same item.
    public struct TransactWriteItems: DynamoDBOperation {
        public typealias Output = EmptyOutput
        public static let name = "TransactWriteItems"

        public var writes: [Write]
        /// A repetition within ten minutes with the same token and the same writes changes nothing more, so that a
        /// transaction whose answer was lost can be sent again. At most 36 characters.
        public var clientRequestToken: String

        public init(writes: [Write], clientRequestToken: String) {
            self.writes = writes
            self.clientRequestToken = clientRequestToken
        }

        private enum CodingKeys: String, CodingKey {
            case writes = "TransactItems"
            case clientRequestToken = "ClientRequestToken"
        }
    }

    /// Why a write of a cancelled transaction was not made.
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CancellationReason.html>
    public struct CancellationReason: Decodable, Sendable, Hashable {
        /// `None` where this write had no part in it.
        public var code: String
        public var message: String?
        /// The item that failed the condition, where the write asked for it.
        public var item: Item?

        private enum CodingKeys: String, CodingKey {
            case code = "Code"
            case message = "Message"
            case item = "Item"
        }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            code = try container.decodeIfPresent(String.self, forKey: .code) ?? "None"
            message = try container.decodeIfPresent(String.self, forKey: .message)
            item = try container.decodeIfPresent(Item.self, forKey: .item)
        }
    }
}

extension AWSError {
    /// Whether a write of one item was refused by its condition.
    public var isConditionalCheckFailure: Bool { code == "ConditionalCheckFailedException" }

    /// The item that failed the condition of a write of one item, where the write asked for it and there is one.
    public var conditionFailedItem: DynamoDB.Item? {
        guard isConditionalCheckFailure else { return nil }
        return modeledMembers(as: DynamoDB.ErrorMembers.self)?.item
    }

    /// Why each write of a cancelled transaction was not made, in the order of the writes; nil for any other error.
    public var cancellationReasons: [DynamoDB.CancellationReason]? {
        guard code == "TransactionCanceledException" else { return nil }
        return modeledMembers(as: DynamoDB.ErrorMembers.self)?.cancellationReasons
    }
}

extension DynamoDB {
    fileprivate struct ErrorMembers: Decodable {
        var item: Item?
        var cancellationReasons: [CancellationReason]?

        private enum CodingKeys: String, CodingKey {
            case item = "Item"
            case cancellationReasons = "CancellationReasons"
        }
    }
}
