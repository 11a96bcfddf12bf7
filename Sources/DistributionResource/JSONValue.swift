import FoundationEssentials

/// A JSON value, for documents of which only a part is known and the rest is to be kept as it is.
enum JSONValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    var object: [String: JSONValue]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    var array: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The elements that are strings, where this is an array.
    var strings: [String] { (array ?? []).compactMap(\.string) }

    /// The member of that name, where this is an object that has it.
    subscript(name: String) -> JSONValue? { object?[name] }

    init(strings: [String]) {
        self = .array(strings.map(JSONValue.string))
    }

    /// The value in a document.
    init(parsing document: some Sequence<UInt8>) throws {
        self = try JSONDecoder().decode(JSONValue.self, from: Data(document))
    }

    /// The document: sorted names, slashes not escaped, so that equal values are equal bytes.
    func document() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(self))
    }
}

extension JSONValue: Codable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .boolean(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}

extension JSONValue {
    /// The value at the end of a path of member names.
    subscript(path: some Collection<String>) -> JSONValue? {
        guard let name = path.first else { return self }
        return self[name]?[path.dropFirst()]
    }

    /// Puts `value` at the end of `path` and makes the objects on the way. Where the way leads through something that is
    /// no object, that is replaced.
    mutating func set(_ value: JSONValue, at path: some Collection<String>) {
        guard let name = path.first else {
            self = value
            return
        }
        var members = object ?? [:]
        var member = members[name] ?? .object([:])
        member.set(value, at: path.dropFirst())
        members[name] = member
        self = .object(members)
    }

    /// Takes away the member at the end of `path`, and with it the objects on the way that become empty, but for those
    /// that are part of `original`.
    mutating func remove(at path: some Collection<String>, keepingObjectsOf original: JSONValue? = nil) {
        guard let name = path.first, var members = object, var member = members[name] else { return }
        let rest = path.dropFirst()
        if rest.isEmpty {
            members[name] = nil
        } else {
            let before = member
            member.remove(at: rest, keepingObjectsOf: original?[name])
            let isEmptied = member != before && member == .object([:])
            members[name] = isEmptied && original?[name] == nil ? nil : member
        }
        self = .object(members)
    }

    /// The same value with the elements of every array in a fixed order: arrays of Image Builder are sets.
    var canonical: JSONValue {
        switch self {
        case .array(let elements):
            let ordered = elements.map { element -> (text: String, value: JSONValue) in
                let value = element.canonical
                return (value.sortText, value)
            }
            return .array(ordered.sorted { $0.text < $1.text }.map(\.value))
        case .object(let members): return .object(members.mapValues(\.canonical))
        default: return self
        }
    }

    /// A text that differs between values that differ.
    private var sortText: String {
        switch self {
        case .null: "n"
        case .boolean(let value): "b\(value)"
        case .integer(let value): "i\(value)"
        case .number(let value): "d\(value)"
        case .string(let value): "s\(value.utf8.count):\(value)"
        case .array(let elements): "[" + elements.map(\.sortText).joined(separator: ",") + "]"
        case .object(let members):
            "{"
                + members.sorted { $0.key < $1.key }.map { "\($0.key.utf8.count):\($0.key)\($0.value.sortText)" }
                .joined(separator: ",") + "}"
        }
    }
}
