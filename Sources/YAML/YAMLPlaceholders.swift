/// The placeholders `{{ .Name }}` of a text, taken out before YAML is parsed and filled in afterwards, so that a value stays
/// one YAML value, whatever is in it.
///
/// To YAML, an unquoted `{{ .Name }}` would be a mapping within a mapping. So each placeholder becomes a word of as many
/// characters (columns stay what they are) from the Unicode private use area, of characters that the text does not have.
struct YAMLPlaceholders {
    /// The text with words in place of placeholders.
    let text: String

    private var placeholders: [Placeholder] = []
    /// The first character of each word, and the digits of the placeholder's number that follow.
    private let mark: Unicode.Scalar
    private let digits: [Unicode.Scalar]
    private let value: @Sendable (String) -> String?

    private struct Placeholder {
        /// nil for what stands between braces and is not `.Name`.
        let name: String?
        let source: String
        let position: YAMLPosition
    }

    /// As many as the digits of the shortest placeholder, `{{.A}}`, can number.
    private static let maximumCount = 10_000

    init(_ text: String, value: @escaping @Sendable (String) -> String?) throws(YAMLFault) {
        self.value = value
        let start = YAMLPosition(line: 1, column: 1)
        let used = Set(text.unicodeScalars.lazy.filter { (0xE000...0xF8FF).contains($0.value) })
        let free = (UInt32(0xE000)...0xF8FF).lazy.compactMap(Unicode.Scalar.init).filter { !used.contains($0) }.prefix(
            11
        )
        guard free.count == 11, let mark = free.first else {
            throw YAMLFault("the text uses up the characters of the Unicode private use area", at: start)
        }
        self.mark = mark
        digits = Array(free.dropFirst())
        var result = String.UnicodeScalarView()
        var scanner = TextScanner(Substring(text))
        while let scalar = scanner.next {
            if scanner.hasPrefix("{{"), let source = Self.placeholder(at: scanner.index, in: text) {
                guard placeholders.count < Self.maximumCount else {
                    throw YAMLFault("more than \(Self.maximumCount) placeholders", at: scanner.position)
                }
                let length = source.unicodeScalars.count
                result.append(contentsOf: Self.word(placeholders.count, length: length, mark: mark, digits: digits))
                placeholders.append(
                    Placeholder(name: Self.name(in: source), source: String(source), position: scanner.position)
                )
                for _ in 0..<length { scanner.skip() }
            } else {
                result.append(scalar)
                scanner.skip()
            }
        }
        self.text = String(result)
    }

    /// From `{{` to the next `}}` on the same line.
    private static func placeholder(at start: String.Index, in text: String) -> Substring? {
        let scalars = text.unicodeScalars
        var index = scalars.index(start, offsetBy: 2)
        while index < scalars.endIndex, !["\n", "\r"].contains(scalars[index]) {
            let next = scalars.index(after: index)
            if scalars[index] == "}", next < scalars.endIndex, scalars[next] == "}" {
                return text[start..<scalars.index(after: next)]
            }
            index = next
        }
        return nil
    }

    /// The `Name` of `{{ .Name }}`: letters, digits and underscores, no digit first.
    private static func name(in source: Substring) -> String? {
        let inner = source.unicodeScalars.dropFirst(2).dropLast(2)
        let blank: Set<Unicode.Scalar> = [" ", "\t"]
        var name = inner.drop { blank.contains($0) }
        while let last = name.last, blank.contains(last) { name.removeLast() }
        guard name.popFirst() == ".", let first = name.first, !("0"..."9").contains(first) else { return nil }
        let isName = name.allSatisfy { scalar in
            ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
                || scalar == "_"
        }
        return isName ? String(name) : nil
    }

    private static func word(
        _ number: Int,
        length: Int,
        mark: Unicode.Scalar,
        digits: [Unicode.Scalar]
    ) -> [Unicode.Scalar] {
        var word = [mark]
        var rest = number
        for _ in 1..<length {
            word.insert(digits[rest % 10], at: 1)
            rest /= 10
        }
        return word
    }

    /// A scalar's text with the values filled in; nil where it has no placeholder.
    ///
    /// - Parameter faults: Gets every variable that is not set, and what stands between braces and is not a name. The text is
    ///   without these then.
    func filled(_ text: String, at position: YAMLPosition, _ faults: inout [YAMLFault]) -> String? {
        guard text.unicodeScalars.contains(mark) else {
            if text.contains("{{") {
                let message = "\"{{\" without \"}}\" on the same line; a placeholder is {{ .Name }}"
                faults.append(YAMLFault(message, at: position))
            }
            return nil
        }
        var result = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == mark else {
                result.append(scalar)
                continue
            }
            var number = 0
            while let next = rest.first, let digit = digits.firstIndex(of: next) {
                number = number * 10 + digit
                rest.removeFirst()
            }
            // A text can write the character itself, as an escape within quotation marks.
            guard placeholders.indices.contains(number) else { continue }
            let placeholder = placeholders[number]
            guard let name = placeholder.name else {
                let source = quoted(placeholder.source)
                let message = "\(source) is not a placeholder; one is {{ .Name }}, filled from the environment"
                faults.append(YAMLFault(message, at: placeholder.position))
                continue
            }
            guard let value = value(name) else {
                let message = "the environment variable \(name) is not set"
                faults.append(YAMLFault(message, at: placeholder.position))
                continue
            }
            result.append(contentsOf: value.unicodeScalars)
        }
        return String(result)
    }
}
