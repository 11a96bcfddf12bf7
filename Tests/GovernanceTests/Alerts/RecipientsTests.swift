import Testing

@testable import Governance

@Suite struct RecipientsTests {
    @Test(
        arguments: [
            ("a@example.com", ["a@example.com"], 0), ("", [], 0), (" , ; \n", [], 0),
            ("a@example.com,b@example.com", ["a@example.com", "b@example.com"], 0),
            (
                "a@example.com, b@example.com;c@example.com\nd@example.com",
                ["a@example.com", "b@example.com", "c@example.com", "d@example.com"], 0
            ),
            ("a@example.com A@EXAMPLE.com", ["a@example.com"], 0),
            ("<a@example.com>", ["a@example.com"], 0), ("Ops <a@example.com>", ["a@example.com"], 1),
            ("a@example.com nobody", ["a@example.com"], 1), ("none", [], 1),
        ] as [(String, [String], Int)]
    )
    func reads(value: String, addresses: [String], invalid: Int) {
        let recipients = Recipients(value)
        #expect(recipients.addresses == addresses)
        #expect(recipients.invalidCount == invalid)
        #expect(recipients.surplusCount == 0)
    }

    @Test(arguments: [
        ("a@example.com", true), ("first.last+tag@sub.example.co", true), ("o'hara@example.com", true),
        ("a@example", false), ("@example.com", false), ("a@", false), ("a@@example.com", false),
        ("a.@example.com", false),
        (".a@example.com", false), ("a..b@example.com", false), ("a@-example.com", false), ("a@example-.com", false),
        ("a@example..com", false), ("ä@example.com", false), ("a@exämple.com", false), ("a\u{0}@example.com", false),
        ("a@example.com\r\nBcc:b@example.com", false), ("\"a b\"@example.com", false),
        (String(repeating: "a", count: 65) + "@example.com", false),
        ("a@" + String(repeating: "b", count: 64) + ".com", false),
        ("a@" + Array(repeating: String(repeating: "b", count: 60), count: 5).joined(separator: "."), false),
    ])
    func addresses(text: String, isOne: Bool) { #expect(Recipients.isAddress(text) == isOne) }

    @Test func fiftyAtMost() {
        let recipients = Recipients((1...60).map { "a\($0)@example.com" }.joined(separator: ","))
        #expect(recipients.addresses.count == 50)
        #expect(recipients.addresses.last == "a50@example.com")
        #expect(recipients.surplusCount == 10)
    }
}
