import AWSClient

/// A JSON value, for documents of which only a part is known and the rest is to be kept as it is.
public enum JSONValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    public var object: [String: JSONValue]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    public var array: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    public var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The elements that are strings, where this is an array.
    public var strings: [String] { (array ?? []).compactMap(\.string) }

    /// The member of that name, where this is an object that has it.
    public subscript(name: String) -> JSONValue? { object?[name] }

    public init(strings: [String]) {
        self = .array(strings.map(JSONValue.string))
    }

    /// The value in a document.
    public init(parsing document: some Sequence<UInt8>) throws {
        self = try JSONDocument.decode(JSONValue.self, from: Array(document))
    }

    /// The document: sorted names, slashes not escaped, so that equal values are equal bytes.
    public func document() throws -> [UInt8] {
        try JSONDocument.encode(self)
    }
}

extension JSONValue: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .boolean(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}
