extension DynamoDB {
    /// Reads one item.
    public struct GetItem: DynamoDBOperation {
        public static let name = "GetItem"

        public var table: String
        public var key: Item
        /// The top-level attributes to read; all where nil.
        public var attributes: [String]?
        public var isConsistent: Bool

        public init(table: String, key: Item, attributes: [String]? = nil, isConsistent: Bool = false) {
            self.table = table
            self.key = key
            self.attributes = attributes
            self.isConsistent = isConsistent
        }

        public struct Output: Decodable, Sendable {
            /// Nil where there is no such item.
            public var item: Item?

            private enum CodingKeys: String, CodingKey {
                case item = "Item"
            }
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: ItemKey.self)
            try container.encode(table, forKey: .table)
            try container.encode(key, forKey: .key)
            if isConsistent { try container.encode(true, forKey: .isConsistent) }
            try DynamoDB.encode([(.projection, attributes.map { .projection($0) })], to: encoder)
        }
    }

    /// Which attributes a write answers with.
    public enum ReturnValues: String, Encodable, Sendable {
        case none = "NONE"
        case allOld = "ALL_OLD"
        case updatedOld = "UPDATED_OLD"
        case allNew = "ALL_NEW"
        case updatedNew = "UPDATED_NEW"
    }

    /// What a write of one item answers.
    public struct WriteOutput: Decodable, Sendable {
        /// As ``ReturnValues`` asked; nil where there are none.
        public var attributes: Item?

        private enum CodingKeys: String, CodingKey {
            case attributes = "Attributes"
        }
    }

    /// Creates or replaces an item.
    public struct PutItem: DynamoDBOperation {
        public typealias Output = WriteOutput
        public static let name = "PutItem"

        public var table: String
        public var item: Item
        public var condition: Expression?
        /// `none` or `allOld`; not in a transaction.
        public var returnValues: ReturnValues
        /// Whether a failed condition answers with the item that failed it: ``AWSClient/AWSError/conditionFailedItem``.
        public var returnsItemOnConditionFailure: Bool

        public init(
            table: String,
            item: Item,
            condition: Expression? = nil,
            returnValues: ReturnValues = .none,
            returnsItemOnConditionFailure: Bool = false
        ) {
            self.table = table
            self.item = item
            self.condition = condition
            self.returnValues = returnValues
            self.returnsItemOnConditionFailure = returnsItemOnConditionFailure
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: ItemKey.self)
            try container.encode(table, forKey: .table)
            try container.encode(item, forKey: .item)
            try container.encodeReturnValues(returnValues, onConditionFailure: returnsItemOnConditionFailure)
            try DynamoDB.encode([(.condition, condition)], to: encoder)
        }
    }

    /// Creates or changes an item.
    public struct UpdateItem: DynamoDBOperation {
        public typealias Output = WriteOutput
        public static let name = "UpdateItem"

        public var table: String
        public var key: Item
        public var update: Expression?
        public var condition: Expression?
        /// Not in a transaction.
        public var returnValues: ReturnValues
        /// Whether a failed condition answers with the item that failed it: ``AWSClient/AWSError/conditionFailedItem``.
        public var returnsItemOnConditionFailure: Bool

        public init(
            table: String,
            key: Item,
            update: Expression?,
            condition: Expression? = nil,
            returnValues: ReturnValues = .none,
            returnsItemOnConditionFailure: Bool = false
        ) {
            self.table = table
            self.key = key
            self.update = update
            self.condition = condition
            self.returnValues = returnValues
            self.returnsItemOnConditionFailure = returnsItemOnConditionFailure
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: ItemKey.self)
            try container.encode(table, forKey: .table)
            try container.encode(key, forKey: .key)
            try container.encodeReturnValues(returnValues, onConditionFailure: returnsItemOnConditionFailure)
            try DynamoDB.encode([(.update, update), (.condition, condition)], to: encoder)
        }
    }

    /// Deletes an item; one that does not exist is no error.
    public struct DeleteItem: DynamoDBOperation {
        public typealias Output = WriteOutput
        public static let name = "DeleteItem"

        public var table: String
        public var key: Item
        public var condition: Expression?
        /// `none` or `allOld`; not in a transaction.
        public var returnValues: ReturnValues
        /// Whether a failed condition answers with the item that failed it: ``AWSClient/AWSError/conditionFailedItem``.
        public var returnsItemOnConditionFailure: Bool

        public init(
            table: String,
            key: Item,
            condition: Expression? = nil,
            returnValues: ReturnValues = .none,
            returnsItemOnConditionFailure: Bool = false
        ) {
            self.table = table
            self.key = key
            self.condition = condition
            self.returnValues = returnValues
            self.returnsItemOnConditionFailure = returnsItemOnConditionFailure
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: ItemKey.self)
            try container.encode(table, forKey: .table)
            try container.encode(key, forKey: .key)
            try container.encodeReturnValues(returnValues, onConditionFailure: returnsItemOnConditionFailure)
            try DynamoDB.encode([(.condition, condition)], to: encoder)
        }
    }

    /// The members of the operations on one item that hold no expression.
    enum ItemKey: String, CodingKey {
        case table = "TableName"
        case key = "Key"
        case item = "Item"
        case isConsistent = "ConsistentRead"
        case returnValues = "ReturnValues"
        case returnOnConditionFailure = "ReturnValuesOnConditionCheckFailure"
    }
}

extension KeyedEncodingContainer<DynamoDB.ItemKey> {
    mutating func encodeReturnValues(_ values: DynamoDB.ReturnValues, onConditionFailure: Bool) throws {
        if values != .none { try encode(values, forKey: .returnValues) }
        if onConditionFailure { try encode(DynamoDB.ReturnValues.allOld, forKey: .returnOnConditionFailure) }
    }
}
