import YAML

/// What a command has found: a document for programs, and blocks that say the same to people.
public struct CommandOutput: Sendable {
    /// With `--output json` or `yaml`. Names of members are `snake_case` and stay the same.
    public var document: YAMLValue
    public var blocks: [Block]

    public enum Block: Sendable {
        /// A line of text.
        case text(String, TextStyle = .plain)
        /// A heading, with an empty line before it.
        case heading(String)
        /// Names and values, one a line.
        case facts([(name: String, value: Table.Cell)])
        case table(Table)
    }

    public init(document: YAMLValue, _ blocks: [Block] = []) {
        self.document = document
        self.blocks = blocks
    }

    /// The forms of `--output`.
    public enum Format: String, Sendable, CaseIterable {
        case table
        case json
        case yaml
    }

    /// The text to print, which ends with a line feed.
    func text(as format: Format, on terminal: Terminal) throws -> String {
        switch format {
        case .json: JSONText.indented(document)
        case .yaml: try YAMLEmitter.text(document)
        case .table: lines(on: terminal).map { "\($0)\n" }.joined()
        }
    }

    private func lines(on terminal: Terminal) -> [String] {
        var lines: [String] = []
        for block in blocks {
            switch block {
            case .text(let text, let style):
                lines.append(style.apply(to: TerminalText.visible(text), hasColor: terminal.hasColor))
            case .heading(let text):
                if !lines.isEmpty { lines.append("") }
                lines.append(TextStyle.strong.apply(to: TerminalText.visible(text), hasColor: terminal.hasColor))
            case .facts(let facts):
                let width = facts.map { TerminalText.width($0.name) }.max() ?? 0
                for fact in facts {
                    let padding = String(repeating: " ", count: width - TerminalText.width(fact.name) + 2)
                    let value = fact.value.style.apply(
                        to: TerminalText.visible(fact.value.text),
                        hasColor: terminal.hasColor
                    )
                    lines.append("\(fact.name):\(padding)\(value)")
                }
            case .table(let table):
                lines += table.lines(on: terminal)
            }
        }
        return lines
    }
}
