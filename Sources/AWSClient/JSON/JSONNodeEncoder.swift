extension JSONDocument {
    /// The JSON text of an encodable value: sorted names (the same value gives the same bytes), slashes not escaped.
    ///
    /// - Parameter name: Makes the name of a member of a coding key's text; nil: that text itself. The names of a dictionary's
    ///   entries are data, and stay.
    /// - Throws: `EncodingError`, for a number that is not finite; what the value throws.
    package static func encode(
        _ value: some Encodable,
        name: ((String) -> String)? = nil
    ) throws -> [UInt8] {
        var json = JSONWriter()
        try JSONNodeEncoder(codingPath: [], name: name).output(of: value).write(to: &json)
        return json.bytes
    }
}

/// Encodes one value.
final class JSONNodeEncoder: Encoder {
    let codingPath: [any CodingKey]
    let name: ((String) -> String)?
    private(set) var output: JSONOutput?

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(codingPath: [any CodingKey], name: ((String) -> String)?) {
        self.codingPath = codingPath
        self.name = name
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .object(let members) = output {
            return KeyedEncodingContainer(JSONObjectContainer(encoder: self, members: members))
        }
        let members = JSONOutput.Members()
        output = .object(members)
        return KeyedEncodingContainer(JSONObjectContainer(encoder: self, members: members))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .array(let elements) = output { return JSONArrayContainer(encoder: self, elements: elements) }
        let elements = JSONOutput.Elements()
        output = .array(elements)
        return JSONArrayContainer(encoder: self, elements: elements)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func nested(_ key: any CodingKey) -> JSONNodeEncoder {
        JSONNodeEncoder(codingPath: codingPath + [key], name: name)
    }

    /// What a value comes to when it is encoded in this one's place.
    func output(of value: some Encodable) throws -> JSONOutput {
        if let text = value as? String { return .string(text) }
        if name != nil, let entries = value as? [String: any Encodable] {
            let members = JSONOutput.Members()
            for (name, value) in entries {
                members.values[name] = try nested(JSONKey(stringValue: name)).output(of: value)
            }
            return .object(members)
        }
        try value.encode(to: self)
        return output ?? .object(JSONOutput.Members())
    }

    func output(of value: some BinaryFloatingPoint & LosslessStringConvertible) throws -> JSONOutput {
        guard value.isFinite else {
            let context = EncodingError.Context(codingPath: codingPath, debugDescription: "\(value) is no JSON number")
            throw EncodingError.invalidValue(value, context)
        }
        let text = value.description
        return .number(text.hasSuffix(".0") ? String(text.dropLast(2)) : text)
    }
}

extension JSONNodeEncoder: SingleValueEncodingContainer {
    func encodeNil() { output = .null }
    func encode(_ value: Bool) { output = .boolean(value) }
    func encode(_ value: String) { output = .string(value) }
    func encode(_ value: Double) throws { output = try output(of: value) }
    func encode(_ value: Float) throws { output = try output(of: value) }
    func encode(_ value: Int) { output = .number(String(value)) }
    func encode(_ value: Int8) { output = .number(String(value)) }
    func encode(_ value: Int16) { output = .number(String(value)) }
    func encode(_ value: Int32) { output = .number(String(value)) }
    func encode(_ value: Int64) { output = .number(String(value)) }
    func encode(_ value: UInt) { output = .number(String(value)) }
    func encode(_ value: UInt8) { output = .number(String(value)) }
    func encode(_ value: UInt16) { output = .number(String(value)) }
    func encode(_ value: UInt32) { output = .number(String(value)) }
    func encode(_ value: UInt64) { output = .number(String(value)) }
    func encode(_ value: some Encodable) throws { output = try output(of: value) }
}
