import AWSClient
import AWSServices
import Testing

@testable import CommandLineInterface
@testable import Governance

struct ReportDataTests {
    private func image(_ outcome: Verdict.Outcome, created: Int64?, launched: Int64?, state: String = "available")
        -> ReportData.Image
    {
        let now = ReportFixture().now
        return ReportData.Image(
            id: ImageID("ami-0abc")!,
            state: state,
            created: created.map { now.advanced(bySeconds: -$0 * 86_400) },
            lastLaunched: launched.map { now.advanced(bySeconds: -$0 * 86_400) },
            outcome: outcome
        )
    }

    private var data: ReportData {
        let fixture = ReportFixture()
        return ReportData(owner: fixture.owner, region: fixture.region, generated: fixture.now, staleDays: 90)
    }

    @Test func `stale is what is old, was not launched lately and is not in use`() {
        #expect(data.isStale(image(.clear, created: 200, launched: 100)))
        #expect(data.isStale(image(.unknown, created: 200, launched: nil)))
        #expect(!data.isStale(image(.inUse, created: 200, launched: 100)))
        #expect(!data.isStale(image(.clear, created: 200, launched: 89)))
        #expect(!data.isStale(image(.clear, created: 89, launched: nil)))
        #expect(!data.isStale(image(.clear, created: nil, launched: nil)))
        #expect(!data.isStale(image(.clear, created: 200, launched: nil, state: "deregistered")))
    }

    @Test func `an image that is gone and still used is counted as that alone`() {
        var data = data
        data.images = [
            image(.inUse, created: 10, launched: nil),
            image(.inUse, created: nil, launched: nil, state: "deregistered"),
            image(.clear, created: nil, launched: nil, state: "deregistered"),
        ]
        #expect(data.breaking.count == 1)
        #expect(data.count(.inUse) == 1)
        #expect(data.broken.count == 1)
        #expect(data.gone.count == 2)
        #expect(data.count(.clear) == 0)
        #expect(data.breaking.count + data.gone.count == data.images.count)
    }

    @Test func `an image of the usage table that EC2 does not list is gone, and that is said`() {
        let fixture = ReportFixture()
        let image = ImageID("ami-0abc")!
        var usage = UsageContents()
        let row = fixture.row(image, AccountID("222222222201")!, .instance(InstanceID("i-0aaa")!))
        usage.add(.row(row), region: fixture.region, limit: 10)
        let gathered = ReportData(
            owner: fixture.owner,
            region: fixture.region,
            generated: fixture.now,
            staleDays: 90,
            maximumSweepAgeHours: 48,
            shares: SharesContents(),
            usage: usage,
            images: [],
            recordedSince: nil
        )
        #expect(gathered.broken.map(\.id) == [image])
        #expect(
            gathered.omissions == [
                "EC2 no longer lists 1 image of the tables: when it was created and last launched is not known."
            ]
        )
    }

    /// What a check would be told by the same answers of EC2 and DynamoDB, and the report must not call clear.
    @Test(
        arguments: [
            ("2026-11-10T00:00:00.000Z", false, "2026-11-01T00:00:00Z", .clear, nil),
            ("2026-11-10T00:00:00.000Z", true, "2026-11-01T00:00:00Z", .unknown, "the image is public"),
            ("2026-10-10T00:00:00.000Z", false, "2026-11-01T00:00:00Z", .unknown, "the image is of 2026-10-10"),
            ("2026-11-10T00:00:00.000Z", false, nil, .unknown, "it is not known whether the image is older"),
            (nil, false, "2026-11-01T00:00:00Z", .unknown, "it is not known when the image was made"),
        ] as [(String?, Bool, String?, Verdict.Outcome, String?)]
    )
    func `the verdict is the one of a check`(
        created: String?,
        isPublic: Bool,
        recorded: String?,
        outcome: Verdict.Outcome,
        reason: String?
    ) throws {
        let fixture = ReportFixture()
        var members = ["imageId": "ami-0abc", "isPublic": String(isPublic)]
        members["creationDate"] = created
        let image = try EC2.Image(
            xml: XMLNode(name: "item", children: members.map { XMLNode(name: $0.key, text: $0.value) })
        )
        var usage = UsageContents()
        let started = fixture.now.advanced(bySeconds: -3600)
        let coverage = CoverageRecord(
            account: fixture.owner,
            region: fixture.region,
            lastSweep: .init(started: started, completed: started, resources: 0)
        )
        let entry = UsageTableItem.coverage(fixture.owner, sortKey: coverage.sortKey, .record(coverage))
        usage.add(entry, region: fixture.region, limit: 10)
        let gathered = ReportData(
            owner: fixture.owner,
            region: fixture.region,
            generated: fixture.now,
            staleDays: 90,
            maximumSweepAgeHours: 48,
            shares: SharesContents(),
            usage: usage,
            images: [image],
            recordedSince: recorded.flatMap { EventTime($0) }
        )
        #expect(gathered.images.map(\.outcome) == [outcome])
        let doubts = gathered.images.flatMap(\.doubts)
        #expect(doubts.isEmpty == (reason == nil))
        #expect(doubts.first?.hasPrefix(reason ?? "-") ?? true)
    }

    /// As the hourly measurement has it: a sweep has to be later than the share that the account got last.
    @Test(arguments: [([1, 30], false), ([11, 30], true), ([], true)] as [([Int64], Bool)])
    func `an account is judged by the image that it got last`(hoursAgo: [Int64], isKnown: Bool) {
        let fixture = ReportFixture()
        let id = AccountID("222222222201")!
        let started = fixture.now.advanced(bySeconds: -10 * 3600)
        var (shares, usage) = (SharesContents(), UsageContents())
        for (number, hours) in hoursAgo.enumerated() {
            let record = ShareRecord(
                image: ImageID("ami-0000000\(number)")!,
                principal: .account(id),
                region: fixture.region,
                permission: Sighting(.shared, .found(at: fixture.now.advanced(bySeconds: -hours * 3600))),
                firstShared: nil
            )
            let keys = ["image_id": record.image.text, "principal": record.principal.description]
            shares.add(record.attributes.merging(keys) { $1 }.mapValues { .string($0) })
        }
        let coverage = CoverageRecord(
            account: id,
            region: fixture.region,
            lastSweep: .init(started: started, completed: started, resources: 0)
        )
        let entry = UsageTableItem.coverage(id, sortKey: coverage.sortKey, .record(coverage))
        usage.add(entry, region: fixture.region, limit: 10)
        let accounts = AccountStanding.all(shares, usage, now: fixture.now, maximumSweepAgeHours: 48)
        #expect(accounts.map(\.coverage.isKnown) == [isKnown])
        #expect(accounts.map(\.sharedImages) == [hoursAgo.count])
    }

    @Test func `launches are counted by how long ago they were`() {
        var data = data
        for days: Int64? in [0, 6, 7, 29, 100, 364, 365, 900, nil] {
            data.images.append(image(.clear, created: 1000, launched: days))
        }
        data.images.append(image(.clear, created: 1000, launched: 0, state: "deregistered"))
        #expect(data.launches.map(\.count) == [2, 2, 0, 1, 1, 2, 1])
        #expect(data.launches.map(\.age) == [.recent, .recent, .recent, .old, .old, .old, .none])
    }
}
