import YAML

/// Reads the keys of a mapping, each of which has to be known.
struct MappingReader {
    let position: YAMLPosition
    private var entries: [YAMLNode.Entry]
    private var asked: [String] = []

    /// - Returns: nil, with the fault noted, where the node is no mapping.
    init?(_ node: YAMLNode, _ what: String, _ diagnostics: inout Diagnostics) {
        if node.isUnknown { return nil }
        guard let entries = node.mapping else {
            diagnostics.add(
                "\(what) is to be a mapping of keys and values\(node.isNull ? ", and is empty" : "")",
                at: node.position
            )
            return nil
        }
        position = node.position
        self.entries = entries
    }

    /// The value of a key; nil where the key is not there.
    mutating func take(_ key: String) -> YAMLNode? {
        asked.append(key)
        guard let index = entries.firstIndex(where: { $0.key == key }) else { return nil }
        return entries.remove(at: index).value
    }

    /// The value of a key that has to be there.
    mutating func require(_ key: String, of what: String, _ diagnostics: inout Diagnostics) -> YAMLNode? {
        guard let node = take(key) else {
            diagnostics.add("\(what) has no \(quoted(key))", at: position)
            return nil
        }
        return node
    }

    /// Notes every key that was not asked for.
    func finish(_ diagnostics: inout Diagnostics) {
        for entry in entries {
            let known = asked.min { Self.distance(entry.key, $0) < Self.distance(entry.key, $1) }
            let hint =
                known.map { Self.distance(entry.key, $0) <= 3 ? "; did you mean \(quoted($0))?" : "" } ?? ""
            let list = hint.isEmpty ? "; known are \(asked.joined(separator: ", "))" : hint
            diagnostics.add("unknown key \(quoted(entry.key))\(list)", at: entry.keyPosition)
        }
    }

    /// How many letters have to be changed, added or left out to make one word the other (Levenshtein).
    private static func distance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a.utf8.prefix(64)), Array(b.utf8.prefix(64)))
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let substituted = diagonal + (letter == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count]
    }
}

/// What cannot be told is among the faults already: of it nothing more is said.
extension YAMLNode {
    /// The text of a scalar that is not nothing; numbers and truth values are the text they are written as.
    func text(_ what: String, _ diagnostics: inout Diagnostics) -> String? {
        if isUnknown { return nil }
        guard let text else {
            diagnostics.add("\(what) is to be a single value, no list and no mapping", at: position)
            return nil
        }
        guard !isNull else {
            diagnostics.add("\(what) has no value", at: position)
            return nil
        }
        return text
    }

    /// The value that `parse` makes of the text.
    ///
    /// - Parameter isConfidential: Whether the text is to be kept out of messages.
    func value<Value: Hashable & Sendable>(
        _ what: String,
        _ expectation: String,
        _ diagnostics: inout Diagnostics,
        isConfidential: Bool = false,
        _ parse: (String) -> Value?
    ) -> Positioned<Value>? {
        guard let text = text(what, &diagnostics) else { return nil }
        guard let value = parse(text) else {
            let said = isConfidential ? "is not" : "is \(quoted(text)), which is not"
            diagnostics.add("\(what) \(said) \(expectation)", at: position)
            return nil
        }
        return Positioned(value, at: position)
    }

    /// `true` or `false`.
    func boolean(_ what: String, _ diagnostics: inout Diagnostics) -> Bool? {
        value(what, "true or false", &diagnostics) { text in
            switch text {
            case "true", "True", "TRUE": true
            case "false", "False", "FALSE": false
            default: nil
            }
        }?.value
    }

    /// The elements of a list that is not empty.
    func elements(_ what: String, _ diagnostics: inout Diagnostics) -> [YAMLNode]? {
        if isUnknown { return nil }
        guard let sequence else {
            diagnostics.add("\(what) is to be a list\(isNull ? ", and is empty" : "")", at: position)
            return nil
        }
        guard !sequence.isEmpty else {
            diagnostics.add("\(what) is an empty list", at: position)
            return nil
        }
        return sequence
    }
}
