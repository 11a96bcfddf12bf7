import AWSServices
import FoundationEssentials

extension JSONValue {
    /// A member of an object as the type asked for; nil where there is none, or it is of another type.
    func get<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) -> Value? {
        guard let member = self[name], let data = try? JSONEncoder().encode(member) else { return nil }
        return try? JSONDecoder().decode(type, from: data)
    }

    init(_ value: some Encodable) throws {
        self = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value))
    }

    init(_ value: String?) { self = value.map { .string($0) } ?? .null }
    init(_ value: Int?) { self = value.map { .integer(Int64($0)) } ?? .null }
    init(_ value: Int) { self = .integer(Int64(value)) }
}

extension JSONValue: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements) { first, _ in first })
    }
}
