import AWSServices

/// Reads typed values out of resource properties, in which CloudFormation makes every scalar a string.
struct PropertyReader {
    let members: [String: JSONValue]
    /// The path in front of a member's name in errors.
    let path: String

    init(_ members: [String: JSONValue], path: String = "") {
        self.members = members
        self.path = path
    }

    func name(_ member: String) -> String { path.isEmpty ? member : "\(path).\(member)" }

    /// Fails at the first member, in alphabetical order, that is not among `known`.
    func refuseUnknown(_ known: Set<String>) throws(PropertyError) {
        guard let unknown = members.keys.filter({ !known.contains($0) }).min() else { return }
        throw PropertyError(
            name(unknown),
            "unknown \(path.isEmpty ? "property" : "member"); known are \(known.sorted().joined(separator: ", "))"
        )
    }

    /// The scalar as text without blanks around it; nil where the member is missing.
    func text(_ member: String) throws(PropertyError) -> String? {
        guard let value = members[member], value != .null else { return nil }
        return TextList.trimmed(try Self.text(value, name(member)))
    }

    func requiredText(_ member: String) throws(PropertyError) -> String {
        guard let text = try text(member), !text.isEmpty else { throw PropertyError(name(member), "is required") }
        return text
    }

    /// `true` and `false`, as text or JSON.
    func flag(_ member: String) throws(PropertyError) -> Bool? {
        switch try text(member)?.lowercased() {
        case nil: return nil
        case "true": return true
        case "false": return false
        case .some(let other): throw PropertyError(name(member), "must be true or false, not \(quoted(other))")
        }
    }

    /// A whole number within `range`, as text or JSON.
    func number(_ member: String, in range: ClosedRange<Int64>) throws(PropertyError) -> Int64? {
        guard let text = try text(member) else { return nil }
        guard let number = Int64(text), range.contains(number) else {
            let limits =
                range.upperBound == .max
                ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
            throw PropertyError(name(member), "must be a whole number \(limits), not \(quoted(text))")
        }
        return number
    }

    /// The elements of a list or of a text separated by commas: trimmed, without blanks and repetitions, in order. Nil where
    /// the member is missing, empty where it is an empty list or text.
    func list(_ member: String) throws(PropertyError) -> [String]? {
        guard let value = members[member], value != .null else { return nil }
        return try Self.list(value, name(member))
    }

    static func list(_ value: JSONValue, _ name: String) throws(PropertyError) -> [String] {
        guard let elements = value.array else { return TextList.elements(of: try text(value, name)) }
        var texts: [String] = []
        for (index, element) in elements.enumerated() {
            texts += TextList.elements(of: try text(element, "\(name)[\(index)]"))
        }
        return TextList.unique(texts)
    }

    /// The list with each element checked.
    func list(
        _ member: String,
        of kind: String,
        maximum: Int = .max,
        where isValid: (String) -> Bool
    ) throws(PropertyError) -> [String]? {
        guard let elements = try list(member) else { return nil }
        for element in elements where !isValid(element) {
            throw PropertyError(name(member), "\(quoted(element)) is not \(kind)")
        }
        guard elements.count <= maximum else {
            throw PropertyError(name(member), "has \(elements.count) elements; at most \(maximum) are possible")
        }
        return elements
    }

    /// An object's members; nil where the member is missing. An empty text, which a template's condition may leave, is empty.
    func object(_ member: String) throws(PropertyError) -> [String: JSONValue]? {
        switch members[member] {
        case nil, .null: return nil
        case .object(let object): return object
        case .string(let text) where TextList.trimmed(text).isEmpty: return [:]
        default: throw PropertyError(name(member), "must be an object")
        }
    }

    static func text(_ value: JSONValue, _ name: String) throws(PropertyError) -> String {
        switch value {
        case .string(let text): return text
        case .boolean(let value): return value ? "true" : "false"
        case .integer(let value): return String(value)
        case .number(let value): return "\(value)"
        case .null, .array, .object: throw PropertyError(name, "must be a text")
        }
    }
}

/// A value of a property within quotes, cut where it is long, for messages.
func quoted(_ text: String) -> String {
    text.count <= 80 ? "\"\(text)\"" : "\"\(text.prefix(80))…\""
}
