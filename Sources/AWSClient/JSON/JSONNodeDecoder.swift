extension JSONDocument {
    /// Reads a decodable value: as Foundation's `JSONDecoder` does, in half of its time. For documents of which little
    /// is wanted; where everything is, ``JSONReader`` is faster still.
    ///
    /// - Throws: `DecodingError`; one with an empty path where the bytes are no JSON text.
    package static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        let document: JSONDocument
        do {
            document = try JSONDocument(bytes)
        } catch {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "not valid JSON: \(error)"))
        }
        return try JSONNodeDecoder(document: document, position: 0, parent: nil, key: nil).value(type)
    }
}

/// A member's name or an element's position.
struct JSONKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) { (self.stringValue, intValue) = (stringValue, nil) }
    init(intValue: Int) { (stringValue, self.intValue) = ("\(intValue)", intValue) }
}

/// Decodes one value of a document.
final class JSONNodeDecoder: Decoder {
    let document: JSONDocument
    let position: Int
    private let parent: JSONNodeDecoder?
    /// Of the value in its parent.
    private let key: JSONKey?

    init(document: JSONDocument, position: Int, parent: JSONNodeDecoder?, key: JSONKey?) {
        self.document = document
        self.position = position
        self.parent = parent
        self.key = key
    }

    var codingPath: [any CodingKey] {
        guard let parent, let key else { return [] }
        return parent.codingPath + [key]
    }

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    var node: JSONDocument.Node { document.nodes[position] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard node.kind == .object else { throw mismatch([String: Any].self, "an object") }
        return KeyedDecodingContainer(JSONObjectReader<Key>(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard node.kind == .array else { throw mismatch([Any].self, "an array") }
        return JSONArrayReader(decoder: self)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    func nested(_ position: Int, _ key: @autoclosure () -> JSONKey) -> JSONNodeDecoder {
        JSONNodeDecoder(document: document, position: position, parent: self, key: key())
    }

    // MARK: Values

    func value<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if type == String.self, let text = try string() as? Value { return text }
        return try Value(from: self)
    }

    func string() throws -> String {
        guard node.kind == .string || node.kind == .escapedString else { throw mismatch(String.self, "a string") }
        guard let text = document.string(node) else { throw corrupted("not valid UTF-8, or not a valid escape") }
        return text
    }

    func bool() throws -> Bool {
        guard node.kind == .bool else { throw mismatch(Bool.self, "a truth value") }
        return document.bytes[Int(node.start)] == UInt8(ascii: "t")
    }

    func integer<Value: FixedWidthInteger>(_ type: Value.Type) throws -> Value {
        guard node.kind == .number else { throw mismatch(type, "a number") }
        let text = document.literal(node)
        if let value = Value(text) { return value }
        // A whole number may be written with an exponent or a fraction of zeros.
        guard let number = Double(text), let value = Value(exactly: number) else {
            throw corrupted("\(text) is not a number of type \(type)")
        }
        return value
    }

    func float<Value: LosslessStringConvertible & BinaryFloatingPoint>(_ type: Value.Type) throws -> Value {
        guard node.kind == .number else { throw mismatch(type, "a number") }
        let text = document.literal(node)
        guard let value = Value(String(text)), value.isFinite else {
            throw corrupted("\(text) is not a number of type \(type)")
        }
        return value
    }

    // MARK: Errors

    private func mismatch(_ type: any Any.Type, _ expectation: String) -> DecodingError {
        let found: String
        switch node.kind {
        case .null:
            let context = DecodingError.Context(codingPath: codingPath, debugDescription: "null, not \(expectation)")
            return .valueNotFound(type, context)
        case .bool: found = "a truth value"
        case .number: found = "a number"
        case .string, .escapedString: found = "a string"
        case .array: found = "an array"
        case .object: found = "an object"
        }
        let context = DecodingError.Context(codingPath: codingPath, debugDescription: "\(found), not \(expectation)")
        return .typeMismatch(type, context)
    }

    private func corrupted(_ message: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: codingPath, debugDescription: message))
    }
}

extension JSONNodeDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool { node.kind == .null }
    func decode(_ type: Bool.Type) throws -> Bool { try bool() }
    func decode(_ type: String.Type) throws -> String { try string() }
    func decode(_ type: Double.Type) throws -> Double { try float(type) }
    func decode(_ type: Float.Type) throws -> Float { try float(type) }
    func decode(_ type: Int.Type) throws -> Int { try integer(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try value(type) }
}
