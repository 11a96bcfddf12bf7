/// A structure that is read from an XML element. An element that is not known is passed over.
public protocol XMLDecodable {
    init(xml: XMLNode) throws(ResponseFault)
}

extension XMLNode {
    /// The text of a child; nil where there is none.
    public func string(_ name: String) -> String? {
        self[name]?.text
    }

    /// The text of a child; nil where there is none or it is empty.
    public func nonempty(_ name: String) -> String? {
        self[name].flatMap { $0.text.isEmpty ? nil : $0.text }
    }

    /// The text of a child that must be there and not be empty.
    public func required(_ name: String) throws(ResponseFault) -> String {
        guard let text = self[name]?.text, !text.isEmpty else {
            throw ResponseFault(path: [self.name], message: "\(name) is missing")
        }
        return text
    }

    public func integer(_ name: String) throws(ResponseFault) -> Int? {
        try scalar(name, "an integer") { Int($0) }
    }

    public func boolean(_ name: String) throws(ResponseFault) -> Bool? {
        try scalar(name, "true or false") { $0 == "true" ? true : $0 == "false" ? false : nil }
    }

    /// A time in any of the formats AWS uses.
    public func timestamp(_ name: String) throws(ResponseFault) -> Timestamp? {
        try scalar(name, "a time") { Timestamp(anyFormat: $0) }
    }

    /// A structure.
    public func structure<Value: XMLDecodable>(
        _ name: String,
        as type: Value.Type = Value.self
    ) throws(ResponseFault) -> Value? {
        guard let child = self[name] else { return nil }
        do {
            return try Value(xml: child)
        } catch {
            throw error.below(self.name)
        }
    }

    /// A list of structures in a wrapping element; empty where the element is not there.
    public func list<Value: XMLDecodable>(
        _ name: String,
        of member: String,
        as type: Value.Type = Value.self
    ) throws(ResponseFault) -> [Value] {
        guard let wrapper = self[name] else { return [] }
        do {
            return try wrapper.flattened(member)
        } catch {
            throw error.below(self.name)
        }
    }

    /// A flattened list of structures: the children of this name.
    public func flattened<Value: XMLDecodable>(
        _ name: String,
        as type: Value.Type = Value.self
    ) throws(ResponseFault) -> [Value] {
        var values: [Value] = []
        for child in children where child.name == name {
            do {
                values.append(try Value(xml: child))
            } catch {
                throw error.below(self.name)
            }
        }
        return values
    }

    /// A list of strings in a wrapping element; empty where the element is not there.
    public func strings(_ name: String, of member: String) -> [String] {
        self[name]?.all(member).map(\.text) ?? []
    }

    /// A map in a wrapping element of `entry` elements (or of `item`, as EC2 has them).
    public func map(
        _ name: String,
        entry: String = "entry",
        key: String = "key",
        value: String = "value"
    ) -> [String: String] {
        var map: [String: String] = [:]
        for entry in self[name]?.all(entry) ?? [] {
            if let key = entry.string(key) { map[key] = entry.string(value) ?? "" }
        }
        return map
    }

    /// A scalar; nil where the element is absent or empty.
    private func scalar<Value>(
        _ name: String,
        _ kind: String,
        _ read: (String) -> Value?
    ) throws(ResponseFault) -> Value? {
        guard let text = self[name]?.text, !text.isEmpty else { return nil }
        guard let value = read(text) else {
            throw ResponseFault(path: [self.name, name], message: "\"\(text.prefix(40))\" is not \(kind)")
        }
        return value
    }
}
