import TestSupport
import Testing

@testable import AWSClient

struct INIDocumentTests {
    @Test func sectionsValuesAndComments() throws {
        let document = try INIDocument(
            parsing: """
                \u{feff}# a comment
                [default]
                Region = eu-west-1
                output=json ; why not
                secret = a#b;c=d # only this is a comment
                empty =

                [profile  dev]   ; comment
                region\t=\tus-east-1\r
                # indented comment lines are none of the value
                  # neither is this
                [profile "with space"]
                a = 1
                [default]
                output = text
                """
        )
        #expect(document.sections.map(\.name) == ["default", "profile dev", "profile with space"])
        #expect(
            document["default"]?.values == [
                "region": "eu-west-1", "output": "text", "secret": "a#b;c=d", "empty": "",
            ]
        )
        #expect(document["profile dev"]?.values == ["region": "us-east-1"])
        #expect(document["other"] == nil)
    }

    @Test func continuationsAndNestedValues() throws {
        let document = try INIDocument(
            parsing: """
                [profile a]
                s3 =
                  Addressing_Style = path
                \tmax = 10 # ten
                role = first
                  second # kept
                plain = x
                [services local]
                dynamodb =
                  endpoint_url = http://localhost:8000
                auto_scaling =
                  endpoint_url = http://localhost:8001
                """
        )
        #expect(document["profile a"]?.nested == ["s3": ["addressing_style": "path", "max": "10"]])
        #expect(document["profile a"]?.values["role"] == "first\nsecond # kept")
        #expect(document["profile a"]?.values["plain"] == "x")
        #expect(
            document["services local"]?.nested == [
                "dynamodb": ["endpoint_url": "http://localhost:8000"],
                "auto_scaling": ["endpoint_url": "http://localhost:8001"],
            ]
        )
    }

    @Test func aNestedValueReplacesAndIsReplaced() throws {
        let document = try INIDocument(parsing: "[a]\ns3 =\n  x = 1\ns3 = plain\n[a]\ns3 =\n  y = 2")
        #expect(document["a"]?.nested == ["s3": ["y": "2"]])
        #expect(document["a"]?.values == ["s3": ""])
    }

    @Test(arguments: [
        ("key = value", 1, "a value before the first section"), ("[a]\nno assignment secret", 2, "no ="),
        ("\n\n[a", 3, "no ]"), ("[]", 1, "a section without a name"), ("[a] secret", 1, "text after ]"),
        ("[a]\n = value", 2, "no name before ="),
    ])
    func whatIsWrongIsSaidWithTheLineButNotItsText(_ text: String, _ line: Int, _ reason: String) {
        do throws(INIDocument.ParseError) {
            _ = try INIDocument(parsing: text)
            Issue.record("parsed")
        } catch {
            #expect(error.line == line)
            #expect(error.reason == reason)
            #expect(!error.description.contains("secret"))
        }
    }

    /// Any text either parses or says why not.
    @Test func anyTextEndsInADocumentOrAnError() {
        var generator = SeededGenerator(seed: 7)
        let pieces = ["[", "]", "=", "\n", " ", "\t", "#", ";", "a", "profile", "\"", "\r\n", "é", "\u{0}", "🙂"]
        var parsed = 0
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0...24, using: &generator))
                .map { _ in pieces[Int.random(in: 0..<pieces.count, using: &generator)] }.joined()
            do throws(INIDocument.ParseError) {
                _ = try INIDocument(parsing: text)
                parsed += 1
            } catch {
                #expect(error.line >= 1)
            }
        }
        #expect(parsed > 1000)
    }
}
