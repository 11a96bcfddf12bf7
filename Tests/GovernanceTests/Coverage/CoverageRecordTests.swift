import Governance
import Testing

@Suite struct CoverageRecordTests {
    private func time(_ text: String) throws -> EventTime { try #require(EventTime(text)) }

    private func record() throws -> CoverageRecord {
        CoverageRecord(
            account: try #require(AccountID("222222222222")),
            region: try #require(Region("eu-central-1")),
            lastSweep: .init(
                started: try time("2026-11-20T08:00:00Z"),
                completed: try time("2026-11-20T08:03:20Z"),
                skipped: ["parameters", "image-recipes"],
                leftOut: ["parameters": 2],
                unavailable: ["node-groups", "fleets"],
                resources: 4211
            ),
            currentSweepStarted: try time("2026-11-21T08:00:00Z"),
            lastEvent: try time("2026-11-21T08:01:00Z"),
            lastEventHandled: try time("2026-11-21T08:01:05Z")
        )
    }

    @Test func attributes() throws {
        let record = try record()
        #expect(record.sortKey == "coverage#eu-central-1")
        #expect(
            record.attributes == [
                "image_id": "coverage", "region": "eu-central-1", "last_sweep_started": "2026-11-20T08:00:00.000Z",
                "last_sweep_completed": "2026-11-20T08:03:20.000Z", "skipped": "image-recipes,parameters",
                "left_out": "parameters=2", "unavailable": "fleets,node-groups",
                "resources": "4211", "current_sweep_started": "2026-11-21T08:00:00.000Z",
                "last_event": "2026-11-21T08:01:00.000Z", "last_event_handled": "2026-11-21T08:01:05.000Z",
            ]
        )
    }

    @Test func whatIsWrittenIsRead() throws {
        let whole = try record()
        let blank = CoverageRecord(account: whole.account, region: whole.region)
        var swept = whole
        swept.lastSweep = .init(
            started: try time("2026-11-20T08:00:00Z"),
            completed: try time("2026-11-20T08:00:00Z"),
            resources: 0
        )
        var heard = blank
        heard.lastEvent = whole.lastEvent
        for record in [whole, blank, swept, heard] {
            let read = try CoverageRecord(
                account: record.account,
                sortKey: record.sortKey,
                attributes: record.attributes
            )
            #expect(read == record)
        }
    }

    @Test(arguments: [
        ("region", "Berlin"), ("last_sweep_started", "yesterday"), ("last_sweep_completed", "later"),
        ("last_sweep_completed", "2026-11-20T07:59:59.999Z"), ("resources", "many"), ("resources", "-1"),
        ("current_sweep_started", "now"), ("left_out", "parameters"), ("left_out", "parameters=0"),
        ("left_out", "Parameters=1"), ("left_out", "a=b=1"),
        ("unavailable", "<script>"), ("skipped", "<script>"), ("skipped", "Parameters"),
        ("skipped", String(repeating: "a", count: 41)), ("skipped", String(repeating: "a,", count: 21)),
        ("last_event", ""), ("last_event_handled", "2026-13-01T00:00:00Z"),
    ])
    func whatCannotBeReadIsNamed(_ attribute: String, _ value: String) throws {
        let record = try record()
        var attributes = record.attributes
        attributes[attribute] = value
        #expect(throws: MalformedItem(attribute: attribute)) {
            try CoverageRecord(account: record.account, sortKey: record.sortKey, attributes: attributes)
        }
    }

    @Test func aSweepIsReadWholeOrNotAtAll() throws {
        let record = try record()
        for attribute in ["last_sweep_completed", "resources"] {
            var attributes = record.attributes
            attributes[attribute] = nil
            #expect(throws: MalformedItem(attribute: attribute)) {
                try CoverageRecord(account: record.account, sortKey: record.sortKey, attributes: attributes)
            }
        }
    }

    @Test(arguments: ["coverage#us-east-1", "coverage", "ami-1#instance#i-1"])
    func theKeyMustBeOfTheRegion(_ sortKey: String) throws {
        let record = try record()
        #expect(throws: MalformedItem(attribute: "resource")) {
            try CoverageRecord(account: record.account, sortKey: sortKey, attributes: record.attributes)
        }
    }

    @Test func noRowOfAnImageHasTheKeysOfCoverage() throws {
        #expect(ImageID(CoverageRecord.imageKeyValue) == nil)
        #expect(UsageRow.Key(account: try record().account, sortKey: try record().sortKey) == nil)
    }
}
