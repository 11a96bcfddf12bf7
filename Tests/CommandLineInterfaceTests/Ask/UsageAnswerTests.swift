import AWSServices
import Testing
import YAML

@testable import CommandLineInterface
@testable import Governance

struct UsageAnswerTests {
    private static let image = ImageID("ami-0abc")!
    private static let owner = AccountID("111122223333")!
    private static let a = AccountID("222222222201")!
    private static let b = AccountID("222222222202")!

    private let fixture = ReportFixture()

    private func item(_ principal: String, status: String) -> DynamoDB.Item {
        let texts = [
            "image_id": Self.image.text, "principal": principal, "status": status, "region": "eu-central-1",
            "event_time": "2026-11-01T08:00:00.000Z", "event_id": "event-1", "event_name": "ModifyImageAttribute",
            "first_shared": "2026-11-01T08:00:00.000Z",
        ]
        return texts.mapValues { .string($0) }
    }

    private func swept(_ account: AccountID) -> CoverageEntry {
        let started = fixture.now.advanced(bySeconds: -3600)
        return .record(
            CoverageRecord(
                account: account,
                region: fixture.region,
                lastSweep: .init(started: started, completed: started, resources: 1)
            )
        )
    }

    private func answer(
        owner: AccountID? = owner,
        _ items: [DynamoDB.Item] = [],
        used: [AccountID] = [],
        swept trackers: [AccountID] = []
    ) -> UsageAnswer {
        var contents = SharesContents()
        for item in items { contents.add(item) }
        #expect(contents.unreadable.isEmpty)
        return UsageAnswer(
            image: Self.image,
            owner: owner,
            region: fixture.region,
            contents: contents,
            rows: used.map { fixture.row(Self.image, $0, .instance(InstanceID("i-0aaa")!)) },
            coverage: Dictionary(uniqueKeysWithValues: trackers.map { ($0, swept($0)) }),
            unreadableRows: 0,
            now: fixture.now,
            maximumSweepAgeHours: 48
        )
    }

    private func text(_ answer: UsageAnswer) throws -> String { try answer.output.text(as: .table, on: Terminal()) }

    private func members(_ answer: UsageAnswer, _ name: String) -> [String: YAMLValue] {
        guard case .sequence(let accounts) = answer.output.document["accounts"] else { return [:] }
        var members: [String: YAMLValue] = [:]
        for account in accounts {
            if case .string(let id) = account["account_id"] { members[id] = account[name] }
        }
        return members
    }

    /// The daily search records the names of all images, and that is nothing of who has them.
    private static let name: DynamoDB.Item = [
        "image_id": "ami-0abc", "principal": "image", "status": "available", "region": "eu-central-1",
        "image_name": "golden",
    ].mapValues { .string($0) }

    @Test(arguments: [[], [name]])
    func `an image of which nothing is recorded is not one that nobody uses`(_ items: [DynamoDB.Item]) throws {
        let answer = answer(items, swept: [Self.a])
        let text = try text(answer)
        #expect(text.contains("Known use:  none that is recorded; whether there is any is not known\n"))
        #expect(text.contains("older than the installation, or there is no such image"))
        #expect(text.contains("amictl check ami-0abc asks EC2"))
        // The owner, without a tracker, and every account that has one.
        #expect(answer.accounts.map(\.id) == [Self.owner, Self.a])
        #expect(text.contains("111122223333  owner         none recorded  no tracker: not known"))
        #expect(answer.output.document["recorded"] == false)
        #expect(answer.output.document["unknown_account_count"] == 1)
        #expect(members(answer, "shared") == [Self.owner.text: .null, Self.a.text: .null])
    }

    /// Whenever it got it: what no event told of may have come before the loss.
    @Test(arguments: [("2026-11-20T08:29:59.000Z", true), ("2026-11-20T08:30:00.000Z", false)])
    func `an account that lost the image is known by a sweep of after that`(end: String, isKnown: Bool) {
        var lost = item("account#222222222201", status: "removed")
        lost["event_time"] = .string(end)
        var unknownBegin = lost
        unknownBegin["first_shared"] = nil
        for item in [lost, unknownBegin] {
            let coverage = answer([item], swept: [Self.a, Self.owner]).accounts.last?.coverage
            #expect(coverage?.isKnown == isKnown)
            #expect(coverage?.cell(at: fixture.now).text.hasSuffix("before it lost the image") == !isKnown)
        }
    }

    @Test func `how an account comes by the image is said as far as it is recorded`() throws {
        let items = [
            item("image", status: "available"), item("account#222222222201", status: "shared"),
            item("account#222222222202", status: "removed"),
        ]
        let unrecorded = AccountID("222222222203")!
        let answer = answer(items, used: [unrecorded])
        #expect(answer.accounts.map(\.access) == [.owner, .shared, .lost, .notRecorded])
        #expect(members(answer, "shared").values.count { $0 == .null } == 2)
        #expect(members(answer, "shared")[Self.a.text] == true)
        #expect(members(answer, "shared")[Self.b.text] == false)
        #expect(members(answer, "owner")[Self.owner.text] == true)
        let text = try text(answer)
        #expect(text.contains("222222222203  not recorded  1 instance"))
        #expect(text.contains("222222222202  no longer"))
    }

    @Test func `what is known well of everybody who has the image is said without doubts`() throws {
        let items = [item("image", status: "available"), item("account#222222222201", status: "shared")]
        let text = try text(answer(items, swept: [Self.owner, Self.a, Self.b]))
        #expect(text.contains("Known use:  none that is recorded\n"))
        #expect(!text.contains("not known"))
        // It has no share, and who has the image is recorded.
        #expect(!text.contains(Self.b.text))
    }

    @Test func `members of an organization that has it are among the accounts with a tracker`() throws {
        let organization = "organization#arn:aws:organizations::111122223333:organization/o-abcdefghij"
        let answer = answer([item(organization, status: "shared")], swept: [Self.owner, Self.b])
        #expect(answer.accounts.map(\.access) == [.owner, .notRecorded])
        #expect(try text(answer).contains("whether there is any is not known"))
    }

    @Test func `an owner that is not known is said to be so`() throws {
        let text = try text(answer(owner: nil, [item("image", status: "available")]))
        #expect(text.contains("Owner:      not known"))
        #expect(text.contains("whether there is any is not known"))
    }
}
