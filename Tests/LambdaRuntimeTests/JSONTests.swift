import FoundationEssentials
import TestSupport
import Testing

@testable import LambdaRuntime

/// Strings that a careless writer of JSON gets wrong.
let difficultStrings = [
    "", "plain", "line\nbreak", "\r\n\t\u{8}\u{c}", "say \"hi\"", "back\\slash \\\" \\n", "\0\u{1}\u{1f}\u{7f}",
    "größe 🎉 日本",
    "\u{2028}\u{2029}", "</script>", String(repeating: "\"\n", count: 1000),
]

@Suite struct JSONTextTests {
    @Test(arguments: difficultStrings) func stringsSurvive(_ string: String) throws {
        var buffer: [UInt8] = []
        JSONText.append(string, to: &buffer)
        #expect(try JSONDecoder().decode(String.self, from: Data(buffer)) == string)
        #expect(!buffer.contains { $0 < 0x20 })
    }

    @Test(arguments: difficultStrings) func asciiStringsSurvive(_ string: String) throws {
        var buffer: [UInt8] = []
        JSONText.appendASCII(string, to: &buffer)
        #expect(try JSONDecoder().decode(String.self, from: Data(buffer)) == string)
        #expect(buffer.allSatisfy { (0x20..<0x7f).contains($0) })
    }

    @Test func arrays() throws {
        for strings in [[], [""], difficultStrings] {
            var buffer: [UInt8] = []
            JSONText.append(strings, to: &buffer)
            #expect(try JSONDecoder().decode([String].self, from: Data(buffer)) == strings)
        }
    }
}

@Suite struct JSONValueTests {
    @Test(arguments: [
        ("null", JSONValue.null),
        (" true ", .boolean(true)),
        ("false", .boolean(false)),
        ("0", .number("0")),
        ("-12.50e+3", .number("-12.50e+3")),
        ("1E-9", .number("1E-9")),
        (#""""#, .string("")),
        (#""\"\\\/\b\f\n\r\t\u00e9\ud83c\udf89é""#, .string("\"\\/\u{8}\u{c}\n\r\té🎉é")),
        ("[]", .array([])),
        ("[1, [2] ,{}]", .array([.number("1"), .array([.number("2")]), .object([:])])),
        ("\t{\"a\" : null ,\r\n\"b\":\"c\"}", .object(["a": .null, "b": .string("c")])),
        (#"{"a":1,"a":2}"#, .object(["a": .number("2")])),
    ]) func wellFormed(_ text: String, _ value: JSONValue) {
        #expect(JSONValue(parsing: text) == value)
    }

    @Test(arguments: [
        "", " ", "nul", "nulls", "True", "01", "-", "+1", "1.", ".5", "1e", "1e+", "0x10", "NaN", "'a'", "\"", "\"\n\"",
        #""\x""#,
        #""\u12""#, #""\u12g4""#, #""\ud800""#, #""\ud800\u0041""#, #""\udc00""#, "[", "[1", "[1,", "[1,]", "[,]",
        "[1 2]", "{", "{}}",
        "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "{1:2}", "1 2", "\u{feff}1",
    ]) func malformed(_ text: String) {
        #expect(JSONValue(parsing: text) == nil)
    }

    @Test func nestingIsBounded() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(JSONValue(parsing: nested(JSONValue.maximumDepth + 1)) != nil)
        #expect(JSONValue(parsing: nested(JSONValue.maximumDepth + 2)) == nil)
        #expect(JSONValue(parsing: String(repeating: "{\"a\":", count: 1_000_000)) == nil)
    }

    @Test func whatItAcceptsFoundationAccepts() throws {
        struct Anything: Decodable {
            init(from decoder: any Decoder) throws {}
        }
        let seed = Array(#"{"client":{"app_title":"a\u00e9"},"custom":{"n":-1.5e3,"b":[true,null]}}"#.utf8)
        let alphabet = Array("{}[]\",:\\u0123456789eE+-.tfn \n\u{0}é".utf8)
        var generator = SeededGenerator(seed: 1)
        var accepted = 0
        for _ in 0..<20_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes.remove(at: index)
                case 1: bytes.insert(alphabet.randomElement(using: &generator) ?? 0, at: index)
                default: bytes[index] = alphabet.randomElement(using: &generator) ?? 0
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            if JSONValue(parsing: text) != nil {
                accepted += 1
                #expect(throws: Never.self, "\(text)") {
                    try JSONDecoder().decode(Anything.self, from: Data(text.utf8))
                }
            }
            _ = ClientContext(header: text)
            _ = CognitoIdentity(header: text)
        }
        #expect(accepted > 1000)
    }
}
