import AWSClient

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

        public struct Output: Sendable {
            /// Nil where there is no such item.
            public var item: Item?
        }

        public func write(to json: inout JSONWriter) {
            json.member("TableName", table)
            json.member("Key", key)
            if isConsistent { json.member("ConsistentRead", true) }
            json.expressions(("ProjectionExpression", attributes.map { .projection($0) }))
        }

        public static func output(in json: inout JSONReader) throws(ResponseFault) -> Output {
            var output = Output()
            try json.object { (json, name) throws(ResponseFault) in
                guard name == "Item" else { return try json.skip() }
                output.item = try json.optional { json throws(ResponseFault) in try json.item() }
            }
            return output
        }
    }

    /// Which attributes a write answers with.
    public enum ReturnValues: String, Sendable {
        case none = "NONE"
        case allOld = "ALL_OLD"
        case updatedOld = "UPDATED_OLD"
        case allNew = "ALL_NEW"
        case updatedNew = "UPDATED_NEW"
    }

    /// What a write of one item answers.
    public struct WriteOutput: Sendable {
        /// As ``ReturnValues`` asked; nil where there are none.
        public var attributes: Item?
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

        public func write(to json: inout JSONWriter) {
            json.member("TableName", table)
            json.member("Item", item)
            json.returnValues(returnValues, onConditionFailure: returnsItemOnConditionFailure)
            json.expressions(("ConditionExpression", condition))
        }

        public static func output(in json: inout JSONReader) throws(ResponseFault) -> WriteOutput {
            try WriteOutput(json: &json)
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

        public func write(to json: inout JSONWriter) {
            json.member("TableName", table)
            json.member("Key", key)
            json.returnValues(returnValues, onConditionFailure: returnsItemOnConditionFailure)
            json.expressions(("UpdateExpression", update), ("ConditionExpression", condition))
        }

        public static func output(in json: inout JSONReader) throws(ResponseFault) -> WriteOutput {
            try WriteOutput(json: &json)
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

        public func write(to json: inout JSONWriter) {
            json.member("TableName", table)
            json.member("Key", key)
            json.returnValues(returnValues, onConditionFailure: returnsItemOnConditionFailure)
            json.expressions(("ConditionExpression", condition))
        }

        public static func output(in json: inout JSONReader) throws(ResponseFault) -> WriteOutput {
            try WriteOutput(json: &json)
        }
    }
}

extension DynamoDB.WriteOutput {
    fileprivate init(json: inout JSONReader) throws(ResponseFault) {
        var attributes: DynamoDB.Item?
        try json.object { (json, name) throws(ResponseFault) in
            guard name == "Attributes" else { return try json.skip() }
            attributes = try json.optional { json throws(ResponseFault) in try json.item() }
        }
        self.attributes = attributes
    }
}

extension JSONWriter {
    mutating func returnValues(_ values: DynamoDB.ReturnValues, onConditionFailure: Bool) {
        if values != .none { member("ReturnValues", values.rawValue) }
        if onConditionFailure { member("ReturnValuesOnConditionCheckFailure", "ALL_OLD") }
    }
}
