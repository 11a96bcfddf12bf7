import AWSClient

/// Amazon DynamoDB: the operations on items.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/>
public struct DynamoDB: Sendable {
    /// An item, or the key of one: attribute values by name.
    public typealias Item = [String: AttributeValue]

    public let client: AWSClient

    public init(_ client: AWSClient) {
        self.client = client
    }

    /// How many requests an operation that splits its work has under way at a time.
    static let concurrency = 8

    public func getItem(_ input: GetItem) async throws(AWSError) -> Item? {
        try await client.call(input).item
    }

    public func putItem(_ input: PutItem) async throws(AWSError) -> WriteOutput {
        try await client.call(input)
    }

    public func updateItem(_ input: UpdateItem) async throws(AWSError) -> WriteOutput {
        try await client.call(input)
    }

    public func deleteItem(_ input: DeleteItem) async throws(AWSError) -> WriteOutput {
        try await client.call(input)
    }

    /// The pages of a query, asked for one after another.
    public func query(_ input: Query) -> AWSPages<Query> {
        client.pages(input)
    }

    /// The pages of a scan, asked for one after another.
    public func scan(_ input: Scan) -> AWSPages<Scan> {
        client.pages(input)
    }

    public func transactWriteItems(_ input: TransactWriteItems) async throws(AWSError) {
        _ = try await client.call(input)
    }
}

/// An operation of DynamoDB.
public protocol DynamoDBOperation: AWSJSONOperation {
    /// Writes the members of the input.
    func write(to json: inout JSONWriter)

    static func output(in json: inout JSONReader) throws(ResponseFault) -> Output
}

extension DynamoDBOperation {
    public static var api: AWSJSONAPI {
        AWSJSONAPI(service: .dynamoDB, version: .json10, targetPrefix: "DynamoDB_20120810")
    }

    public func body() -> [UInt8] {
        var json = JSONWriter()
        json.object { write(to: &$0) }
        return json.bytes
    }

    public static func output(in body: [UInt8]) throws -> Output {
        try JSONReader.read(body) { json throws(ResponseFault) in try output(in: &json) }
    }
}
