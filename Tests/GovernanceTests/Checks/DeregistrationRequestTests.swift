import Testing

@testable import Governance

@Suite struct DeregistrationRequestTests {
    private func request(_ json: String) throws -> DeregistrationRequest {
        try DeregistrationRequest(parsing: Array(json.utf8))
    }

    @Test func requests() throws {
        let other = AccountID(checked: "777788889999")
        #expect(try request(Sample.json("check")) == .check(CheckQuestion(image: image)))
        #expect(
            try request(Sample.json("check-owner-view"))
                == .check(CheckQuestion(image: image, accounts: [consumer, other], asksOwnerView: true))
        )
        #expect(try request(Sample.json("guard")) == .guardImages)
        #expect(try request(Sample.json("measure")) == .measure)
        #expect(try request(Sample.json("deregister-image")) == .event(Sample.event("deregister-image")))
        #expect(
            try request(#"{"check":"ami-0abcdef1234567890","accounts":["777788889999","444455556666","777788889999"]}"#)
                == .check(CheckQuestion(image: image, accounts: [consumer, other]))
        )
        // An account number that YAML or a shell took for a number.
        #expect(
            try request(#"{"check":"ami-0abcdef1234567890","accounts":[444455556666],"owner_view":false}"#)
                == .check(CheckQuestion(image: image, accounts: [consumer]))
        )
    }

    @Test(arguments: [
        (#"{"check":"x"}"#, "check"), (#"{"check":null}"#, "check"), (#"{"check":5}"#, "check"), ("[]", "event"),
        ("{}", "detail-type"), ("", "event"), (#"{"check":"ami-1","account":["444455556666"]}"#, "account"),
        (#"{"check":"ami-1","accounts":"444455556666"}"#, "accounts"),
        (#"{"check":"ami-1","accounts":[]}"#, "accounts"),
        (#"{"check":"ami-1","accounts":null}"#, "accounts"),
        (#"{"check":"ami-1","accounts":["444455556666","4"]}"#, "accounts[1]"),
        (#"{"check":"ami-1","owner_view":"yes"}"#, "owner_view"),
        (#"{"check":"ami-1","owner_view":null}"#, "owner_view"),
        (#"{"check":"ami-1","guard":{}}"#, "guard"), (#"{"guard":true}"#, "guard"), (#"{"guard":null}"#, "guard"),
        (#"{"guard":{"force":true}}"#, "guard.force"), (#"{"guard":{},"measure":{}}"#, "measure"),
        (#"{"measure":[]}"#, "measure"), (#"{"measure":{"a":1,"b":2}}"#, "measure.a"),
    ])
    func whatIsWrongIsNamed(_ json: String, _ field: String) {
        do throws(MalformedEvent) {
            _ = try DeregistrationRequest(parsing: Array(json.utf8))
            Issue.record("\(json) was understood")
        } catch {
            #expect(error.field == field)
        }
    }

    @Test func tooManyAccounts() throws {
        func json(_ count: Int) -> String {
            let accounts = (0..<count).map { "\"\(100_000_000_000 + $0)\"" }.joined(separator: ",")
            return #"{"check":"ami-1","accounts":[\#(accounts)]}"#
        }
        let most = DeregistrationRequest.maximumAccounts
        guard case .check(let question) = try request(json(most)) else {
            Issue.record("no check")
            return
        }
        #expect(question.accounts?.count == most)
        #expect(throws: MalformedEvent.self) { try request(json(most + 1)) }
    }
}
