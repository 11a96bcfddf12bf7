import FoundationEssentials
import Testing

@testable import Governance

/// What the administrator is told of accounts whose use is not known.
@Suite struct UnknownUseNoticeTests {
    private static let links = ConsoleLinks(host: "console.aws.amazon.com", region: region)

    private func notice(
        _ accounts: [AccountCoverage],
        _ event: String = "modify-image-attribute-remove-account"
    ) throws -> UnknownUseNotice {
        let loss = try #require(ImageLoss(try Sample.event(event)))
        return UnknownUseNotice(loss: loss, imageName: "golden", accounts: accounts)
    }

    @Test func everyAccountIsNamedWithWhatIsKnownOfIt() throws {
        let other = AccountID(checked: "222233334444")
        let heard = CoverageRecord(account: consumer, region: region, lastEvent: asked)
        let email = AlertEmail(
            try notice([covered(consumer, .record(heard)), covered(other, nil)]),
            links: Self.links
        )
        #expect(
            email.subject
                == "AMI ami-0abcdef1234567890 was lost to 2 accounts in eu-central-1: it is not known whether they use it"
        )
        #expect(
            email.text.contains(
                """

                2 accounts
                  account 222233334444 has no usage tracker; last event: none known
                  account 444455556666 has never been swept completely; last event: 2026-11-20 10:00:00 UTC

                """
            )
        )
        #expect(email.text.contains("What happened:      launch permissions were taken away (ModifyImageAttribute)"))
        #expect(email.html.contains("<li style=\"word-break:break-word\">account 222233334444 has no usage tracker"))
        #expect(!email.text.contains("and 0 more"))
    }

    /// What the next sweep tells by itself is worth no mail; the topic gets it.
    @Test func accountsWhoseNextSweepTellsAreInNoMail() throws {
        let (second, third) = (AccountID(checked: "222233334444"), AccountID(checked: "333344445555"))
        let late = [consumer, second].map { account in
            AccountCoverage(
                of: account,
                .record(swept(account)),
                now: asked,
                maximumAgeHours: 48,
                possession: .since(time("2026-11-20T09:00:00Z"))
            )
        }
        let quiet = try notice(late)
        #expect(quiet.doubtful.isEmpty)
        let notice = try notice(late + [covered(third, nil)])
        #expect(notice.doubtful.map(\.account) == [third])
        let email = AlertEmail(notice, links: Self.links)
        #expect(email.subject.contains("was lost to account 333344445555 in"))
        #expect(email.text.contains("\n1 account\n  account 333344445555 has no usage tracker"))
        #expect(email.text.contains("What 2 more of those that lost it use, their next sweep tells."))
        #expect(!email.text.contains(consumer.text))
        let message = String(
            decoding: try GovernanceJSON.encode(UnknownUseMessage(notice, links: Self.links)),
            as: UTF8.self
        )
        #expect(message.contains(#""account_count":3"#))
    }

    @Test(arguments: [
        ("deregister-image", "it was deregistered"), ("disable-image", "it was disabled"),
        ("reset-image-attribute", "all its launch permissions were reset"),
    ])
    func whatHappened(event: String, text: String) throws {
        let notice = try notice([covered(consumer, nil)], event)
        #expect(AlertEmail(notice, links: Self.links).text.contains(text))
        #expect(AlertEmail(notice, links: Self.links).subject.contains("lost to account 444455556666 in"))
    }

    @Test func theMessageIsBounded() throws {
        let accounts = (0..<5000).map { covered(AccountID(checked: String(100_000_000_000 + $0)), nil) }
        let notice = try notice(accounts.reversed())
        let message = try GovernanceJSON.encode(UnknownUseMessage(notice, links: Self.links))
        #expect(message.count < AlertMessage.maximumBytes)
        let text = String(decoding: message, as: UTF8.self)
        #expect(text.contains(#""account_count":5000,"accounts":[{"account_id":"100000000000","skipped":[]"#))
        #expect(text.contains(#""type":"image_lost_use_unknown""#))
        let email = AlertEmail(notice, links: Self.links)
        #expect(email.text.contains("\n  and 4800 more\n"))
        #expect(email.html.contains("and 4800 more"))
    }
}
