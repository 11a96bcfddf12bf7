/// The members of an object.
struct JSONObjectContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: JSONNodeEncoder
    let members: JSONOutput.Members

    var codingPath: [any CodingKey] { encoder.codingPath }

    private func set(_ key: some CodingKey, _ output: JSONOutput) {
        members.values[encoder.name?(key.stringValue) ?? key.stringValue] = output
    }

    func encodeNil(forKey key: Key) { set(key, .null) }
    func encode(_ value: Bool, forKey key: Key) { set(key, .boolean(value)) }
    func encode(_ value: String, forKey key: Key) { set(key, .string(value)) }
    func encode(_ value: Double, forKey key: Key) throws { set(key, try encoder.nested(key).output(of: value)) }
    func encode(_ value: Float, forKey key: Key) throws { set(key, try encoder.nested(key).output(of: value)) }
    func encode(_ value: Int, forKey key: Key) { set(key, .number(String(value))) }
    func encode(_ value: Int8, forKey key: Key) { set(key, .number(String(value))) }
    func encode(_ value: Int16, forKey key: Key) { set(key, .number(String(value))) }
    func encode(_ value: Int32, forKey key: Key) { set(key, .number(String(value))) }
    func encode(_ value: Int64, forKey key: Key) { set(key, .number(String(value))) }
    func encode(_ value: UInt, forKey key: Key) { set(key, .number(String(value))) }
    func encode(_ value: UInt8, forKey key: Key) { set(key, .number(String(value))) }
    func encode(_ value: UInt16, forKey key: Key) { set(key, .number(String(value))) }
    func encode(_ value: UInt32, forKey key: Key) { set(key, .number(String(value))) }
    func encode(_ value: UInt64, forKey key: Key) { set(key, .number(String(value))) }
    func encode(_ value: some Encodable, forKey key: Key) throws { set(key, try encoder.nested(key).output(of: value)) }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        let nested = JSONOutput.Members()
        set(key, .object(nested))
        return KeyedEncodingContainer(JSONObjectContainer<NestedKey>(encoder: encoder.nested(key), members: nested))
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        let nested = JSONOutput.Elements()
        set(key, .array(nested))
        return JSONArrayContainer(encoder: encoder.nested(key), elements: nested)
    }

    /// Whatever it encodes goes into the same object.
    func superEncoder() -> any Encoder { encoder }
    func superEncoder(forKey key: Key) -> any Encoder { encoder }
}

/// The elements of an array.
struct JSONArrayContainer: UnkeyedEncodingContainer {
    let encoder: JSONNodeEncoder
    let elements: JSONOutput.Elements

    var codingPath: [any CodingKey] { encoder.codingPath }
    var count: Int { elements.values.count }

    private var key: JSONKey { JSONKey(intValue: count) }

    func encodeNil() { elements.values.append(.null) }
    func encode(_ value: Bool) { elements.values.append(.boolean(value)) }
    func encode(_ value: String) { elements.values.append(.string(value)) }
    func encode(_ value: Double) throws { elements.values.append(try encoder.nested(key).output(of: value)) }
    func encode(_ value: Float) throws { elements.values.append(try encoder.nested(key).output(of: value)) }
    func encode(_ value: Int) { elements.values.append(.number(String(value))) }
    func encode(_ value: Int8) { elements.values.append(.number(String(value))) }
    func encode(_ value: Int16) { elements.values.append(.number(String(value))) }
    func encode(_ value: Int32) { elements.values.append(.number(String(value))) }
    func encode(_ value: Int64) { elements.values.append(.number(String(value))) }
    func encode(_ value: UInt) { elements.values.append(.number(String(value))) }
    func encode(_ value: UInt8) { elements.values.append(.number(String(value))) }
    func encode(_ value: UInt16) { elements.values.append(.number(String(value))) }
    func encode(_ value: UInt32) { elements.values.append(.number(String(value))) }
    func encode(_ value: UInt64) { elements.values.append(.number(String(value))) }
    func encode(_ value: some Encodable) throws { elements.values.append(try encoder.nested(key).output(of: value)) }

    func nestedContainer<NestedKey: CodingKey>(keyedBy type: NestedKey.Type) -> KeyedEncodingContainer<NestedKey> {
        let nested = JSONOutput.Members()
        let nestedEncoder = encoder.nested(key)
        elements.values.append(.object(nested))
        return KeyedEncodingContainer(JSONObjectContainer<NestedKey>(encoder: nestedEncoder, members: nested))
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        let nested = JSONOutput.Elements()
        let nestedEncoder = encoder.nested(key)
        elements.values.append(.array(nested))
        return JSONArrayContainer(encoder: nestedEncoder, elements: nested)
    }

    func superEncoder() -> any Encoder { encoder }
}
