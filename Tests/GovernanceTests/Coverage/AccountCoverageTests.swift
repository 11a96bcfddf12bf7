import AWSServices
import Testing

@testable import Governance

@Suite struct AccountCoverageTests {
    private func status(_ entry: CoverageEntry?, shared: String? = nil) -> AccountCoverage.Status {
        AccountCoverage(
            of: consumer,
            entry,
            now: asked,
            maximumAgeHours: 48,
            possession: shared.flatMap { EventTime($0) }.map(Possession.since) ?? .noMatter
        ).status
    }

    /// Whatever does not count has its own reason, and its own words.
    @Test(arguments: [
        ("2026-11-20T08:00:00Z", Possession.noMatter, nil),
        ("2026-11-17T08:00:00Z", .noMatter, Staleness.tooOld),
        ("2026-11-20T08:00:00Z", .since(time("2026-11-20T07:59:59Z")), nil),
        ("2026-11-20T08:00:00Z", .since(time("2026-11-20T08:00:00Z")), .before(time("2026-11-20T08:00:00Z"))),
        // Of a sweep that is old as well, it tells more that it was before.
        ("2026-11-17T08:00:00Z", .since(time("2026-11-20T08:00:00Z")), .before(time("2026-11-20T08:00:00Z"))),
        ("2026-11-20T08:00:00Z", .found(time("2026-11-20T07:59:59Z")), nil),
        ("2026-11-20T08:00:00Z", .found(time("2026-11-20T08:00:00Z")), .beforeFound(time("2026-11-20T08:00:00Z"))),
        ("2026-11-20T08:00:00Z", .until(time("2026-11-20T07:59:59Z")), nil),
        ("2026-11-20T08:00:00Z", .until(time("2026-11-20T08:00:00Z")), .beforeLoss(time("2026-11-20T08:00:00Z"))),
        ("2026-11-17T08:00:00Z", .until(time("2026-11-17T07:59:59Z")), .tooOld),
        // Another sweep is needed in any case.
        ("2026-11-17T08:00:00Z", .notRecorded(isLost: false), .tooOld),
        // However new the sweep is, the share may be newer.
        ("2026-11-20T09:59:59Z", .notRecorded(isLost: false), .shareNotRecorded(isLost: false)),
        ("2026-11-20T09:59:59Z", .notRecorded(isLost: true), .shareNotRecorded(isLost: true)),
        ("2026-11-20T09:59:59Z", .creationNotKnown, .creationNotKnown),
    ])
    func whyASweepDoesNotCount(started: String, possession: Possession, expected: Staleness?) {
        let coverage = AccountCoverage(
            of: consumer,
            .record(swept(consumer, at: started)),
            now: asked,
            maximumAgeHours: 48,
            possession: possession
        )
        #expect(coverage.staleness == expected)
        #expect(coverage.isKnown == (expected == nil))
        #expect(Doubt.doubts(about: coverage).isEmpty == (expected == nil))
        #expect(coverage.description.contains("an old sweep") == (expected == .tooOld))
        let isBefore = [" had the image", " was found to have the image", " lost the image"].contains { words in
            coverage.description.contains("before the account" + words)
        }
        #expect(isBefore == (expected ?? .tooOld != .tooOld))
    }

    /// Only where nothing is wrong but that the account got the image after its last sweep.
    @Test(arguments: [
        ("2026-11-20T08:00:00Z", [], Possession.since(time("2026-11-20T09:00:00Z")), true),
        ("2026-11-20T08:00:00Z", [], .found(time("2026-11-20T09:00:00Z")), true),
        ("2026-11-20T08:00:00Z", [], .until(time("2026-11-20T09:00:00Z")), true),
        ("2026-11-20T08:00:00Z", [], .until(time("2026-11-20T07:00:00Z")), false),
        ("2026-11-20T08:00:00Z", [], .notRecorded(isLost: true), true),
        ("2026-11-20T08:00:00Z", [], .since(time("2026-11-20T07:00:00Z")), false),
        ("2026-11-20T08:00:00Z", [], .creationNotKnown, false), ("2026-11-20T08:00:00Z", [], .noMatter, false),
        ("2026-11-20T08:00:00Z", ["fleets"], .since(time("2026-11-20T09:00:00Z")), false),
        ("2026-11-17T08:00:00Z", [], .since(time("2026-11-20T09:00:00Z")), false),
        ("2026-11-17T08:00:00Z", [], .noMatter, false),
    ])
    func whatTheNextSweepSettles(started: String, skipped: [String], possession: Possession, isSettled: Bool) {
        func coverage(_ entry: CoverageEntry?) -> AccountCoverage {
            AccountCoverage(of: consumer, entry, now: asked, maximumAgeHours: 48, possession: possession)
        }
        #expect(coverage(.record(swept(consumer, at: started, skipped: skipped))).isSettledByNextSweep == isSettled)
        #expect(!coverage(nil).isSettledByNextSweep)
        #expect(!coverage(.unreadable(attribute: "x")).isSettledByNextSweep)
        #expect(!coverage(.record(CoverageRecord(account: consumer, region: region))).isSettledByNextSweep)
    }

    /// A sweep has to be later than every time at which the account got what it has.
    @Test func severalPossessions() {
        let (early, late) = (time("2026-11-20T07:00:00Z"), time("2026-11-20T08:00:00Z"))
        let cases: [([Possession], Possession)] = [
            ([], .noMatter), ([.noMatter], .noMatter), ([.noMatter, .since(early)], .since(early)),
            ([.since(early), .found(late)], .found(late)), ([.found(early), .since(late)], .since(late)),
            ([.since(late), .notRecorded(isLost: false)], .notRecorded(isLost: false)),
            ([.creationNotKnown, .found(late)], .creationNotKnown),
        ]
        for (possessions, latest) in cases {
            for order in permutations(possessions) { #expect(Possession.latest(order) == latest) }
        }
    }

    @Test(arguments: [
        ("2026-11-20T08:00:00Z", nil, AccountCoverage.Status.swept),
        // 48 hours are not too long yet.
        ("2026-11-18T10:00:00.000Z", nil, .swept), ("2026-11-18T09:59:59.999Z", nil, .stale),
        ("2026-11-20T08:00:00.001Z", "2026-11-20T08:00:00Z", .swept),
        ("2026-11-20T08:00:00Z", "2026-11-20T08:00:00Z", .stale),
        ("2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z", .stale),
        // A clock ahead of this one's.
        ("2026-11-20T10:05:00Z", nil, .swept),
    ])
    func sweeps(started: String, shared: String?, expected: AccountCoverage.Status) {
        #expect(status(.record(swept(consumer, at: started)), shared: shared) == expected)
    }

    @Test func aSectionThatIsMissingInPart() {
        var record = swept(consumer, skipped: ["fleets", "image-recipes"])
        record.lastSweep = record.lastSweep.map {
            .init(
                started: $0.started,
                completed: $0.completed,
                skipped: $0.skipped,
                leftOut: ["image-recipes": 2],
                unavailable: ["node-groups"],
                resources: $0.resources
            )
        }
        let coverage = covered(consumer, .record(record))
        #expect(coverage.missingSections == ["fleets", "2 of image-recipes"])
        #expect(coverage.description.hasSuffix("; it had to leave out: fleets, 2 of image-recipes"))
    }

    @Test func withoutASweep() {
        #expect(status(nil) == .noTracker)
        #expect(status(.unreadable(attribute: "resources")) == .never)
        let heard = CoverageRecord(account: consumer, region: region, lastEvent: asked)
        #expect(status(.record(heard)) == .never)
        let sweeping = CoverageRecord(account: consumer, region: region, currentSweepStarted: asked)
        #expect(status(.record(sweeping)) == .never)
    }

    /// What EC2 refers to are resources that other sections list.
    @Test func sectionsThatMatter() {
        let section = InventorySection.imageReferences.rawValue
        #expect(covered(consumer, .record(swept(consumer, skipped: [section]))).missingSections == [])
        #expect(
            covered(consumer, .record(swept(consumer, skipped: [section, "parameters"]))).missingSections
                == ["parameters"]
        )
    }

    @Test func itemsOfTheTable() {
        func item(_ account: String, _ sortKey: String, _ texts: ItemAttributes) -> DynamoDB.Item {
            texts.mapValues { .string($0) }.merging(["account_id": .string(account), "resource": .string(sortKey)]) {
                $1
            }
        }
        let record = swept(consumer)
        let good = CoverageIndex.entry(item(consumer.text, record.sortKey, record.attributes), in: region)
        #expect(good?.0 == consumer)
        #expect(good?.1 == .record(record))
        let bad = record.attributes.merging(["resources": "<b>"]) { $1 }
        let unreadable = CoverageIndex.entry(item(consumer.text, record.sortKey, bad), in: region)
        #expect(unreadable?.1 == .unreadable(attribute: "resources"))
        let otherRegion = Region(checked: "us-east-1")
        #expect(CoverageIndex.entry(item(consumer.text, record.sortKey, record.attributes), in: otherRegion) == nil)
        #expect(CoverageIndex.entry(item("x", record.sortKey, record.attributes), in: region) == nil)
    }
}
