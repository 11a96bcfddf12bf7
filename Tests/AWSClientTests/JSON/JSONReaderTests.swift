import FoundationEssentials
import TestSupport
import Testing

@testable import AWSClient

struct JSONReaderTests {
    private func read<Value>(
        _ text: String,
        _ value: (inout JSONReader) throws(ResponseFault) -> Value
    ) throws(ResponseFault) -> Value {
        try JSONReader.read(Array(text.utf8), value)
    }

    private func string(_ text: String) throws(ResponseFault) -> String {
        try read(text) { json throws(ResponseFault) in try json.string() }
    }

    @Test(arguments: [
        (#""""#, ""), (#"  "x" \#n"#, "x"), (#""é日🙂""#, "é日🙂"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
        (#""\u00e9\u65E5""#, "é日"), (#""\ud83d\ude42""#, "🙂"), (#""a\u0000b""#, "a\0b"), (#""a\nb\nc""#, "a\nb\nc"),
    ])
    func strings(text: String, value: String) throws {
        #expect(try string(text) == value)
    }

    @Test(arguments: [
        ("", "a string is expected (byte 0 of 0)"), ("x", "a string is expected (byte 0 of 1)"),
        (#""x"#, "the string does not end (byte 2 of 2)"), (#""x\"#, "an unknown escape (byte 4 of 3)"),
        (#""\x""#, "an unknown escape (byte 3 of 4)"), ("\"\n\"", "a control character in a string (byte 1 of 3)"),
        (#""\u12g4""#, "four hexadecimal digits are expected (byte 5 of 8)"),
        (#""\ud83d""#, "half of a surrogate pair (byte 7 of 8)"),
        (#""\ude42""#, "half of a surrogate pair (byte 7 of 8)"),
        (#""\ud83d\u0041""#, "half of a surrogate pair (byte 13 of 14)"),
        (#""\ud83d\n""#, "half of a surrogate pair (byte 8 of 10)"),
        (#""x" y"#, "something follows the value (byte 4 of 5)"),
    ])
    func malformedStrings(text: String, message: String) {
        #expect(throws: ResponseFault(message: message)) { try string(text) }
    }

    @Test(arguments: [[0x22, 0xff, 0x22], [0x22, 0xc3, 0x28, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22]] as [[UInt8]])
    func invalidUTF8IsRefused(bytes: [UInt8]) {
        #expect(throws: ResponseFault.self) {
            try JSONReader.read(bytes) { json throws(ResponseFault) in try json.string() }
        }
    }

    @Test(arguments: ["0", "-0", "12", "-12.50", "1e5", "1E-5", "0.1e+7"])
    func numbers(text: String) throws {
        #expect(try read(text) { json throws(ResponseFault) in try json.number() } == text)
    }

    @Test(arguments: ["", "-", "01", "1.", ".5", "1e", "1e+", "+1", "NaN", "0x1", "1.e5", "--1"])
    func malformedNumbers(text: String) {
        #expect(throws: ResponseFault.self) { try read(text) { json throws(ResponseFault) in try json.number() } }
    }

    @Test func integers() throws {
        let read = { (text: String) throws(ResponseFault) in
            try self.read(text) { json throws(ResponseFault) in try json.integer() }
        }
        #expect(try read("-42") == -42)
        #expect(throws: ResponseFault(message: "1.5 is not an integer (byte 3 of 3)")) { try read("1.5") }
        #expect(throws: ResponseFault.self) { try read("9223372036854775808") }
    }

    @Test func members() throws {
        var found: [String] = []
        try read(#" { "a" : 1 , "b" : [ true , null ] , "a" : { } , "" : "x" } "#) { json throws(ResponseFault) in
            try json.object { (json, name) throws(ResponseFault) in
                found.append(name)
                try json.skip()
            }
        }
        #expect(found == ["a", "b", "a", ""])
    }

    @Test func values() throws {
        let map = try read(#"{"a":[1,2],"b":[],"a":[3]}"#) { json throws(ResponseFault) in
            try json.map { json throws(ResponseFault) in
                try json.list { json throws(ResponseFault) in try json.integer() }
            }
        }
        #expect(map == ["a": [3], "b": []])
        let optionals = try read("[null,true,false]") { json throws(ResponseFault) in
            try json.list { json throws(ResponseFault) in
                try json.optional { json throws(ResponseFault) in try json.boolean() }
            }
        }
        #expect(optionals == [nil, true, false])
        let strings = try read(#"["a",1,{"b":"c"},null]"#) { json throws(ResponseFault) in
            try json.list { json throws(ResponseFault) in try json.stringOrSkip() }
        }
        #expect(strings == ["a", nil, nil, nil])
    }

    @Test(arguments: [
        ("{", "the name of a member is expected (byte 1 of 1)"), (#"{"a""#, "a colon is expected (byte 4 of 4)"),
        (#"{"a":"#, "a: the document ends here (byte 5 of 5)"),
        (#"{"a":1,}"#, "the name of a member is expected (byte 7 of 8)"),
        (#"{"a":1 "b":2}"#, "a comma or the end of the object is expected (byte 7 of 13)"),
        ("[1,]", "[1]: a number is expected (byte 3 of 4)"),
        ("[1 2]", "a comma or the end of the array is expected (byte 3 of 5)"),
        ("tru", "true is expected (byte 0 of 3)"), ("nul", "null is expected (byte 0 of 3)"),
        ("1 1", "something follows the value (byte 2 of 3)"),
        (#"{"a":[{"b":x}]}"#, "a.[0].b: a number is expected (byte 11 of 15)"),
        ("{1:2}", "the name of a member is expected (byte 1 of 5)"),
    ])
    func malformedDocuments(text: String, message: String) {
        #expect { try read(text) { json throws(ResponseFault) in try json.skip() } } throws: { "\($0)" == message }
    }

    @Test func depthIsBounded() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        try read(nested(512)) { json throws(ResponseFault) in try json.skip() }
        #expect { try read(nested(513)) { json throws(ResponseFault) in try json.skip() } } throws: {
            "\($0)".hasSuffix("values are nested deeper than 512 (byte 513 of 1026)")
        }
    }

    /// What JSONDecoder takes, and only that, is taken; what is written is read back.
    @Test func agreesWithJSONDecoder() throws {
        /// Reads every value of a document, which JSONDecoder by itself leaves unread.
        struct Everything: Decodable {
            init(from decoder: any Decoder) throws {
                if let container = try? decoder.container(keyedBy: AnyKey.self) {
                    for key in container.allKeys { _ = try container.decode(Everything.self, forKey: key) }
                } else if var container = try? decoder.unkeyedContainer() {
                    while !container.isAtEnd { _ = try container.decode(Everything.self) }
                } else {
                    let container = try decoder.singleValueContainer()
                    if container.decodeNil() || (try? container.decode(Bool.self)) != nil { return }
                    if (try? container.decode(Double.self)) == nil { _ = try container.decode(String.self) }
                }
            }

            struct AnyKey: CodingKey {
                var stringValue: String
                var intValue: Int? { nil }
                init(stringValue: String) { self.stringValue = stringValue }
                init?(intValue: Int) { nil }
            }
        }
        var mutator = Mutator(seed: 11)
        let document = Array(#"{"a":[1,-2.5e3,null,true,{"b":"é\ud83d\ude42\n\"x"}],"c":{},"d":"0","e":false}"#.utf8)
        var accepted = 0
        for _ in 0..<8000 {
            let bytes = mutator.mutate(document)
            let ours = (try? JSONReader.read(bytes) { json throws(ResponseFault) in try json.skip() }) != nil
            let theirs = (try? JSONDecoder().decode(Everything.self, from: Data(bytes))) != nil
            // JSONDecoder reads UTF-16 and UTF-32 as well, and takes a byte order mark.
            if ours != theirs, !bytes.contains(0), !bytes.starts(with: [0xef, 0xbb, 0xbf]) {
                Issue.record("\(String(decoding: bytes, as: UTF8.self)): ours \(ours), JSONDecoder's \(theirs)")
            }
            if ours { accepted += 1 }
        }
        #expect(accepted > 100)
    }
}
