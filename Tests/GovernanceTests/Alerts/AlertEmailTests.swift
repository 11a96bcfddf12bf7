import FoundationEssentials
import Testing

@testable import Governance

@Suite struct AlertEmailTests {
    private static let links = ConsoleLinks(host: "console.aws.amazon.com", region: region)

    private func alert(
        _ event: String = "modify-image-attribute-remove-account",
        rows: [UsageRow],
        name: String? = "golden-al2023",
        coverage: AccountCoverage = covered(consumer),
        isMembershipUnknown: Bool = false
    ) throws -> ImageAlert {
        ImageAlert(
            loss: try #require(ImageLoss(try Sample.event(event))),
            imageName: name,
            usage: summary(rows),
            coverage: coverage,
            isMembershipUnknown: isMembershipUnknown
        )
    }

    @Test func textSaysEverything() throws {
        let email = AlertEmail(
            try alert(rows: [launchConfiguration("web a/b"), version(3)] + instances(1), isMembershipUnknown: true),
            links: Self.links
        )
        #expect(
            email.subject
                == "AMI ami-0abcdef1234567890 was lost to account 444455556666 in eu-central-1: 3 resources still use it"
        )
        #expect(
            email.text == """
                Account 444455556666 no longer reaches the image ami-0abcdef1234567890: it is no longer shared with account 444455556666. 3 resources still use it.

                Note: It is not known to which organization and organizational units this account belongs. If the image is shared with one of them, the account may still reach it.

                Account:            444455556666
                Region:             eu-central-1
                Image:              ami-0abcdef1234567890
                                    https://console.aws.amazon.com/ec2/home?region=eu-central-1#ImageDetails:imageId=ami-0abcdef1234567890
                Image name:         golden-al2023
                Owner of the image: 111122223333
                What happened:      It is no longer shared with account 444455556666 (ModifyImageAttribute)
                Who did it:         arn:aws:sts::111122223333:assumed-role/image-pipeline/release-2026-11
                When:               2026-11-20 09:00:00 UTC
                Known from:         Events, and a sweep of everything there at 2026-11-20 08:00:00 UTC
                Last event:         2026-11-20 09:30:00 UTC

                Running instances keep running. New instances cannot be launched from the image: not directly, not by launch templates and launch configurations that name it, and not by the Auto Scaling groups and fleets that use those; nor can Image Builder build on it.

                1 instance
                  i-100000
                    https://console.aws.amazon.com/ec2/home?region=eu-central-1#InstanceDetails:instanceId=i-100000

                1 launch template version
                  lt-0a1b2c3d4e5f60001 version 3 (web)
                    https://console.aws.amazon.com/ec2/home?region=eu-central-1#LaunchTemplateDetails:launchTemplateId=lt-0a1b2c3d4e5f60001;version=3

                1 launch configuration
                  web a/b
                    https://console.aws.amazon.com/ec2/home?region=eu-central-1#LaunchConfigurations:id=web%20a%2Fb

                Sent because account 444455556666 is known to use an image of account 111122223333. Event \(try Sample.event("modify-image-attribute-remove-account").occurrence.eventID).

                """
        )
    }

    @Test(arguments: [
        ("modify-image-attribute-several", "it is no longer shared publicly"),
        ("reset-image-attribute", "all its launch permissions were reset"), ("disable-image", "it was disabled"),
        ("ami-state-change-deregistered", "it was deregistered"),
    ])
    func whatHappened(event: String, text: String) throws {
        let alert = try alert(event, rows: instances(1))
        #expect(alert.whatHappened == text)
        let email = AlertEmail(alert, links: Self.links)
        #expect(email.text.contains(text))
        #expect(email.html.contains(text))
        if event.hasPrefix("ami-state") { #expect(email.text.contains("Who did it:         not known")) }
    }

    @Test func fiftyOfEachKindAndTheRestCounted() throws {
        let email = AlertEmail(try alert(rows: instances(120) + [version(1)]), links: Self.links)
        for text in [email.text, email.html] {
            #expect(text.contains("120 instances"))
            #expect(text.contains("and 70 more"))
            #expect(text.contains("i-100049"))
            #expect(!text.contains("i-100050"))
        }
        #expect(email.subject.hasSuffix("121 resources still use it"))
        let one = AlertEmail(try alert(rows: instances(1)), links: Self.links)
        #expect(one.subject.hasSuffix("1 resource still uses it"))
        #expect(!one.text.contains("more"))
    }

    @Test func itSaysHowWellTheUseIsKnown() throws {
        let more = "so there may be more"
        let heard = CoverageRecord(account: consumer, region: region, lastEvent: asked)
        let cases: [(CoverageEntry?, String)] = [
            (nil, "Earlier events: this account has no usage tracker now, \(more)"),
            (.record(heard), "Events alone: there was no complete sweep of everything there, \(more)"),
            (.unreadable(attribute: "region"), "Events; what is noted of sweeps cannot be read, \(more)"),
            (
                .record(swept(consumer, at: "2026-11-01T08:00:00Z")),
                "Events, and an old sweep of everything there, at 2026-11-01 08:00:00 UTC, \(more)"
            ),
            (
                .record(swept(consumer, skipped: ["parameters", "node-groups"])),
                "Events, and a sweep of everything there at 2026-11-20 08:00:00 UTC; it had to leave out: "
                    + "node-groups, parameters"
            ),
        ]
        for (entry, text) in cases {
            let alert = try alert(rows: instances(1), coverage: covered(consumer, entry))
            let email = AlertEmail(alert, links: Self.links)
            #expect(email.text.contains("Known from:         " + text + "\n"))
            #expect(email.html.contains(Display.html(text)))
            var last = "none known"
            if case .record(let record) = entry {
                last = record.lastEvent == asked ? "2026-11-20 10:00:00 UTC" : "2026-11-20 09:30:00 UTC"
            }
            #expect(email.text.contains("Last event:         " + last + "\n"))
        }
    }

    @Test(arguments: [AlertDelivery.noAddress, .refused])
    func theAdministratorIsToldWhy(delivery: AlertDelivery) throws {
        let alert = try alert(rows: instances(1))
        let note = try #require(delivery.note)
        let email = AlertEmail(alert, links: Self.links, delivery: delivery)
        #expect(email.text.contains("Note: " + note))
        #expect(email.html.contains(Display.html(note, limit: 1000)))
        #expect(!AlertEmail(alert, links: Self.links).text.contains("Note:"))
    }

    /// Nothing from an event or a table becomes markup, a line, a header or an address of its own.
    @Test func hostileTextStaysText() throws {
        let hostile = "\"><script>alert('1')</script>\r\nBcc: x@example.com\u{202E}&amp;"
        let event = GovernanceEvent(
            account: creator,
            region: region,
            occurrence: Occurrence(
                time: time("2026-11-20T09:00:00Z"),
                eventID: hostile,
                eventName: hostile,
                actor: hostile
            ),
            subject: .call(.deregisterImage(image))
        )
        let alert = ImageAlert(
            loss: try #require(ImageLoss(event)),
            imageName: hostile,
            usage: summary([
                launchConfiguration("\"><script>alert('1')</script>&amp;' onclick=x"), version(1, named: hostile),
            ]),
            coverage: covered(
                consumer,
                .record(swept(consumer, at: "2026-11-20T08:00:00Z", skipped: ["<script>alert('1')</script>"]))
            ),
            isMembershipUnknown: false
        )
        let email = AlertEmail(alert, links: Self.links)
        #expect(!email.subject.unicodeScalars.contains { $0.isControl })
        #expect(!email.html.contains("<script"))
        #expect(!email.html.contains("alert('1')"))
        #expect(!email.html.contains("\u{202E}") && !email.text.contains("\u{202E}"))
        #expect(email.html.contains("&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;  Bcc"))
        #expect(email.html.contains("&amp;amp;"))
        #expect(!email.text.contains("\nBcc"))
        #expect(!email.text.contains("\r"))
        // Quotes are balanced in every tag: no text ends an attribute.
        for tag in email.html.split(separator: "<").compactMap({ $0.split(separator: ">", maxSplits: 1).first }) {
            #expect(tag.count { $0 == "\"" }.isMultiple(of: 2), "\(tag)")
        }
    }

    @Test func htmlStandsAlone() throws {
        let html = AlertEmail(try alert(rows: instances(60)), links: Self.links).html
        #expect(html.hasPrefix("<!DOCTYPE html>") && html.hasSuffix("</html>\n"))
        for reference in ["src=", "<link", "@import", "<style", "url("] { #expect(!html.contains(reference)) }
        for tag in ["table", "tr", "td", "ul", "li", "p", "h2", "a", "b", "body", "html", "head", "title"] {
            let opened = html.ranges(of: "<\(tag) ").count + html.ranges(of: "<\(tag)>").count
            #expect(opened == html.ranges(of: "</\(tag)>").count, "\(tag)")
        }
    }

    /// Addresses of the console's pages, for kinds beyond those of the alert above.
    @Test(arguments: [
        (
            Resource.autoScalingGroup(.init(checked: "web é")), "web é",
            "ec2/home?region=eu-central-1#AutoScalingGroupDetails:id=web%20%C3%A9;view=details"
        ),
        (
            .ec2Fleet(.init(checked: "fleet-0a1b")), "fleet-0a1b",
            "ec2/home?region=eu-central-1#Instances:tag:aws:ec2:fleet-id=fleet-0a1b"
        ),
        (.spotFleetRequest(.init(checked: "sfr-0a1b")), "sfr-0a1b", "ec2/home?region=eu-central-1#SpotInstances:"),
        (
            .imageRecipe(.init(checked: "arn:aws:imagebuilder:eu-central-1:444455556666:image-recipe/web/1.0.0")),
            "web/1.0.0", "imagebuilder/home?region=eu-central-1#/imageRecipes"
        ),
        (
            .containerRecipe(
                .init(checked: "arn:aws:imagebuilder:eu-central-1:444455556666:container-recipe/web/1.2.3")
            ),
            "web/1.2.3", "imagebuilder/home?region=eu-central-1#/containerRecipes"
        ),
        (
            .parameter(.init(checked: "/golden/ami")), "/golden/ami",
            "systems-manager/parameters/%252Fgolden%252Fami/description?region=eu-central-1"
        ),
    ])
    func labelsAndLinks(resource: Resource, label: String, link: String) {
        let links = ConsoleLinks(host: "console.aws.amazon.com", region: region)
        #expect(links.resource(resource) == "https://console.aws.amazon.com/" + link)
        #expect(resource.label == label)
    }

    @Test func linksOfAnotherPartition() {
        let links = ConsoleLinks(host: "console.amazonaws.cn", region: .init(checked: "cn-north-1"))
        #expect(
            links.image(image)
                == "https://console.amazonaws.cn/ec2/home?region=cn-north-1#ImageDetails:imageId=ami-0abcdef1234567890"
        )
    }
}
