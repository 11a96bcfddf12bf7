/// Rows under headings, for people.
public struct Table: Sendable {
    public struct Column: Sendable {
        public let heading: String
        /// Numbers stand at the right.
        public let isNumber: Bool
        /// The fewest columns it may be cut to where the terminal is too narrow; nil where it is never cut, since half an
        /// identifier is of no use.
        public let minimumWidth: Int?

        public init(_ heading: String, isNumber: Bool = false, minimumWidth: Int? = nil) {
            self.heading = heading
            self.isNumber = isNumber
            self.minimumWidth = minimumWidth
        }
    }

    public struct Cell: Sendable, ExpressibleByStringInterpolation {
        public let text: String
        public let style: TextStyle

        public init(_ text: String, _ style: TextStyle = .plain) {
            self.text = text
            self.style = style
        }

        public init(stringLiteral value: String) { self.init(value) }

        /// A number; nothing much to see where it is 0.
        public init(count: Int) { self.init(String(count), count == 0 ? .faint : .plain) }

        /// The text; a faint `-` where there is none.
        public init(optional text: String?) {
            if let text, !text.isEmpty { self.init(text) } else { self.init("-", .faint) }
        }
    }

    public let columns: [Column]
    public private(set) var rows: [[Cell]] = []

    public init(_ columns: [Column]) { self.columns = columns }

    /// Adds a row: one cell for each column.
    public mutating func add(_ cells: [Cell]) { rows.append(cells) }

    /// The table as lines, the headings first.
    public func lines(on terminal: Terminal) -> [String] {
        let texts = rows.map { $0.map { TerminalText.visible($0.text) } }
        let widths = widths(of: texts, within: terminal.width)
        var lines = [line(columns.map { Cell($0.heading, .strong) }, columns.map(\.heading), widths, terminal)]
        for (row, texts) in zip(rows, texts) { lines.append(line(row, texts, widths, terminal)) }
        return lines
    }

    private static let gap = "  "

    private func widths(of texts: [[String]], within limit: Int?) -> [Int] {
        var widths = columns.map { TerminalText.width($0.heading) }
        for row in texts {
            for (index, text) in row.enumerated() { widths[index] = max(widths[index], TerminalText.width(text)) }
        }
        guard let limit else { return widths }
        var excess = widths.reduce(0, +) + Self.gap.count * (columns.count - 1) - limit
        while excess > 0 {
            // The widest of those that may be cut gives, down to the next widest.
            let candidates = widths.indices.filter { index in
                columns[index].minimumWidth.map { widths[index] > $0 } ?? false
            }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
            let floor = max(
                columns[widest].minimumWidth ?? 0,
                candidates.filter { $0 != widest }.map { widths[$0] }.max() ?? 0
            )
            let cut = max(1, min(excess, widths[widest] - floor))
            widths[widest] -= cut
            excess -= cut
        }
        return widths
    }

    private func line(_ cells: [Cell], _ texts: [String], _ widths: [Int], _ terminal: Terminal) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            let text = TerminalText.truncated(texts[index], to: widths[index])
            let padding = String(repeating: " ", count: widths[index] - TerminalText.width(text))
            let styled = cell.style.apply(to: text, hasColor: terminal.hasColor)
            let isLast = index == cells.count - 1
            line += columns[index].isNumber ? padding + styled : styled + (isLast ? "" : padding)
            if !isLast { line += Self.gap }
        }
        return line
    }
}
