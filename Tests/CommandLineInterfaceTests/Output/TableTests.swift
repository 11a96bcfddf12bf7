import Testing

@testable import CommandLineInterface

struct TableTests {
    private var table: Table {
        var table = Table([.init("ID"), .init("NAME", minimumWidth: 5), .init("COUNT", isNumber: true)])
        table.add(["ami-1", "a name of some length", .init(count: 7)])
        table.add(["ami-22", .init(optional: nil), .init(count: 0)])
        return table
    }

    @Test func `columns are as wide as they must be`() {
        #expect(
            table.lines(on: Terminal()) == [
                "ID      NAME                   COUNT",
                "ami-1   a name of some length      7",
                "ami-22  -                          0",
            ]
        )
    }

    @Test func `what may be cut is cut on a narrow terminal, and identifiers never`() {
        #expect(
            table.lines(on: Terminal(isTerminal: true, width: 26, hasColor: false)) == [
                "ID      NAME         COUNT",
                "ami-1   a name of …      7",
                "ami-22  -                0",
            ]
        )
        #expect(table.lines(on: Terminal(isTerminal: true, width: 3, hasColor: false))[1] == "ami-1   a na…      7")
    }

    @Test func `the widest give first`() {
        var table = Table([.init("A", minimumWidth: 2), .init("B", minimumWidth: 2)])
        table.add(["1234567890", "123456"])
        #expect(table.lines(on: Terminal(isTerminal: true, width: 12))[1] == "1234…  1234…")
        #expect(table.lines(on: Terminal(isTerminal: true, width: 14))[1] == "12345…  123456")
    }

    @Test func `colours change no width`() {
        let plain = table.lines(on: Terminal())
        let coloured = table.lines(on: Terminal(hasColor: true))
        #expect(coloured != plain)
        #expect(coloured.map(withoutColors) == plain)
    }

    private func withoutColors(_ line: String) -> String {
        var rest = line[...]
        var result = ""
        while let escape = rest.firstIndex(of: "\u{1b}") {
            result += rest[..<escape]
            rest = rest[escape...].drop { $0 != "m" }.dropFirst()
        }
        return result + rest
    }

    @Test(arguments: [
        ("abc", 3), ("größe", 5), ("日本", 4), ("e\u{301}", 1), ("🚀", 2), ("", 0), ("a\u{200b}", 1), ("ｆ", 2),
    ])
    func `width is what a terminal takes`(text: String, width: Int) {
        #expect(TerminalText.width(text) == width)
    }

    @Test(arguments: [("日本語", 4, "日…"), ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("abc", 0, ""), ("abc", 1, "…")])
    func `texts are cut between characters`(text: String, columns: Int, expected: String) {
        #expect(TerminalText.truncated(text, to: columns) == expected)
    }

    @Test(arguments: [
        ("plain", "plain"), ("a\u{1b}[31m", "a␛[31m"), ("a\nb\t", "a␊b␉"), ("\u{7f}", "␡"), ("\u{9b}x", "\\u{9B}x"),
        ("\u{202e}evil", "\\u{202E}evil"), ("größe 日本", "größe 日本"),
    ])
    func `control characters are seen and not obeyed`(text: String, expected: String) {
        #expect(TerminalText.visible(text) == expected)
    }
}
