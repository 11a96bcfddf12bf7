import FoundationEssentials
import TestSupport
import Testing

@testable import AWSClient

/// A value of any shape, encoded and decoded in the ways the types of requests and responses do it.
private indirect enum Shape: Codable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case text(String)
    case list([Shape])
    case object([String: Shape])

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: Key.self) {
            var members: [String: Shape] = [:]
            for key in container.allKeys { members[key.stringValue] = try container.decode(Shape.self, forKey: key) }
            self = .object(members)
        } else if var container = try? decoder.unkeyedContainer() {
            var elements: [Shape] = []
            while !container.isAtEnd { elements.append(try container.decode(Shape.self)) }
            self = .list(elements)
        } else {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let value = try? container.decode(Bool.self) {
                self = .bool(value)
            } else if let value = try? container.decode(Int64.self) {
                self = .integer(value)
            } else if let value = try? container.decode(Double.self) {
                self = .number(value)
            } else {
                self = .text(try container.decode(String.self))
            }
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .object(let members):
            var container = encoder.container(keyedBy: Key.self)
            for (name, value) in members { try container.encode(value, forKey: Key(stringValue: name)) }
        case .list(let elements):
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(element) }
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .bool(let value): try value.encode(to: encoder)
        case .integer(let value): try value.encode(to: encoder)
        case .number(let value): try value.encode(to: encoder)
        case .text(let value): try value.encode(to: encoder)
        }
    }

    static func random(depth: Int, using generator: inout some RandomNumberGenerator) -> Shape {
        switch Int.random(in: 0...(depth > 0 ? 7 : 5), using: &generator) {
        case 0: .null
        case 1: .bool(.random(using: &generator))
        case 2: .integer(.random(in: .min ... .max, using: &generator))
        case 3: .number(.random(in: -1e9...1e9, using: &generator))
        case 4, 5: .text(text(using: &generator))
        case 6:
            .list(
                (0..<Int.random(in: 0...5, using: &generator)).map { _ in random(depth: depth - 1, using: &generator) }
            )
        default:
            .object(
                Dictionary(
                    (0..<Int.random(in: 0...6, using: &generator)).map { _ in
                        ("m" + text(using: &generator), random(depth: depth - 1, using: &generator))
                    }
                ) { first, _ in first }
            )
        }
    }

    private static func text(using generator: inout some RandomNumberGenerator) -> String {
        let scalars: [Unicode.Scalar] = [
            "a", "B", "\"", "\\", "/", "\n", "\u{1}", "\u{7F}", "é", "漢", "😀", "\u{2028}", " ",
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0...12, using: &generator) {
            text.unicodeScalars.append(scalars.randomElement(using: &generator) ?? "x")
        }
        return text
    }
}

struct JSONDocumentTests {
    @Test func readsWhatFoundationDoes() throws {
        for seed in 0..<3_000 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let shape = Shape.random(depth: 4, using: &generator)
            let written = try JSONEncoder().encode(shape)
            let expected = try JSONDecoder().decode(Shape.self, from: written)
            #expect(try JSONDocument.decode(Shape.self, from: [UInt8](written)) == expected, "seed \(seed)")
        }
    }

    @Test func writesWhatFoundationDoes() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for seed in 0..<3_000 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let shape = Shape.random(depth: 4, using: &generator)
            let text = String(decoding: try JSONDocument.encode(shape), as: UTF8.self)
            #expect(try text == String(decoding: encoder.encode(shape), as: UTF8.self), "seed \(seed)")
        }
    }

    @Test(arguments: [
        "", " ", "{", "}", "[", "[1,]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "{,}",
        "nul", "truE",
        "01", "1.", ".5", "+1", "-", "1e", "1e+", "\"", "\"\\x\"", "\"\\", "\"\u{1}\"", "[1]x", "'a'", "\u{FEFF}",
        String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 600),
    ])
    func refusesWhatIsNoJSON(_ text: String) {
        #expect {
            try JSONDocument.decode(Shape.self, from: Array(text.utf8))
        } throws: { error in
            guard case DecodingError.dataCorrupted(let context) = error else { return false }
            return context.codingPath.isEmpty && context.debugDescription.contains("not valid JSON")
        }
    }

    @Test(arguments: [
        ("\"\\u00e9\\ud83d\\ude00\\/\"", "é😀/"), ("\"\\ud83d\"", nil), ("\"\\ud83dx\"", nil), ("\"\\udc00\"", nil),
        ("\"\\u12\"", nil), ("\"\\u12g4\"", nil), (" \"x\" ", "x"), ("\u{FEFF}\"x\"", "x"),
    ])
    func readsEscapes(_ text: String, expected: String?) {
        #expect((try? JSONDocument.decode(String.self, from: Array(text.utf8))) == expected)
    }

    @Test func refusesTextThatIsNotUTF8() {
        let bytes: [UInt8] = Array("{\"a\":\"".utf8) + [0xC3, 0x28] + Array("\"}".utf8)
        #expect(throws: DecodingError.self) { try JSONDocument.decode([String: String].self, from: bytes) }
    }

    @Test(arguments: [
        ("1.0", 1), ("1e3", 1000), ("-0", 0), ("9223372036854775807", Int.max), ("1.5", nil), ("1e99", nil),
    ])
    func readsWholeNumbers(_ text: String, expected: Int?) {
        #expect((try? JSONDocument.decode(Int.self, from: Array(text.utf8))) == expected)
    }

    @Test func findsMembersInAnyOrderAndNamesWhatIsMissing() throws {
        struct Value: Decodable, Equatable {
            struct Inner: Decodable, Equatable { var n: Int }
            var a: Int
            var escaped: String?
            var list: [Inner]

            enum CodingKeys: String, CodingKey {
                case a, list
                case escaped = "e\"s"
            }
        }
        let text = #"{"list":[{"n":1},{"n":2,"x":{"a":9}}],"e\"s":"x","skip":[[],{}],"a":3}"#
        let value = try JSONDocument.decode(Value.self, from: Array(text.utf8))
        #expect(value == Value(a: 3, escaped: "x", list: [.init(n: 1), .init(n: 2)]))
        for (text, path) in [
            (#"{"a":1}"#, "list"), (#"{"a":1,"list":[{"n":1},{"n":null}]}"#, "list.1.n"),
            (#"{"a":1,"list":[{}]}"#, "list.0.n"), (#"{"a":"1","list":[]}"#, "a"), (#"{"a":1,"list":{}}"#, "list"),
            (#"{"a":1,"list":[7]}"#, "list.0"),
        ] {
            #expect {
                try JSONDocument.decode(Value.self, from: Array(text.utf8))
            } throws: { error in
                let keys: [any CodingKey] =
                    switch error {
                    case DecodingError.keyNotFound(let key, let context): context.codingPath + [key]
                    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
                        context.codingPath
                    default: []
                    }
                return keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".") == path
            }
        }
    }
}
