/// Goes through a text character by character, counting lines and columns the way libyaml does.
struct TextScanner {
    private var rest: Substring.UnicodeScalarView
    private(set) var position = YAMLPosition(line: 1, column: 1)

    init(_ text: Substring) {
        rest = text.unicodeScalars
    }

    var next: Unicode.Scalar? { rest.first }
    /// Where the next character stands.
    var index: String.Index { rest.startIndex }

    /// What follows.
    func hasPrefix(_ text: StaticString) -> Bool {
        rest.starts(with: text.description.unicodeScalars)
    }

    mutating func skip() {
        guard let scalar = rest.popFirst() else { return }
        switch scalar {
        case "\r" where rest.first == "\n":
            // Counted with the line feed.
            position.column += 1
        case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
            position.line += 1
            position.column = 1
        default:
            position.column += 1
        }
    }

    /// Where the first byte stands that is no part of a UTF-8 text.
    static func positionOfInvalidUTF8(in bytes: [UInt8]) -> YAMLPosition {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var valid = String.UnicodeScalarView()
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { valid.append(scalar) }
        return position(after: Substring(String(valid)))
    }

    /// Where the character after `text` stands.
    static func position(after text: Substring) -> YAMLPosition {
        var scanner = TextScanner(text)
        while scanner.next != nil { scanner.skip() }
        return scanner.position
    }
}
