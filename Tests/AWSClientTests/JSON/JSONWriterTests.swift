import FoundationEssentials
import TestSupport
import Testing

@testable import AWSClient

struct JSONWriterTests {
    private func json(_ write: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter()
        write(&json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test func documents() {
        let text = json { json in
            json.object { json in
                json.member("s", "x")
                json.member("none", String?.none)
                json.member("i", -1)
                json.member("b", true)
                json.member("a") { $0.array([[1, 2], []]) { $0.array($1) { $0.integer($1) } } }
                json.member("m") { $0.map(["z": false, "y": true]) { $0.boolean($1) } }
                json.member("o") { $0.object { _ in } }
                json.member("{,[:") { $0.string("{,[:") }
                json.member("after", 2)
            }
        }
        #expect(
            text == """
                {"s":"x","i":-1,"b":true,"a":[[1,2],[]],"m":{"y":true,"z":false},"o":{},"{,[:":"{,[:","after":2}
                """
        )
    }

    @Test func emptyStringsAndNames() {
        let text = json { json in
            json.object { json in
                json.member("", "")
                json.member("a") { $0.array(["", ""]) { $0.string($1) } }
            }
        }
        #expect(text == #"{"":"","a":["",""]}"#)
    }

    @Test(arguments: [
        ("é/🙂", #""é/🙂""#), ("\"\\", #""\"\\""#), ("\n\t\r\u{8}\u{c}", #""\n\t\r\b\f""#),
        ("\0\u{1}\u{f}\u{10}\u{1f}", #""\u0000\u0001\u000f\u0010\u001f""#), ("\u{7f}\u{2028}", "\"\u{7f}\u{2028}\""),
    ])
    func strings(value: String, text: String) {
        #expect(json { $0.string(value) } == text)
    }

    @Test func anyStringIsReadBackByJSONDecoder() throws {
        var mutator = Mutator(seed: 12)
        for _ in 0..<2000 {
            let text = mutator.mutate("é \" \\ \n 🙂 \u{1} x")
            let bytes = Array(json { $0.array([text]) { $0.string($1) } }.utf8)
            #expect(try JSONDecoder().decode([String].self, from: Data(bytes)) == [text])
            let read = try JSONReader.read(bytes) { json throws(ResponseFault) in
                try json.list { json throws(ResponseFault) in try json.string() }
            }
            #expect(read == [text])
        }
    }
}
