import AWSClient

/// A value of an attribute of a DynamoDB item.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html>
public enum AttributeValue: Sendable, Hashable {
    case string(String)
    /// A decimal number of up to 38 digits, as text.
    case number(String)
    case binary([UInt8])
    case bool(Bool)
    case null
    case stringSet([String])
    case numberSet([String])
    case binarySet([[UInt8]])
    case list([AttributeValue])
    case map([String: AttributeValue])

    public static func number(_ value: Int) -> AttributeValue { .number(String(value)) }

    /// The text of a string; nil for any other type.
    public var stringValue: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    /// A number that is a whole one; nil for any other.
    public var integerValue: Int? {
        guard case .number(let text) = self else { return nil }
        return Int(text)
    }

    public var boolValue: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The bytes DynamoDB counts for the value, about: its size limits (400 KB an item, 4 MB a transaction) are on these.
    public var estimatedBytes: Int {
        switch self {
        case .string(let text): text.utf8.count
        case .number(let text): text.utf8.count / 2 + 2
        case .binary(let bytes): bytes.count
        case .bool, .null: 1
        case .stringSet(let texts): texts.reduce(0) { $0 + $1.utf8.count }
        case .numberSet(let texts): texts.reduce(0) { $0 + $1.utf8.count / 2 + 2 }
        case .binarySet(let values): values.reduce(0) { $0 + $1.count }
        case .list(let values): values.reduce(3) { $0 + $1.estimatedBytes + 1 }
        case .map(let values): values.estimatedBytes + 3 + values.count
        }
    }
}

extension AttributeValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .number(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension [String: AttributeValue] {
    /// The bytes DynamoDB counts for the names and values, about.
    public var estimatedBytes: Int {
        reduce(0) { $0 + $1.key.utf8.count + $1.value.estimatedBytes }
    }
}

extension AttributeValue {
    /// Reads a value in DynamoDB's JSON: an object with one member, named after the type.
    package init(json: inout JSONReader) throws(ResponseFault) {
        var value: AttributeValue?
        try json.object { (json, type) throws(ResponseFault) in
            guard let read = try Self.read(type, from: &json) else { return try json.skip() }
            value = read
        }
        guard let value else { throw json.fault("an attribute value of no known type") }
        self = value
    }

    private static func read(_ type: String, from json: inout JSONReader) throws(ResponseFault) -> AttributeValue? {
        switch type {
        case "S": .string(try json.string())
        case "N": .number(try json.string())
        case "B": .binary(try bytes(&json))
        case "BOOL": .bool(try json.boolean())
        case "NULL": try null(&json)
        case "SS": .stringSet(try json.list { json throws(ResponseFault) in try json.string() })
        case "NS": .numberSet(try json.list { json throws(ResponseFault) in try json.string() })
        case "BS": .binarySet(try json.list(bytes))
        case "L": .list(try json.list { json throws(ResponseFault) in try AttributeValue(json: &json) })
        case "M": .map(try json.map { json throws(ResponseFault) in try AttributeValue(json: &json) })
        default: nil
        }
    }

    private static func null(_ json: inout JSONReader) throws(ResponseFault) -> AttributeValue {
        _ = try json.boolean()
        return .null
    }

    private static func bytes(_ json: inout JSONReader) throws(ResponseFault) -> [UInt8] {
        guard let bytes = Base64.decode(try json.string()) else { throw json.fault("not base64") }
        return bytes
    }

    /// Writes the value in DynamoDB's JSON.
    package func write(to json: inout JSONWriter) {
        json.object { json in
            switch self {
            case .string(let text): json.member("S", text)
            case .number(let text): json.member("N", text)
            case .binary(let bytes): json.member("B", Base64.encode(bytes))
            case .bool(let value): json.member("BOOL", value)
            case .null: json.member("NULL", true)
            case .stringSet(let texts): json.member("SS") { $0.array(texts) { $0.string($1) } }
            case .numberSet(let texts): json.member("NS") { $0.array(texts) { $0.string($1) } }
            case .binarySet(let values):
                json.member("BS") { $0.array(values) { $0.string(Base64.encode($1)) } }
            case .list(let values): json.member("L") { $0.array(values) { $1.write(to: &$0) } }
            case .map(let values): json.member("M") { $0.map(values) { $1.write(to: &$0) } }
            }
        }
    }
}

extension JSONReader {
    /// An item or key.
    mutating func item() throws(ResponseFault) -> DynamoDB.Item {
        try map { json throws(ResponseFault) in try AttributeValue(json: &json) }
    }

    /// A list of items or keys.
    mutating func items() throws(ResponseFault) -> [DynamoDB.Item] {
        try list { json throws(ResponseFault) in try json.item() }
    }
}

extension JSONWriter {
    /// A member that is an item or key, unless it is nil.
    mutating func member(_ name: String, _ item: DynamoDB.Item?) {
        if let item { member(name) { $0.map(item) { $1.write(to: &$0) } } }
    }
}
