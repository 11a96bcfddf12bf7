/// The members of an object. A class, to remember where the last one was found: most are asked for in their order.
final class JSONObjectReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let decoder: JSONNodeDecoder
    private var last: Int

    init(decoder: JSONNodeDecoder) {
        self.decoder = decoder
        last = decoder.position + 1
    }

    var codingPath: [any CodingKey] { decoder.codingPath }

    /// Members whose name is not valid UTF-8 are not there.
    var allKeys: [Key] {
        let document = decoder.document
        var keys: [Key] = []
        var position = decoder.position + 1
        while position < Int(decoder.node.next) {
            if let key = document.string(document.nodes[position]).flatMap({ Key(stringValue: $0) }) {
                keys.append(key)
            }
            position = Int(document.nodes[position + 1].next)
        }
        return keys
    }

    private func find(_ key: Key) -> Int? {
        guard let position = decoder.document.member(key.stringValue, of: decoder.position, from: last) else {
            return nil
        }
        last = position - 1
        return position
    }

    private func member(_ key: Key) throws -> JSONNodeDecoder {
        guard let position = find(key) else {
            throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: "missing"))
        }
        return decoder.nested(position, JSONKey(stringValue: key.stringValue))
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { try member(key).decodeNil() }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try member(key).bool() }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try member(key).string() }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try member(key).float(type) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try member(key).float(type) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try member(key).integer(type) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try member(key).integer(type) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try member(key).integer(type) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try member(key).integer(type) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try member(key).integer(type) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try member(key).integer(type) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try member(key).integer(type) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try member(key).integer(type) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try member(key).integer(type) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try member(key).integer(type) }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try member(key).value(type) }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try member(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try member(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder {
        guard let position = decoder.document.member("super", of: decoder.position, from: last) else {
            let context = DecodingError.Context(codingPath: codingPath, debugDescription: "missing")
            throw DecodingError.keyNotFound(JSONKey(stringValue: "super"), context)
        }
        return decoder.nested(position, JSONKey(stringValue: "super"))
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { try member(key) }
}

/// The elements of an array, one after another.
struct JSONArrayReader: UnkeyedDecodingContainer {
    private let decoder: JSONNodeDecoder
    private var position: Int
    private(set) var currentIndex = 0
    let count: Int?

    init(decoder: JSONNodeDecoder) {
        self.decoder = decoder
        position = decoder.position + 1
        var count = 0
        var next = position
        while next < Int(decoder.node.next) {
            next = Int(decoder.document.nodes[next].next)
            count += 1
        }
        self.count = count
    }

    var codingPath: [any CodingKey] { decoder.codingPath }
    var isAtEnd: Bool { position >= Int(decoder.node.next) }

    private func element() throws -> JSONNodeDecoder {
        guard !isAtEnd else {
            let path = codingPath + [JSONKey(intValue: currentIndex)]
            throw DecodingError.valueNotFound(
                Any.self,
                .init(codingPath: path, debugDescription: "the array has ended")
            )
        }
        return decoder.nested(position, JSONKey(intValue: currentIndex))
    }

    private mutating func advance() {
        position = Int(decoder.document.nodes[position].next)
        currentIndex += 1
    }

    mutating func decodeNil() throws -> Bool {
        guard try element().decodeNil() else { return false }
        advance()
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let value = try element().value(type)
        advance()
        return value
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        let container = try element().container(keyedBy: type)
        advance()
        return container
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let container = try element().unkeyedContainer()
        advance()
        return container
    }

    mutating func superDecoder() throws -> any Decoder {
        let element = try element()
        advance()
        return element
    }
}
