import AWSClient
import Testing

@testable import Governance

/// What is recorded as released for ever, and is there nevertheless.
@Suite struct RevivalTests {
    private typealias Step = ObservationTests

    private static let instance = Step.instance
    private static let version = Step.version

    private static func acquired(_ clock: String) -> ResourceEvent { Step.acquired(instance, clock) }
    private static func released(_ clock: String) -> ResourceEvent { Step.released(instance, clock) }
    private static func absent(_ clock: String) -> ResourceEvent { Step.absent(instance, clock, gone: true) }
    private static func seen(_ clock: String) -> ResourceEvent { Step.seen(instance, clock) }
    private static func confirmed(_ clock: String) -> ResourceEvent { Step.confirmed(instance, clock) }

    /// Step by step: whether there is a row, with its first and last time.
    @Test(
        arguments: [
            ([acquired("08:00:00"), released("08:30:00"), confirmed("09:00:00")], "08:00 09:00"),
            ([acquired("08:00:00"), absent("08:30:00"), confirmed("09:00:00")], "08:00 09:00"),
            ([released("08:30:00"), confirmed("09:00:00")], "09:00 09:00"),
            // It has to be of a later time, and confirmed.
            ([acquired("08:00:00"), released("09:00:00"), confirmed("09:00:00")], ""),
            ([acquired("08:00:00"), released("09:00:01"), confirmed("09:00:00")], ""),
            ([acquired("08:00:00"), released("08:30:00"), seen("09:00:00")], ""),
            ([acquired("08:00:00"), released("08:51:00"), confirmed("08:55:00")], ""),
            ([acquired("08:00:00"), released("08:50:00"), released("08:59:59"), confirmed("09:00:00")], "08:00 09:00"),
            // The latest release counts, in whatever order they come.
            ([acquired("08:00:00"), released("08:30:00"), released("09:30:00"), confirmed("09:00:00")], ""),
            ([acquired("08:00:00"), released("09:30:00"), released("08:30:00"), confirmed("09:00:00")], ""),
            // What is told of before does not end it again; what is told of later does.
            ([acquired("08:00:00"), released("08:30:00"), confirmed("09:00:00"), released("08:30:00")], "08:00 09:00"),
            ([acquired("08:00:00"), released("08:30:00"), confirmed("09:00:00"), released("08:59:59")], "08:00 09:00"),
            ([acquired("08:00:00"), released("08:30:00"), confirmed("09:00:00"), released("09:00:00")], ""),
            ([acquired("08:00:00"), released("08:30:00"), confirmed("09:00:00"), absent("10:00:00")], ""),
            // It goes on as if nothing had been.
            ([released("08:30:00"), confirmed("09:00:00"), acquired("08:00:00")], "08:00 09:00"),
            ([released("08:30:00"), confirmed("09:00:00"), seen("10:00:00")], "09:00 10:00"),
            (
                [released("08:30:00"), confirmed("09:00:00"), released("09:30:00"), seen("10:00:00")], ""
            ),
            (
                [released("08:30:00"), confirmed("09:00:00"), released("09:30:00"), confirmed("10:00:00")],
                "09:00 10:00"
            ),
        ] as [([ResourceEvent], String)]
    )
    func rowAfter(events: [ResourceEvent], expected: String) async throws {
        let store = UsageStoreInMemory()
        for event in events {
            try await UsageLedger(store: store, account: consumer, region: region).settle([event])
        }
        let times = store.contents.rows.values.map { row in
            ["first_seen", "last_seen"].map { String((row[$0] ?? "").dropFirst(11).prefix(5)) }.joined(separator: " ")
        }
        #expect(times == (expected.isEmpty ? [] : [expected]))
    }

    @Test func aRecordThatWasRevivedComesBackFromItsAttributes() async throws {
        let store = UsageStoreInMemory()
        let ledger = UsageLedger(store: store, account: consumer, region: region)
        for event in [Self.acquired("08:00:00"), Self.released("08:30:00"), Self.confirmed("09:00:00")] {
            try await ledger.settle([event])
        }
        let key = Self.instance.mappingKey(using: nil)
        let record = try #require(try await store.mappings([key])[key])
        #expect(record.state == .active)
        #expect(record.released == nil)
        #expect(record.attributes["revived"] == "2026-11-20T09:00:00.000Z")
        #expect(record.expiry(afterDays: 90) == nil)
        #expect(throws: MalformedItem(attribute: "revived")) {
            try MappingRecord(key: key, attributes: ["revived": "today"])
        }
    }

    /// The deletion of a template that is there: each version that a sweep sees is in use again.
    @Test func versionsOfATemplateThatIsThere() async throws {
        let store = UsageStoreInMemory()
        let ledger = UsageLedger(store: store, account: consumer, region: region)
        try await ledger.settle([Step.acquired(Self.version, "08:00:00")])
        let deletion = UsageChanges<ImageID>(
            acquisitions: [],
            releases: [],
            deletedTemplate: SampleTests.template,
            mark: EventMark(time: Step.moment("08:30:00"), eventID: "d")
        )
        try await ledger.apply(deletion)
        let other = Resource.launchTemplateVersion(SampleTests.template, 7)
        let states = try await ledger.settle([Step.seen(Self.version, "09:00:00"), Step.seen(other, "09:00:00")])
        #expect(Set(states.values) == [.released])
        try await ledger.settle([Step.confirmed(Self.version, "09:00:00"), Step.confirmed(other, "09:00:00")])
        #expect(store.contents.rows.count == 2)
        // The deletion told once more changes nothing; a later one does.
        try await ledger.apply(deletion)
        #expect(store.contents.rows.count == 2)
        try await ledger.apply(
            UsageChanges(
                acquisitions: [],
                releases: [],
                deletedTemplate: SampleTests.template,
                mark: EventMark(time: Step.moment("09:30:00"), eventID: "e")
            )
        )
        #expect(store.contents.rows.isEmpty)
    }

    // MARK: Sweeps

    /// Recorded as ended by an event that was wrong, some time before the sweep.
    private static func rig(secondsBefore seconds: Int64) async throws -> SweepRig {
        let rig = SweepTests.rig(instances: 3)
        _ = try await rig.sweep()
        let mark = EventMark(time: rig.clock.now, eventID: "wrong")
        try await UsageLedger(store: rig.store, account: consumer, region: region)
            .settle([.released(.instance(SampleTests.instance(1)), mark)])
        rig.clock.advance(milliseconds: seconds * 1000)
        return rig
    }

    private static let row = "\(image)#instance#\(SampleTests.instance(1))"

    @Test func whatIsListedAndThereIsInUseAgain() async throws {
        let rig = try await Self.rig(secondsBefore: 1201)
        #expect(!rig.rows.contains(Self.row))
        let checkpoint = try completed(try await rig.sweep(isForced: true))
        #expect(rig.rows == rig.account.current.listedRows)
        #expect(checkpoint.revived == 1)
        #expect(checkpoint.incomplete == [])
        #expect(rig.account.asked.contains(.instance(SampleTests.instance(1))))
        // Once is enough.
        #expect(try completed(try await rig.sweep(isForced: true)).revived == 0)
        #expect(rig.rows == rig.account.current.listedRows)
    }

    /// A list may be as old as that: it says nothing against the release, and nothing is asked.
    @Test func soonAfterTheReleaseNothingIsRevived() async throws {
        let rig = try await Self.rig(secondsBefore: 500)
        let checkpoint = try completed(try await rig.sweep(isForced: true))
        #expect(checkpoint.revived == 0)
        #expect(checkpoint.incomplete == [])
        #expect(!rig.rows.contains(Self.row))
        #expect(!rig.account.asked.contains(.instance(SampleTests.instance(1))))
    }

    @Test func whatCannotBeAskedForIsAGap() async throws {
        let rig = try await Self.rig(secondsBefore: 3600)
        rig.account.silence([.instance(SampleTests.instance(1))])
        let checkpoint = try completed(try await rig.sweep(isForced: true))
        #expect(checkpoint.revived == 0)
        #expect(checkpoint.leftOut == [.instances: 1])
        #expect(!rig.rows.contains(Self.row))
    }
}
