import FoundationEssentials

/// The one JSON configuration of requests and responses: sorted keys (the same value gives the same bytes), slashes not
/// escaped, binary data in base64, no other strategy.
enum JSONCoding {
    static func encode(_ value: some Encodable) throws(EncodingFault) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return [UInt8](try encoder.encode(value))
        } catch EncodingError.invalidValue(_, let context) {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw EncodingFault(message: "\(path.isEmpty ? "value" : path): \(context.debugDescription)")
        } catch {
            throw EncodingFault(message: "\(error)")
        }
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        try JSONDecoder().decode(type, from: Data(bytes))
    }

    /// A value that JSON cannot express, such as a number that is not finite.
    struct EncodingFault: Error {
        var message: String
    }
}

/// The output of an operation that has none.
public struct EmptyOutput: Decodable, XMLDecodable, Sendable, Hashable {
    public init() {}
    public init(xml: XMLNode) {}
}
