import Testing

@testable import Governance

/// What a sweep's finds change of one record, step by step, and the rows that result.
@Suite struct ObservationTests {
    private typealias Ledger = UsageLedgerTests

    static let version = Resource.launchTemplateVersion(SampleTests.template, 1)
    static let group = Resource.autoScalingGroup(.init(checked: "g"))

    static func moment(_ clock: String) -> EventTime { time("2026-11-20T\(clock)Z") }

    /// Seen by a sweep whose mark has this time.
    static func seen(_ resource: Resource, _ clock: String, _ used: ImageID = image) -> ResourceEvent {
        let mark = EventMark.sweep(at: moment(clock))
        return .observed(ResourceObservation(resource: resource, image: used, mark: mark, seenAt: mark.time))
    }

    /// Listed, and there when asked for.
    static func confirmed(_ resource: Resource, _ clock: String, _ used: ImageID = image) -> ResourceEvent {
        guard case .observed(let observation) = seen(resource, clock, used) else { return seen(resource, clock, used) }
        return .observed(observation.confirmed)
    }

    static func absent(_ resource: Resource, _ clock: String, _ used: ImageID = image, gone: Bool = false)
        -> ResourceEvent
    {
        .absent(
            ResourceAbsence(
                resource: resource,
                image: used,
                mark: .sweep(at: moment(clock)),
                seenAt: moment(clock),
                isGone: gone
            )
        )
    }

    static func acquired(_ resource: Resource, _ clock: String, _ used: ImageID = image) -> ResourceEvent {
        .acquired(
            Acquisition(resource, of: .id(used), EventMark(time: moment(clock), eventID: "e")).resolved(to: used)
        )
    }

    static func released(_ resource: Resource, _ clock: String) -> ResourceEvent {
        .released(resource, EventMark(time: moment(clock), eventID: "r"))
    }

    static let instance = Ledger.instance
    static let name = Ledger.name

    /// The rows after these, one after the other: image, first and last seen, source.
    private func rows(after events: [ResourceEvent]) async throws -> [String] {
        let store = UsageStoreInMemory()
        for event in events {
            try await UsageLedger(store: store, account: consumer, region: region).settle([event])
        }
        return store.contents.rows.values.map { row in
            let used = row["image_id"] == image.text ? "image" : "other"
            let times = ["first_seen", "last_seen"].map { String((row[$0] ?? "").dropFirst(11).prefix(5)) }
            return "\(used) \(times[0]) \(times[1]) \(row["source"] ?? "")"
        }.sorted()
    }

    @Test(
        arguments: [
            // What is found.
            ([seen(instance, "09:00:00")], ["image 09:00 09:00 sweep"]),
            ([seen(instance, "09:00:00"), seen(instance, "10:00:00")], ["image 09:00 10:00 sweep"]),
            ([seen(instance, "10:00:00"), seen(instance, "09:00:00")], ["image 10:00 10:00 sweep"]),
            ([acquired(instance, "08:00:00"), seen(instance, "09:00:00")], ["image 08:00 09:00 event"]),
            // An event that comes later, of an earlier time.
            ([seen(instance, "09:00:00"), acquired(instance, "08:00:00")], ["image 08:00 09:00 event"]),
            // What is newer is left alone.
            ([acquired(instance, "09:30:00"), seen(instance, "09:00:00")], ["image 09:30 09:30 event"]),
            ([acquired(instance, "09:30:00"), absent(instance, "09:00:00", gone: true)], ["image 09:30 09:30 event"]),
            ([seen(instance, "10:00:00"), absent(instance, "10:00:00", gone: true)], ["image 10:00 10:00 sweep"]),
            // What is released stays so.
            ([acquired(instance, "08:00:00"), released(instance, "08:30:00"), seen(instance, "09:00:00")], []),
            ([released(instance, "08:30:00"), seen(instance, "09:00:00")], []),
            ([seen(instance, "09:00:00"), released(instance, "08:30:00")], []),
            ([acquired(instance, "08:00:00"), absent(instance, "09:00:00", gone: true)], []),
            // Of what nothing is known, nothing is ended for ever.
            ([absent(instance, "09:00:00", gone: true), acquired(instance, "08:00:00")], ["image 08:00 08:00 event"]),
            ([absent(name, "09:00:00", gone: true), acquired(name, "08:00:00")], []),
            (
                [
                    acquired(instance, "08:00:00"), absent(instance, "09:00:00", gone: true),
                    seen(instance, "10:00:00"),
                ], []
            ),
            // A launch template version whose parameter gets another value: it moves, and an event of before changes nothing.
            ([seen(version, "09:00:00"), seen(version, "10:00:00", otherImage)], ["other 10:00 10:00 sweep"]),
            ([seen(version, "10:00:00"), seen(version, "09:00:00", otherImage)], ["image 10:00 10:00 sweep"]),
            (
                [acquired(version, "08:00:00"), seen(version, "10:00:00", otherImage), acquired(version, "08:00:00")],
                ["other 10:00 10:00 sweep"]
            ),
            // It names an image that is not tracked, and comes back.
            ([acquired(version, "08:00:00"), absent(version, "09:00:00")], []),
            ([acquired(version, "08:00:00"), absent(version, "09:00:00"), acquired(version, "08:00:00")], []),
            (
                [acquired(version, "08:00:00"), absent(version, "09:00:00"), seen(version, "10:00:00")],
                ["image 08:00 10:00 event"]
            ),
            (
                [acquired(version, "08:00:00"), absent(version, "09:00:00"), seen(version, "10:00:00", otherImage)],
                ["other 10:00 10:00 sweep"]
            ),
            (
                [
                    acquired(version, "08:00:00"), absent(version, "09:00:00"), released(version, "09:30:00"),
                    seen(version, "10:00:00"),
                ], []
            ),
            // A name: deleted, created anew with the same or another image, with or without the events.
            ([seen(name, "09:00:00"), absent(name, "10:00:00", gone: true)], []),
            (
                [seen(name, "09:00:00"), absent(name, "10:00:00", gone: true), seen(name, "11:00:00")],
                ["image 11:00 11:00 sweep"]
            ),
            ([seen(name, "09:00:00"), seen(name, "10:00:00", otherImage)], ["other 10:00 10:00 sweep"]),
            ([seen(name, "09:00:00"), released(name, "09:30:00")], []),
            ([released(name, "09:30:00"), seen(name, "09:00:00")], []),
            ([released(name, "09:30:00"), seen(name, "10:00:00")], ["image 10:00 10:00 sweep"]),
            (
                [acquired(name, "08:00:00"), seen(name, "10:00:00"), released(name, "09:00:00")],
                ["image 08:00 10:00 event"]
            ),
            (
                [acquired(name, "08:00:00"), seen(name, "10:00:00"), acquired(name, "09:00:00", otherImage)],
                ["image 08:00 10:00 event"]
            ),
            ([acquired(name, "08:00:00"), released(name, "10:00:00"), seen(name, "09:00:00")], []),
            // Several images at once, each for itself.
            (
                [seen(group, "09:00:00"), seen(group, "09:00:00", otherImage)],
                ["image 09:00 09:00 sweep", "other 09:00 09:00 sweep"]
            ),
            (
                [seen(group, "09:00:00"), seen(group, "09:00:00", otherImage), absent(group, "10:00:00")],
                ["other 09:00 09:00 sweep"]
            ),
            (
                [seen(group, "09:00:00"), absent(group, "10:00:00"), seen(group, "11:00:00")],
                ["image 11:00 11:00 sweep"]
            ),
        ] as [([ResourceEvent], [String])]
    )
    func rowsAfter(events: [ResourceEvent], expected: [String]) async throws {
        #expect(try await rows(after: events) == expected)
    }

    /// A row that was lost is written again, and only then.
    @Test func aLostRowComesBack() async throws {
        let store = UsageStoreInMemory()
        let ledger = UsageLedger(store: store, account: consumer, region: region)
        for resource in [Self.instance, Self.version, Self.name, Self.group] {
            try await ledger.settle([Self.seen(resource, "09:00:00")])
            let key = UsageRow.Key(account: consumer, image: image, resource: resource)
            let row = try #require(store.contents.rows[key.sortKey])
            try await store.change([.delete(key, .always)])
            try await ledger.settle([Self.seen(resource, "09:00:00")])
            #expect(store.contents.rows[key.sortKey] == nil)
            try await ledger.settle([Self.seen(resource, "10:00:00")])
            #expect(store.contents.rows[key.sortKey]?["first_seen"] == row["first_seen"])
            #expect(store.contents.rows[key.sortKey]?["last_seen"] == "2026-11-20T10:00:00.000Z")
        }
    }

    /// Seen again by the same sweep, in another section: read, and no more.
    @Test func theSameSweepRefreshesOnce() async throws {
        let store = UsageStoreInMemory()
        let ledger = UsageLedger(store: store, account: consumer, region: region)
        func observe(_ clock: String) async throws {
            let observation = ResourceObservation(
                resource: Self.version,
                image: image,
                mark: .sweep(at: Self.moment(clock)),
                seenAt: Self.moment(clock),
                freshFrom: Self.moment("09:00:00")
            )
            try await ledger.settle([.observed(observation)])
        }
        try await observe("09:00:00")
        let requests = store.requests
        try await observe("09:20:00")
        #expect(store.requests == requests + 1)
    }

    /// What a sweep came across may have begun since its mark. An answer that may be older than that does not end it.
    @Test(arguments: [("09:19:59", true), ("09:20:00", false)])
    func anAnswerOfBeforeItWasFound(clock: String, stays: Bool) async throws {
        for resource in [Self.instance, Self.version, Self.name, Self.group] {
            let found = ResourceObservation(
                resource: resource,
                image: image,
                mark: .sweep(at: Self.moment("09:00:00")),
                seenAt: Self.moment("09:20:00")
            )
            #expect(
                try await rows(after: [.observed(found), Self.absent(resource, clock, gone: true)]).isEmpty != stays
            )
            #expect(try await rows(after: [.observed(found), Self.absent(resource, clock)]).isEmpty != stays)
            // An event tells when it began.
            guard resource.kind != .autoScalingGroup else { continue }
            let events = [
                .observed(found), Self.acquired(resource, "09:00:00"), Self.absent(resource, clock, gone: true),
            ]
            #expect(try await rows(after: events).isEmpty != (stays && resource.kind.isReused))
        }
    }

    @Test func aSweepsMarkIsTenMinutesBeforeItBegan() {
        let mark = EventMark.sweep(lookingFrom: Self.moment("09:00:00"))
        #expect(mark == EventMark(time: Self.moment("08:50:00"), eventID: "sweep"))
        #expect(mark.source == .sweep)
        #expect(EventMark(time: mark.time, eventID: "e").source == .event)
    }

    /// What is shown of a row is when it was seen; by its marks it is ordered.
    @Test func aRowTellsWhenItWasSeen() {
        func times(_ mark: EventMark, lastSeen: EventTime) -> [EventTime] {
            let row = UsageRow(
                key: .init(account: consumer, image: image, resource: Self.instance),
                resourceName: nil,
                region: region,
                mark: mark,
                lastSeen: lastSeen,
                source: mark.source
            )
            return [row.firstSeen, row.lastObserved]
        }
        let (first, last) = (Self.moment("09:00:00"), Self.moment("10:00:00"))
        let (found, seen) = (EventMark.sweep(lookingFrom: first), EventMark.sweep(lookingFrom: last))
        #expect(times(found, lastSeen: found.time) == [first, first])
        #expect(times(found, lastSeen: seen.time) == [first, last])
        let event = EventMark(time: first, eventID: "e")
        #expect(times(event, lastSeen: event.time) == [first, first])
        #expect(times(event, lastSeen: seen.time) == [first, last])
    }

    @Test func anIdleRecordIsKeptAndComesBackFromItsAttributes() async throws {
        let store = UsageStoreInMemory()
        let ledger = UsageLedger(store: store, account: consumer, region: region)
        try await ledger.settle([Self.acquired(Self.version, "08:00:00")])
        let states = try await ledger.settle([Self.absent(Self.version, "09:00:00")])
        let key = Self.version.mappingKey(using: nil)
        #expect(states == [key: .idle])
        let record = try #require(try await store.mappings([key])[key])
        #expect(record.state == .idle)
        #expect(record.expiry(afterDays: 90) == nil)
        #expect(
            record.attributes == [
                "state": "idle", "kind": "launch-template", "image_id": image.text, "seen": "2026-11-20T09:00:00.000Z",
                "event_time": "2026-11-20T09:00:00.000Z", "event_id": "sweep", "idle": "true",
                "acquired_time": "2026-11-20T08:00:00.000Z", "acquired_id": "e",
            ]
        )
        #expect(throws: MalformedItem(attribute: "seen")) {
            try MappingRecord(key: key, attributes: ["seen": "yesterday"])
        }
    }
}
