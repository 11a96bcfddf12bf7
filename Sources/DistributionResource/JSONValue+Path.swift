import AWSServices

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
