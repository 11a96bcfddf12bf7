import TestSupport
import Testing
import YAML

@Suite("Reading YAML")
struct YAMLParserTests {
    private func parse(_ text: String, limits: YAMLParser.Limits = .init()) throws -> YAMLNode {
        try YAMLParser(limits: limits).parse(Array(text.utf8))
    }

    private func fault(_ bytes: [UInt8], _ parser: YAMLParser = YAMLParser()) -> String? {
        do throws(YAMLFault) {
            _ = try parser.parse(bytes)
            return nil
        } catch {
            return error.description
        }
    }

    private func fault(_ text: String, _ parser: YAMLParser = YAMLParser()) -> String? {
        fault(Array(text.utf8), parser)
    }

    @Test("Values have their text, their kind and their place")
    func places() throws {
        let root = try parse("a: 1\nlist:\n  - x\n  - 'y z'\nünï: {k: \"v\\n\"}\n")
        let entries = try #require(root.mapping)
        #expect(entries.map(\.key) == ["a", "list", "ünï"])
        #expect(entries[0].value.text == "1")
        #expect(entries[0].value.position == YAMLPosition(line: 1, column: 4))
        let list = try #require(entries[1].value.sequence)
        #expect(list.map(\.text) == ["x", "y z"])
        #expect(list[1].position == YAMLPosition(line: 4, column: 5))
        #expect(entries[2].keyPosition == YAMLPosition(line: 5, column: 1))
        #expect(entries[2].value.mapping?.first?.value.text == "v\n")
        #expect(entries[2].value.mapping?.first?.value.position == YAMLPosition(line: 5, column: 10))
    }

    @Test("Nothing is a plain empty scalar, ~ or null", arguments: ["a:", "a: ~", "a: null", "a: Null", "a: NULL"])
    func nothing(_ text: String) throws {
        #expect(try parse(text).mapping?.first?.value.isNull == true)
    }

    @Test(
        "What is quoted, or a block, is itself",
        arguments: ["a: ''", "a: \"null\"", "a: '~'", "a: |\n  null", "a: !!str null"]
    )
    func something(_ text: String) throws {
        #expect(try parse(text).mapping?.first?.value.isNull == false)
    }

    @Test("An alias is what it stands for")
    func aliases() throws {
        let entries = try #require(try parse("a: &x [1, 2]\nb: *x\n").mapping)
        #expect(entries[1].value.sequence?.map(\.text) == ["1", "2"])
    }

    @Test(
        "Errors say where they are",
        arguments: [
            ("a: 1\nb: 2\na: 3\n", "3:1: the key \"a\" is there already, at 1:1"),
            ("a: 1\n---\nb: 2\n", "2:1: a second document begins here; the text is to hold one"),
            ("", "1:1: the text has no document"),
            ("# only a comment\n", "2:1: the text has no document"),
            ("a: *x\n", "1:4: nothing is named &x before this alias"),
            ("a: &x [1, *x]\n", "1:11: *x stands within what it stands for"),
            ("a: !secret x\n", "1:4: the tag \"!secret\" is not supported here"),
            ("a: !!int 3\n", "1:4: the tag \"tag:yaml.org,2002:int\" is not supported here"),
            ("[a, b]: c\n", "1:1: a key is to be a single value, no list and no mapping"),
            ("a: [1, 2\nb: 3\n", "2:2: did not find expected ',' or ']' while parsing a flow sequence"),
            ("a: \"x\n", "2:1: found unexpected end of stream while scanning a quoted scalar"),
            ("a:\n\t- b\n", "2:1: found character that cannot start any token while scanning for the next token"),
            ("a: x\u{1}y\n", "1:5: control characters are not allowed"),
        ]
    )
    func errors(_ text: String, _ message: String) {
        #expect(fault(text) == message)
    }

    @Test("A text that is not UTF-8 is refused where it is not")
    func invalidUTF8() {
        #expect(fault(Array("a: 1\nb: ".utf8) + [0xFF, 0x0A]) == "2:4: the text is not valid UTF-8")
        #expect(fault(Array("a: 1\nb: ".utf8) + [0xE2, 0x82]) == "2:4: the text is not valid UTF-8")
    }

    @Test("A byte order mark is passed over, whatever the line ends with")
    func lineEnds() throws {
        let entries = try #require(try parse("\u{FEFF}a: 1\r\nb: 2\r\n").mapping)
        #expect(entries.map(\.key) == ["a", "b"])
        #expect(entries[1].value.position == YAMLPosition(line: 2, column: 4))
    }

    @Test("Aliases that multiply are counted, not made")
    func bomb() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...30 {
            let names = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(names)]\n"
        }
        let message = fault(text)
        #expect(
            message?.hasSuffix("the document has more than 100000 values, aliases counted") == true,
            "\(message ?? "")"
        )
    }

    @Test("Depth, size and number have limits")
    func limits() {
        let deep = String(repeating: "[", count: 60) + String(repeating: "]", count: 60)
        #expect(fault(deep) == "1:51: collections are nested more than 50 deep")
        let small = YAMLParser(limits: .init(bytes: 10, nodes: 4, depth: 3))
        #expect(fault("a: bcdefghijk", small) == "1:1: a text of 13 bytes; the limit is 10")
        #expect(fault("[a,b,c]", small) == nil)
        #expect(fault("[a,b,c,d]", small) == "1:8: the document has more than 4 values, aliases counted")
    }

    // MARK: Placeholders

    private func filling(_ values: [String: String]) -> YAMLParser {
        YAMLParser(placeholderValue: { values[$0] })
    }

    @Test(
        "A placeholder is filled in wherever a scalar can stand",
        arguments: [
            "a: {{ .Name }}", "a: {{.Name}}", "a: \"{{ .Name }}\"", "a: '{{  .Name  }}'", "a: |-\n  {{ .Name }}",
            "{a: {{ .Name }}}", "a: {{ .Name }} # {{ .Missing }}", "a: >-\n  {{ .Name }}\n",
        ]
    )
    func placeholders(_ text: String) throws {
        let values = [
            "x: y", "# no comment", "- 1\n- 2", "]", "\"", "'", "*a", "{{ .Name }}", "ünï\u{1F600}", "", "null",
        ]
        for value in values {
            let root = try filling(["Name": value]).parse(Array(text.utf8))
            let node = try #require(root.mapping?.first?.value)
            #expect(node.text == value)
            #expect(!node.isNull)
        }
    }

    @Test("Several placeholders, in a key as well, and places that stay what they are")
    func several() throws {
        let parser = filling(["A": "one two three", "B": "2", "Key": "k"])
        let root = try parser.parse(Array("{{.Key}}: pre-{{.A}}{{ .B }}-post\nlist: [{{ .B }}, x, {{ .A }}]\n".utf8))
        let entries = try #require(root.mapping)
        #expect(entries[0].key == "k")
        #expect(entries[0].value.text == "pre-one two three2-post")
        let list = try #require(entries[1].value.sequence)
        #expect(list.map(\.text) == ["2", "x", "one two three"])
        #expect(list.map(\.position.column) == [8, 18, 21])
    }

    @Test(
        "What is no placeholder is told where it stands",
        arguments: [
            ("a: 1\nb: {{ .Gone }}\n", "2:4: the environment variable Gone is not set"),
            ("b: x{{ .Gone }}\n", "1:5: the environment variable Gone is not set"),
            (
                "b: {{ Name }}\n",
                "1:4: \"{{ Name }}\" is not a placeholder; one is {{ .Name }}, filled from the environment"
            ),
            (
                "b: {{ .9 }}\n",
                "1:4: \"{{ .9 }}\" is not a placeholder; one is {{ .Name }}, filled from the environment"
            ),
            ("b: '{{ .Name'\n", "1:4: \"{{\" without \"}}\" on the same line; a placeholder is {{ .Name }}"),
        ]
    )
    func wrongPlaceholders(_ text: String, _ message: String) {
        #expect(fault(text, filling(["Name": "x"])) == message)
    }

    @Test("Characters that stand in for placeholders may be in the text or in values")
    func privateUse() throws {
        let parser = filling(["Name": "\u{E000}\u{E001}"])
        let root = try parser.parse(Array("a: \"\u{E000}{{ .Name }}\\uE001\"\n".utf8))
        #expect(root.mapping?.first?.value.text?.unicodeScalars.prefix(3).map(\.value) == [0xE000, 0xE000, 0xE001])
    }

    @Test("Without values for placeholders, braces are YAML's own")
    func braces() throws {
        #expect(fault("a: {{ .Name }}") == "1:5: a key is to be a single value, no list and no mapping")
        #expect(try parse("a: '{{ .Name }}'").mapping?.first?.value.text == "{{ .Name }}")
    }

    @Test("What the emitter writes is read back", arguments: 0..<200)
    func roundTrip(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let value = Self.value(&random, depth: 0)
        let text = try YAMLEmitter.text(value)
        let node = try parse(text)
        #expect(Self.isSame(node, value), "\(text)")
    }

    private static func value(_ random: inout SeededGenerator, depth: Int) -> YAMLValue {
        switch Int.random(in: 0..<(depth > 3 ? 4 : 6), using: &random) {
        case 0: return .null
        case 1: return .boolean(Bool.random(using: &random))
        case 2: return .integer(Int.random(in: -1000...1000, using: &random))
        case 3: return .string(text(&random))
        case 4:
            return .sequence((0..<Int.random(in: 0..<4, using: &random)).map { _ in value(&random, depth: depth + 1) })
        default:
            let names = Set((0..<Int.random(in: 0..<4, using: &random)).map { _ in text(&random) }).sorted()
            return .mapping(names.map { .init($0, value(&random, depth: depth + 1)) })
        }
    }

    private static func text(_ random: inout SeededGenerator) -> String {
        let alphabet = Array("ab: -#'\"\\\n\t{}[],&*!|>%@`~?=ü€\u{1F600}0159.x")
        return String(
            (0..<Int.random(in: 0..<12, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "a" }
        )
    }

    private static func isSame(_ node: YAMLNode, _ value: YAMLValue) -> Bool {
        switch value {
        case .null: node.isNull
        case .boolean(let value): node.text == (value ? "true" : "false")
        case .integer(let value): node.text == String(value)
        case .string(let text): node.text == text && !node.isNull
        case .sequence(let values):
            node.sequence.map { $0.count == values.count && zip($0, values).allSatisfy(isSame) } ?? false
        case .mapping(let members):
            node.mapping.map {
                $0.count == members.count
                    && zip($0, members).allSatisfy { $0.key == $1.name && isSame($0.value, $1.value) }
            } ?? false
        }
    }
}
