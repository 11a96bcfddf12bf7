import Testing
import YAML

struct YAMLEmitterTests {
    @Test func `a document is block style, in the order it was made`() throws {
        let value: YAMLValue = [
            "image_id": "ami-0abc", "count": 3, "in_use": true, "name": nil, "empty": [], "none": .mapping([]),
            "accounts": [["id": "111122223333"], "plain"],
        ]
        #expect(
            try YAMLEmitter.text(value) == """
                image_id: ami-0abc
                count: 3
                in_use: true
                name: null
                empty: []
                none: {}
                accounts:
                - id: '111122223333'
                - plain

                """
        )
    }

    @Test(arguments: [
        ("on", "'on'"), ("No", "'No'"), ("null", "'null'"), ("~", "'~'"), ("", "''"), ("012", "'012'"),
        ("1e3", "'1e3'"), (".5", "'.5'"), ("2026-11-20", "'2026-11-20'"), ("12:30", "'12:30'"), ("=", "'='"),
        ("<<", "'<<'"), ("a: b", "'a: b'"), ("a #b", "'a #b'"), ("/ami/x", "/ami/x"), ("it's", "it's"), ("'", "''''"),
        ("line\nfeed", "\"line\\nfeed\""), ("\u{1b}[31m", "\"\\e[31m\""), ("größe", "größe"), ("ends ", "'ends '"),
    ])
    func `a string stays a string for every reader`(text: String, expected: String) throws {
        #expect(try YAMLEmitter.text(["v": .string(text)]) == "v: \(expected)\n")
    }

    @Test func `a long text stays in one line`() throws {
        let text = String(repeating: "word ", count: 100) + "end"
        #expect(try YAMLEmitter.text(.sequence([.string(text)])) == "- \(text)\n")
    }
}
