/// A key of any name.
struct AnyKey: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    let intValue: Int?

    init(stringLiteral value: String) { (stringValue, intValue) = (value, nil) }
    init(stringValue: String) { (self.stringValue, intValue) = (stringValue, nil) }
    init(intValue: Int) { (stringValue, self.intValue) = (String(intValue), intValue) }
}

/// A scalar out of EC2's XML: a string, a number, a truth value, or an element with attributes
/// (`{"tag": 1, "content": "2"}`).
struct LenientString: Decodable {
    let text: String
    let isNumber: Bool

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            (self.text, isNumber) = (text, false)
        } else if let number = try? container.decode(Int64.self) {
            (text, isNumber) = (String(number), true)
        } else if let flag = try? container.decode(Bool.self) {
            (text, isNumber) = (flag ? "true" : "false", false)
        } else {
            self = try decoder.container(keyedBy: AnyKey.self).decode(LenientString.self, forKey: "content")
        }
    }
}

/// A list out of EC2's XML: an array; or an object that holds one under `items`, `item` or `member`; or, as one element,
/// the element itself; and nothing where there is none: an empty string, null, or no key at all.
struct LenientList<Element: Decodable>: Decodable {
    var elements: [Element]

    init(from decoder: any Decoder) throws {
        let single = try decoder.singleValueContainer()
        if single.decodeNil() {
            elements = []
        } else if var array = try? decoder.unkeyedContainer() {
            elements = []
            elements.reserveCapacity(array.count ?? 0)
            while !array.isAtEnd { elements.append(try array.decode(Element.self)) }
        } else if let object = try? decoder.container(keyedBy: AnyKey.self) {
            if let key = object.presentKey(["items", "item", "member"]) {
                elements = try object.decode(LenientList.self, forKey: key).elements
            } else if object.allKeys.isEmpty {
                elements = []
            } else {
                elements = [try single.decode(Element.self)]
            }
        } else if let text = try? single.decode(String.self), text.isEmpty {
            elements = []
        } else {
            elements = [try single.decode(Element.self)]
        }
    }
}

typealias LenientObject = KeyedDecodingContainer<AnyKey>

extension KeyedDecodingContainer where K == AnyKey {
    /// The first of these keys that is there, whatever its value.
    func presentKey(_ keys: [AnyKey]) -> AnyKey? { keys.first(where: contains) }

    /// The first of these keys that is there with a value other than null.
    private func valueKey(_ keys: [AnyKey]) throws -> AnyKey? {
        try keys.first { try contains($0) && !decodeNil(forKey: $0) }
    }

    /// The value at the first of these keys that has one.
    /// - Throws: naming the first key, where none has.
    func value<Value: Decodable>(_ type: Value.Type = Value.self, at keys: AnyKey...) throws -> Value {
        guard let key = try valueKey(keys) else {
            throw DecodingError.keyNotFound(keys[0], .init(codingPath: codingPath, debugDescription: "missing"))
        }
        return try decode(type, forKey: key)
    }

    /// The value at the first of these keys that has one; an empty string counts as none, as in EC2's XML.
    func optionalValue<Value: Decodable>(_ type: Value.Type = Value.self, at keys: AnyKey...) throws -> Value? {
        guard let key = try valueKey(keys), !isEmptyText(at: key) else { return nil }
        return try decode(type, forKey: key)
    }

    func text(at keys: AnyKey...) throws -> String? {
        guard let key = try valueKey(keys) else { return nil }
        let text = try decode(LenientString.self, forKey: key).text
        return text.isEmpty ? nil : text
    }

    func list<Element: Decodable>(_ type: Element.Type = Element.self, at keys: AnyKey...) throws -> [Element] {
        guard let key = try valueKey(keys) else { return [] }
        return try decode(LenientList<Element>.self, forKey: key).elements
    }

    /// The object at the first of these keys that has one; an empty string or null is none.
    func object(at keys: AnyKey...) throws -> LenientObject? {
        guard let key = try valueKey(keys), !isEmptyText(at: key) else { return nil }
        return try nestedContainer(keyedBy: AnyKey.self, forKey: key)
    }

    private func isEmptyText(at key: AnyKey) -> Bool {
        (try? decode(String.self, forKey: key))?.isEmpty ?? false
    }
}
