/// The file format of `~/.aws/config` and `~/.aws/credentials`.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>
///
/// Sections in brackets; `name = value`; a line that begins with white space continues the value above, or, where that
/// value is empty, is a `name = value` nested under it. Whole-line comments begin with `#` or `;`, comments behind a
/// value with white space and one of them. Names of values compare without regard to case.
public struct INIDocument: Sendable, Hashable {
    public struct Section: Sendable, Hashable {
        /// The text in the brackets, white space collapsed.
        public var name: String
        /// By name in lower case.
        public var values: [String: String] = [:]
        /// Values nested under a name, by both names in lower case.
        public var nested: [String: [String: String]] = [:]
    }

    /// What is wrong with a line. The line itself is not quoted: it may hold a secret.
    public struct ParseError: Error, Hashable, CustomStringConvertible {
        /// From 1.
        public let line: Int
        public let reason: String

        public var description: String { "line \(line): \(reason)" }
    }

    /// In order; sections of one name are merged, later values win.
    public private(set) var sections: [Section] = []

    public subscript(section: String) -> Section? { sections.first { $0.name == section } }

    /// No sections.
    public init() {}

    public init(parsing text: String) throws(ParseError) {
        var current: Int?
        var lastName: String?
        for (index, rawLine) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = index == 0 && rawLine.hasPrefix("\u{feff}") ? rawLine.dropFirst() : rawLine
            let content = Self.trim(line)
            guard let first = content.first, first != "#", first != ";" else { continue }
            if first == "[", line.first == "[" {
                current = open(try Self.sectionName(content, line: index + 1))
                lastName = nil
                continue
            }
            guard let current else { throw ParseError(line: index + 1, reason: "a value before the first section") }
            if Self.isSpace(line.first), let name = lastName {
                continueValue(of: name, in: current, with: content)
            } else {
                let (name, value) = try Self.assignment(content, line: index + 1)
                sections[current].values[name] = value
                sections[current].nested[name] = nil
                lastName = name
            }
        }
    }

    /// The index of the section of this name.
    private mutating func open(_ name: String) -> Int {
        if let index = sections.firstIndex(where: { $0.name == name }) { return index }
        sections.append(Section(name: name))
        return sections.count - 1
    }

    private mutating func continueValue(of name: String, in section: Int, with content: Substring) {
        if sections[section].values[name]?.isEmpty == true {
            guard let equals = content.firstIndex(of: "=") else { return }
            let key = Self.trim(content[..<equals]).lowercased()
            let value = Self.withoutComment(Self.trim(content[content.index(after: equals)...]))
            sections[section].nested[name, default: [:]][key] = value
        } else {
            sections[section].values[name, default: ""] += "\n\(content)"
        }
    }

    private static func sectionName(_ content: Substring, line: Int) throws(ParseError) -> String {
        guard let end = content.firstIndex(of: "]") else { throw ParseError(line: line, reason: "no ]") }
        let rest = trim(content[content.index(after: end)...])
        guard rest.isEmpty || rest.first == "#" || rest.first == ";" else {
            throw ParseError(line: line, reason: "text after ]")
        }
        let words = content[..<end].dropFirst().split(whereSeparator: isSpace)
        guard !words.isEmpty else { throw ParseError(line: line, reason: "a section without a name") }
        return words.map { $0.filter { $0 != "\"" && $0 != "'" } }.joined(separator: " ")
    }

    private static func assignment(
        _ content: Substring,
        line: Int
    ) throws(ParseError) -> (name: String, value: String) {
        guard let equals = content.firstIndex(of: "=") else { throw ParseError(line: line, reason: "no =") }
        let name = trim(content[..<equals]).lowercased()
        guard !name.isEmpty else { throw ParseError(line: line, reason: "no name before =") }
        return (name, withoutComment(trim(content[content.index(after: equals)...])))
    }

    /// Up to white space that a `#` or `;` follows.
    private static func withoutComment(_ value: Substring) -> String {
        var previous: Character? = " "
        for index in value.indices {
            if value[index] == "#" || value[index] == ";", isSpace(previous) {
                return String(trim(value[..<index]))
            }
            previous = value[index]
        }
        return String(value)
    }

    private static func trim(_ text: Substring) -> Substring {
        var text = text.drop(while: isSpace)
        while isSpace(text.last) { text.removeLast() }
        return text
    }

    private static func isSpace(_ character: Character?) -> Bool { character == " " || character == "\t" }

    private static func isSpace(_ character: Character) -> Bool { character == " " || character == "\t" }
}
