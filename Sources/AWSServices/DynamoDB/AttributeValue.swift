import FoundationEssentials

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

extension AttributeValue: Codable {
    private enum CodingKeys: String, CodingKey {
        case string = "S"
        case number = "N"
        case binary = "B"
        case bool = "BOOL"
        case null = "NULL"
        case stringSet = "SS"
        case numberSet = "NS"
        case binarySet = "BS"
        case list = "L"
        case map = "M"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard let key = container.allKeys.first else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "an attribute value of no known type")
            )
        }
        self =
            switch key {
            case .string: .string(try container.decode(String.self, forKey: key))
            case .number: .number(try container.decode(String.self, forKey: key))
            case .binary: .binary([UInt8](try container.decode(Data.self, forKey: key)))
            case .bool: .bool(try container.decode(Bool.self, forKey: key))
            case .null: .null
            case .stringSet: .stringSet(try container.decode([String].self, forKey: key))
            case .numberSet: .numberSet(try container.decode([String].self, forKey: key))
            case .binarySet: .binarySet(try container.decode([Data].self, forKey: key).map { [UInt8]($0) })
            case .list: .list(try container.decode([AttributeValue].self, forKey: key))
            case .map: .map(try container.decode([String: AttributeValue].self, forKey: key))
            }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .string(let value): try container.encode(value, forKey: .string)
        case .number(let value): try container.encode(value, forKey: .number)
        case .binary(let value): try container.encode(Data(value), forKey: .binary)
        case .bool(let value): try container.encode(value, forKey: .bool)
        case .null: try container.encode(true, forKey: .null)
        case .stringSet(let value): try container.encode(value, forKey: .stringSet)
        case .numberSet(let value): try container.encode(value, forKey: .numberSet)
        case .binarySet(let value): try container.encode(value.map { Data($0) }, forKey: .binarySet)
        case .list(let value): try container.encode(value, forKey: .list)
        case .map(let value): try container.encode(value, forKey: .map)
        }
    }
}
