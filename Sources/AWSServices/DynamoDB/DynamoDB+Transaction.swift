import AWSClient

extension DynamoDB {
    /// Checks a condition on an item within a transaction, without writing it.
    public struct ConditionCheck: Sendable {
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

        func write(to json: inout JSONWriter) {
            json.member("TableName", table)
            json.member("Key", key)
            json.returnValues(.none, onConditionFailure: returnsItemOnConditionFailure)
            json.expressions(("ConditionExpression", condition))
        }
    }

    /// One write or check of a transaction.
    public enum Write: Sendable {
        case put(PutItem)
        case update(UpdateItem)
        case delete(DeleteItem)
        case check(ConditionCheck)

        func write(to json: inout JSONWriter) {
            json.object { json in
                switch self {
                case .put(let write): json.member("Put") { $0.object { write.write(to: &$0) } }
                case .update(let write): json.member("Update") { $0.object { write.write(to: &$0) } }
                case .delete(let write): json.member("Delete") { $0.object { write.write(to: &$0) } }
                case .check(let check): json.member("ConditionCheck") { $0.object { check.write(to: &$0) } }
                }
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

        public func write(to json: inout JSONWriter) {
            json.member("ClientRequestToken", clientRequestToken)
            json.member("TransactItems") { $0.array(writes) { $1.write(to: &$0) } }
        }

        public static func output(in json: inout JSONReader) throws(ResponseFault) -> EmptyOutput {
            try json.skip()
            return EmptyOutput()
        }
    }

    /// Why a write of a cancelled transaction was not made.
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CancellationReason.html>
    public struct CancellationReason: Sendable, Hashable {
        /// `None` where this write had no part in it.
        public var code: String
        public var message: String?
        /// The item that failed the condition, where the write asked for it.
        public var item: Item?

        fileprivate init(json: inout JSONReader) throws(ResponseFault) {
            var code: String?
            var message: String?
            var item: Item?
            try json.object { (json, name) throws(ResponseFault) in
                switch name {
                case "Code": code = try json.optional { json throws(ResponseFault) in try json.string() }
                case "Message": message = try json.optional { json throws(ResponseFault) in try json.string() }
                case "Item": item = try json.optional { json throws(ResponseFault) in try json.item() }
                default: try json.skip()
                }
            }
            self.code = code ?? "None"
            self.message = message
            self.item = item
        }
    }
}

extension AWSError {
    /// Whether a write of one item was refused by its condition.
    public var isConditionalCheckFailure: Bool { code == "ConditionalCheckFailedException" }

    /// The item that failed the condition of a write of one item, where the write asked for it and there is one.
    public var conditionFailedItem: DynamoDB.Item? {
        guard isConditionalCheckFailure else { return nil }
        return modeledMember("Item") { json throws(ResponseFault) in try json.item() }
    }

    /// Why each write of a cancelled transaction was not made, in the order of the writes; nil for any other error.
    public var cancellationReasons: [DynamoDB.CancellationReason]? {
        guard code == "TransactionCanceledException" else { return nil }
        return modeledMember("CancellationReasons") { json throws(ResponseFault) in
            try json.list { json throws(ResponseFault) in try DynamoDB.CancellationReason(json: &json) }
        }
    }
}
