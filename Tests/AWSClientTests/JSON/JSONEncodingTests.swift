import FoundationEssentials
import TestSupport
import Testing

@testable import AWSClient

@Suite struct JSONEncodingTests {
    /// Everything an encodable value can do.
    private struct Everything: Codable, Equatable {
        struct Inner: Codable, Equatable {
            var text: String
            var missing: String?
            var values: [Double]
        }

        enum Choice: String, Codable { case one, two }

        var string = "a \"quoted\" \\ / \u{1}\u{1f} \u{7f} é 🐧\n\t"
        var integers: [Int64] = [.min, -1, 0, .max]
        var bytes: [UInt8] = [0, 255]
        var numbers: [Double] = [0, -0.5, 1, 1e300, 1.5e-9, 123_456_789.25]
        var float: Float = 0.25
        var isTrue = true
        var choice = Choice.two
        var names = ["camelCase": 1, "b": 2, "": 3]
        var inner = Inner(text: "x", missing: nil, values: [])
        var inners = [Inner(text: "y", missing: "z", values: [1, 2])]
        var optionals: [Int?] = [1, nil]
        var nested = [["a"], []]
    }

    private func foundation(_ value: some Encodable, snakeCase: Bool = false) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if snakeCase { encoder.keyEncodingStrategy = .convertToSnakeCase }
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    @Test func agreesWithFoundation() throws {
        let value = Everything()
        let text = String(decoding: try JSONDocument.encode(value), as: UTF8.self)
        #expect(try text == foundation(value))
        #expect(try JSONDocument.decode(Everything.self, from: Array(text.utf8)) == value)
        #expect(try JSONDocument.encode("text") == Array("\"text\"".utf8))
        #expect(try JSONDocument.encode([Int]()) == Array("[]".utf8))
        #expect(try JSONDocument.encode([String: Int]()) == Array("{}".utf8))
        #expect(try JSONDocument.encode(Int?.none) == Array("null".utf8))
    }

    @Test func namesAreMadeOfKeysAndNotOfEntries() throws {
        let value = Everything()
        let name: (String) -> String = {
            $0.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
        }
        let text = String(decoding: try JSONDocument.encode(value, name: name), as: UTF8.self)
        #expect(try text == foundation(value, snakeCase: true))
    }

    @Test func containersAreFilledInAnyOrder() throws {
        struct Late: Encodable {
            enum Key: CodingKey { case a, b, c }

            func encode(to encoder: any Encoder) throws {
                var outer = encoder.container(keyedBy: Key.self)
                var object = outer.nestedContainer(keyedBy: Key.self, forKey: .b)
                var array = outer.nestedUnkeyedContainer(forKey: .a)
                try outer.encode(1, forKey: .c)
                try array.encode(2)
                var inner = array.nestedContainer(keyedBy: Key.self)
                try object.encode(3, forKey: .a)
                try inner.encode(4, forKey: .a)
                // The same container again.
                var again = encoder.container(keyedBy: Key.self)
                try again.encodeNil(forKey: .c)
            }
        }
        #expect(
            String(decoding: try JSONDocument.encode(Late()), as: UTF8.self)
                == #"{"a":[2,{"a":4}],"b":{"a":3},"c":null}"#
        )
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity]) func numbersThatAreNone(number: Double) {
        do {
            _ = try JSONDocument.encode(["outer": ["inner": [1, number]]])
            Issue.record("\(number) was written")
        } catch EncodingError.invalidValue(_, let context) {
            #expect(context.codingPath.map(\.stringValue) == ["outer", "inner", "1"])
        } catch {
            Issue.record(error)
        }
    }

    @Test func base64AgreesWithFoundation() {
        var generator = SeededGenerator(seed: 64)
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let text = Base64.encode(bytes)
            #expect(text == Data(bytes).base64EncodedString())
            #expect(Base64.decode(text) == bytes)
        }
    }

    @Test(arguments: ["A", "AA", "AAA", "A===", "====", "AA=A", "AA==AAAA", " AAA", "AAAA\n", "AA-_", "AAé="])
    func whatIsNoBase64(text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
