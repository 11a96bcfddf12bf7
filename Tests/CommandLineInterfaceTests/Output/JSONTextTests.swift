import AWSServices
import Testing
import YAML

@testable import CommandLineInterface

struct JSONTextTests {
    @Test func `documents are indented, in the order of their members`() {
        let value: YAMLValue = ["z": [1, true, nil], "a": .mapping([]), "list": [], "text": "\"\u{1b}é\n"]
        #expect(
            JSONText.indented(value) == """
                {
                  "z": [
                    1,
                    true,
                    null
                  ],
                  "a": {},
                  "list": [],
                  "text": "\\"\\u001bé\\n"
                }

                """
        )
        #expect(JSONText.compact(value) == #"{"z":[1,true,null],"a":{},"list":[],"text":"\"\u001bé\n"}"#)
    }

    @Test func `what is written is read back`() throws {
        let value: YAMLValue = ["a": [["b": "\u{0}\u{7f}\\/"], -5]]
        let parsed = try JSONValue(parsing: Array(JSONText.indented(value).utf8))
        #expect(YAMLValue(parsed) == value)
    }
}
