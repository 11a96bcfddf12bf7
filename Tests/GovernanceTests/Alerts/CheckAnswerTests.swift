import FoundationEssentials
import Testing

@testable import Governance

@Suite struct CheckAnswerTests {
    private static let links = ConsoleLinks(host: "console.aws.amazon.com", region: region)

    private func answer(_ rows: [UsageRow], record: ImageRecord? = nil, shares: [ShareRecord] = []) throws -> String {
        var answer = CheckAnswer(image: image, record: record, shares: shares, links: Self.links)
        for row in rows { answer.add(row) }
        return String(decoding: try answer.json(), as: UTF8.self)
    }

    @Test func requests() throws {
        #expect(try DeregistrationRequest(parsing: Array(Sample.json("check").utf8)) == .check(image))
        let event = try Sample.event("deregister-image")
        #expect(try DeregistrationRequest(parsing: Array(Sample.json("deregister-image").utf8)) == .event(event))
        for (json, field) in [
            (#"{"check":"x"}"#, "check"), (#"{"check":null}"#, "check"), (#"{"check":5}"#, "check"), ("[]", "event"),
            ("{}", "detail-type"), ("", "event"),
        ] {
            do throws(MalformedEvent) {
                _ = try DeregistrationRequest(parsing: Array(json.utf8))
                Issue.record("\(json) was understood")
            } catch {
                #expect(error.field == field)
            }
        }
    }

    @Test func nobodyUsesIt() throws {
        #expect(
            try answer([]) == #"{"account_count":0,"accounts":[],"accounts_without_known_usage":[],"#
                + #""coverage":"events","image_id":"ami-0abcdef1234567890","in_use":false,"#
                + #""resource_count":0,"resource_counts":[{"count":0,"kind":"instance"},{"count":0,"kind":"launch-template"},"#
                + #"{"count":0,"kind":"launch-configuration"},{"count":0,"kind":"auto-scaling-group"},"#
                + #"{"count":0,"kind":"ec2-fleet"},{"count":0,"kind":"spot-fleet-request"},"#
                + #"{"count":0,"kind":"image-recipe"},{"count":0,"kind":"container-recipe"},"#
                + #"{"count":0,"kind":"parameter"}],"shared_with":[],"shared_with_count":0}"#
        )
    }

    @Test func usageByAccount() throws {
        let other = AccountID(checked: "777788889999")
        let share = ShareRecord(
            image: image,
            principal: .account(other),
            region: region,
            permission: Sighting(
                .shared,
                Occurrence(time: time("2026-11-20T08:00:00Z"), eventID: "e", eventName: "n", actor: nil)
            ),
            firstShared: nil
        )
        let text = try answer(
            instances(2) + [launchConfiguration("web")] + [version(1, of: other)],
            record: ImageRecord(image: image, region: region, name: "golden"),
            shares: [share]
        )
        #expect(text.contains(#""account_count":2"#))
        #expect(text.contains(#""in_use":true"#))
        #expect(text.contains(#""resource_count":4"#))
        #expect(text.contains(#""image_name":"golden","image_status":"available""#))
        #expect(text.contains(#"{"account_id":"444455556666","resource_count":3,"resources":[{"count":2,"first":["#))
        #expect(text.contains(#"{"account_id":"777788889999","resource_count":1,"resources":[{"count":1,"first":["#))
        #expect(text.contains(#""shared_with":["account#777788889999"],"shared_with_count":1"#))
        #expect(text.contains(#""accounts_without_known_usage":[]"#))
        let unused = try answer(instances(2), shares: [share])
        #expect(unused.contains(#""accounts_without_known_usage":["777788889999"]"#))
    }

    /// However many there are, counts are whole and the answer fits into a Lambda response.
    @Test func isBounded() throws {
        var answer = CheckAnswer(image: image, record: nil, shares: [], links: Self.links)
        for account in 0..<300 {
            let id = AccountID(checked: String(100_000_000_000 + account))
            for row in instances(100, of: id) { answer.add(row) }
        }
        let json = try answer.json()
        let text = String(decoding: json, as: UTF8.self)
        #expect(text.contains(#""account_count":300"#))
        #expect(text.contains(#""resource_count":30000"#))
        #expect(text.ranges(of: "console_url").count == CheckAnswer.maximumListedResources)
        #expect(text.ranges(of: "\"account_id\"").count == 300)
        #expect(json.count < 1_000_000)
    }

    @Test func grouping() {
        var grouping = UsageGrouping(limit: 2)
        let other = AccountID(checked: "777788889999")
        var summaries: [UsageSummary] = []
        for row in instances(3) + instances(1, of: other) {
            if let summary = grouping.add(row) { summaries.append(summary) }
        }
        if let last = grouping.finish() { summaries.append(last) }
        #expect(summaries.map(\.account) == [consumer, other])
        #expect(summaries.map(\.count) == [3, 1])
        #expect(summaries.map { $0[.instance].first.count } == [2, 1])
        #expect(summaries.map { $0[.instance].rest } == [1, 0])
        #expect(grouping.finish() == nil)
    }
}
