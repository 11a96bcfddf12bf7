import AWSClient

/// What a value of an event can be read as.
protocol EventReadable {
    /// - Throws: naming the value's path, where it cannot.
    init(reading value: JSONElement) throws(MalformedEvent)
}

extension String: EventReadable {
    init(reading value: JSONElement) throws(MalformedEvent) {
        guard let text = value.string else { throw value.isOfWrongType }
        self = text
    }
}

extension Bool: EventReadable {
    init(reading value: JSONElement) throws(MalformedEvent) {
        guard let flag = value.bool else { throw value.isOfWrongType }
        self = flag
    }
}

/// A scalar out of EC2's XML: a string, a number, a truth value, or an element with attributes
/// (`{"tag": 1, "content": "2"}`).
struct LenientString: EventReadable {
    let text: String
    let isNumber: Bool

    init(reading value: JSONElement) throws(MalformedEvent) {
        if let text = value.string {
            self.init(text: text, isNumber: false)
        } else if let number = value.integer {
            self.init(text: String(number), isNumber: true)
        } else if let flag = value.bool {
            self.init(text: flag ? "true" : "false", isNumber: false)
        } else if value.kind == .object {
            guard let content = value.member("content") else { throw value.isMissing("content") }
            try self.init(reading: content)
        } else {
            throw value.isOfWrongType
        }
    }

    private init(text: String, isNumber: Bool) {
        self.text = text
        self.isNumber = isNumber
    }
}

/// Events are read as they come: names in two spellings, null or an empty string for what is not there, as in EC2's XML.
extension JSONElement {
    /// The value of the first of these members that has one other than null.
    private func present(_ name: String, _ other: String? = nil) -> JSONElement? {
        if let value = member(name), value.kind != .null { return value }
        guard let other, let value = member(other), value.kind != .null else { return nil }
        return value
    }

    /// The first of these members that is there, whatever its value.
    func firstMember(_ names: [String]) -> JSONElement? {
        for name in names {
            if let value = member(name) { return value }
        }
        return nil
    }

    private var isEmptyText: Bool { string?.isEmpty ?? false }

    /// The value of the first of these members that has one.
    /// - Throws: naming the first, where none has.
    func value<Value: EventReadable>(
        _ type: Value.Type = Value.self,
        at name: String,
        _ other: String? = nil
    ) throws(MalformedEvent) -> Value {
        guard let value = present(name, other) else { throw isMissing(name) }
        return try Value(reading: value)
    }

    /// The value of the first of these members that has one; an empty string counts as none.
    func optionalValue<Value: EventReadable>(
        _ type: Value.Type = Value.self,
        at name: String,
        _ other: String? = nil
    ) throws(MalformedEvent) -> Value? {
        guard let value = present(name, other), !value.isEmptyText else { return nil }
        return try Value(reading: value)
    }

    /// The text of the first of these members that has a value; an empty one counts as none.
    func text(at name: String, _ other: String? = nil, _ third: String? = nil) throws(MalformedEvent) -> String? {
        guard let value = present(name, other) ?? third.flatMap({ present($0) }) else { return nil }
        let text = try LenientString(reading: value).text
        return text.isEmpty ? nil : text
    }

    /// The object at the first of these members that has a value; an empty string is none.
    func object(at name: String, _ other: String? = nil) throws(MalformedEvent) -> JSONElement? {
        guard let value = present(name, other), !value.isEmptyText else { return nil }
        guard value.kind == .object else { throw value.isOfWrongType }
        return value
    }

    /// The list at the first of these members that has a value; empty where none has.
    func list<Element: EventReadable>(
        _ type: Element.Type = Element.self,
        at name: String,
        _ other: String? = nil
    ) throws(MalformedEvent) -> [Element] {
        try present(name, other)?.list(type) ?? []
    }

    /// A list out of EC2's XML: an array; or an object that holds one under `items`, `item` or `member`; or, as one element,
    /// the element itself; and nothing where there is none: an empty string, null, or an empty object.
    func list<Element: EventReadable>(_ type: Element.Type) throws(MalformedEvent) -> [Element] {
        switch kind {
        case .null: return []
        case .array:
            var elements: [Element] = []
            try forEachElement { element throws(MalformedEvent) in
                elements.append(try Element(reading: element))
            }
            return elements
        case .object:
            if let inner = firstMember(["items", "item", "member"]) { return try inner.list(type) }
            return memberNames.isEmpty ? [] : [try Element(reading: self)]
        case .string where isEmptyText: return []
        case .bool, .number, .string: return [try Element(reading: self)]
        }
    }

    // MARK: Errors

    func isMissing(_ name: String) -> MalformedEvent {
        let path = path
        return MalformedEvent(field: path.isEmpty ? name : "\(path).\(name)", reason: "missing")
    }

    func isMalformed(_ reason: String) -> MalformedEvent {
        let path = path
        return MalformedEvent(field: path.isEmpty ? "event" : path, reason: reason)
    }

    var isOfWrongType: MalformedEvent { isMalformed(kind == .null ? "null" : "of the wrong type") }

    /// Reads the whole of an event.
    /// - Throws: `MalformedEvent` for `event`, where it is no JSON object.
    init(event json: [UInt8]) throws(MalformedEvent) {
        do throws(JSONDocument.Fault) {
            self = try JSONElement(parsing: json)
        } catch {
            throw MalformedEvent(field: "event", reason: "not valid JSON")
        }
        guard kind == .object else { throw isOfWrongType }
    }

    /// A misspelt request must not do something else than was meant.
    /// - Throws: naming the first member, in alphabetical order, that is none of these.
    func refuseMembers(except known: [String]) throws(MalformedEvent) {
        guard let unknown = memberNames.filter({ !known.contains($0) }).min() else { return }
        let path = path
        throw MalformedEvent(field: path.isEmpty ? unknown : "\(path).\(unknown)", reason: "unknown")
    }

    /// - Throws: where the member is missing or no object.
    func requiredObject(at name: String) throws(MalformedEvent) -> JSONElement {
        guard let value = member(name) else { throw isMissing(name) }
        guard value.kind == .object else { throw value.isOfWrongType }
        return value
    }
}
