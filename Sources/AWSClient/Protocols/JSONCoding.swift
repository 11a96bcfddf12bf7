/// The JSON of requests and responses.
enum JSONCoding {
    static func encode(_ value: some Encodable) throws(EncodingFault) -> [UInt8] {
        do {
            return try JSONDocument.encode(value)
        } catch EncodingError.invalidValue(_, let context) {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw EncodingFault(message: "\(path.isEmpty ? "value" : path): \(context.debugDescription)")
        } catch {
            throw EncodingFault(message: "\(error)")
        }
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        try JSONDocument.decode(type, from: bytes)
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
