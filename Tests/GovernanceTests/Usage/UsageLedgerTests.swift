import Testing

@testable import Governance

/// Every order, every duplication, every interleaving of invocations and every cut-off ends in the same tables: no row
/// too many, none too few.
@Suite struct UsageLedgerTests {
    typealias Changes = UsageChanges<ImageReference>

    static let images: [ImageReference: ImageID] = [.id(image): image, .id(otherImage): otherImage]

    static func mark(_ clock: String, _ id: String) -> EventMark {
        EventMark(time: time("2026-11-20T\(clock)Z"), eventID: id)
    }

    static func acquire(_ resource: Resource, _ clock: String, _ image: ImageReference = .id(image), id: String = "a")
        -> Changes
    {
        Changes(
            acquisitions: [Acquisition(resource, named: "web", of: image, mark(clock, id))],
            mark: mark(clock, id)
        )
    }

    static func release(_ resources: [Resource], _ clock: String, id: String = "r") -> Changes {
        Changes(releases: resources, mark: mark(clock, id))
    }

    static func delete(_ template: LaunchTemplateID, _ clock: String, id: String = "d") -> Changes {
        Changes(deletedTemplate: template, mark: mark(clock, id))
    }

    static let instance = Resource.instance(SampleTests.instance(1))
    static let name = Resource.launchConfiguration(.init(checked: "web"))
    static func version(_ number: Int) -> Resource { .launchTemplateVersion(SampleTests.template, number) }

    private func apply(_ changes: Changes, to store: UsageStoreInMemory, images: [ImageReference: ImageID] = images)
        async throws
    {
        try await UsageLedger(store: store, account: consumer, region: region).apply(changes.resolved(images))
    }

    private func rows(after events: [Changes]) async throws -> [String] {
        let store = UsageStoreInMemory()
        for event in events { try await apply(event, to: store) }
        return store.contents.rows.map { "\($0.key) \($0.value["first_seen"] ?? "")" }.sorted()
    }

    @Test(
        arguments: [
            (
                [acquire(instance, "08:00:00")],
                ["ami-0abcdef1234567890#instance#i-0a1b2c3d4e5f60001 2026-11-20T08:00:00.000Z"]
            ),
            ([acquire(instance, "08:00:00"), release([instance], "09:00:00")], []),
            // The release of an identifier that never comes back ends it, whatever the clocks say.
            ([acquire(instance, "08:00:00"), release([instance], "07:00:00")], []),
            (
                [
                    acquire(instance, "08:00:00"), release([instance], "09:00:00"),
                    release([instance], "09:00:40", id: "s"),
                ], []
            ),
            (
                [acquire(instance, "08:00:00"), acquire(instance, "10:00:00", id: "sweep")],
                ["ami-0abcdef1234567890#instance#i-0a1b2c3d4e5f60001 2026-11-20T08:00:00.000Z"]
            ),
            (
                [
                    acquire(version(1), "08:00:00"), acquire(version(2), "08:30:00", id: "b"),
                    release([version(1)], "09:00:00"),
                ],
                ["ami-0abcdef1234567890#launch-template#lt-0a1b2c3d4e5f60001/2 2026-11-20T08:30:00.000Z"]
            ),
            (
                [
                    acquire(version(1), "08:00:00"), acquire(version(2), "08:30:00", id: "b"),
                    delete(SampleTests.template, "09:00:00"), release([version(1)], "08:45:00"),
                ], []
            ),
            ([acquire(name, "08:00:00"), release([name], "09:00:00")], []),
            (
                [acquire(name, "08:00:00"), release([name], "09:00:00"), acquire(name, "09:30:00", id: "b")],
                ["ami-0abcdef1234567890#launch-configuration#web 2026-11-20T09:30:00.000Z"]
            ),
            (
                [
                    acquire(name, "08:00:00"), release([name], "09:00:00"),
                    acquire(name, "09:00:00", .id(otherImage), id: "b"),
                ],
                ["ami-0fedcba9876543210#launch-configuration#web 2026-11-20T09:00:00.000Z"]
            ),
            // The deletion in between was never seen.
            (
                [acquire(name, "08:00:00"), acquire(name, "09:30:00", .id(otherImage), id: "b")],
                ["ami-0fedcba9876543210#launch-configuration#web 2026-11-20T09:30:00.000Z"]
            ),
            ([release([name], "09:00:00")], []),
        ] as [([Changes], [String])]
    )
    func rowsAfterEvents(events: [Changes], expected: [String]) async throws {
        for order in permutations(events) { #expect(try await rows(after: order) == expected) }
    }

    @Test func aRowAndAMappingTellAll() async throws {
        let store = UsageStoreInMemory()
        let event = try Sample.event("create-launch-template")
        try await apply(try #require(Changes(event)), to: store)
        let id = event.occurrence.eventID
        #expect(
            store.contents.rows == [
                "ami-0abcdef1234567890#launch-template#lt-0a1b2c3d4e5f60001/1": [
                    "image_id": "ami-0abcdef1234567890", "kind": "launch-template",
                    "resource_id": "lt-0a1b2c3d4e5f60001/1",
                    "resource_name": "web", "region": "eu-central-1", "first_seen": "2026-11-20T08:30:00.000Z",
                    "last_seen": "2026-11-20T08:30:00.000Z", "event_id": id, "source": "event",
                ]
            ]
        )
        #expect(
            store.contents.mappings == [
                MappingKey(resourceID: "lt-0a1b2c3d4e5f60001", part: "1"): [
                    "state": "active", "kind": "launch-template", "image_id": "ami-0abcdef1234567890",
                    "resource_name": "web", "event_time": "2026-11-20T08:30:00.000Z", "event_id": id,
                    "acquired_time": "2026-11-20T08:30:00.000Z", "acquired_id": id,
                ]
            ]
        )
    }

    @Test func aReleasedRecordIsKeptForAWhile() async throws {
        let store = UsageStoreInMemory()
        try await apply(Self.acquire(Self.instance, "08:00:00"), to: store)
        let key = Self.instance.mappingKey(using: nil)
        var record = try await store.mappings([key])[key]
        #expect(record?.expiry(afterDays: 90) == nil)
        try await apply(Self.release([Self.instance], "09:00:00"), to: store)
        record = try await store.mappings([key])[key]
        #expect(record?.expiry(afterDays: 90) == time("2027-02-18T09:00:00Z").epochSeconds)
        #expect(record?.attributes["image_id"] == "ami-0abcdef1234567890")
        #expect(record?.attributes["state"] == "released")
    }

    /// As few requests as there can be: read, change rows, write mappings; a duplicate only reads.
    @Test func requests() async throws {
        let store = UsageStoreInMemory()
        try await apply(Self.acquire(Self.instance, "08:00:00"), to: store)
        #expect(store.requests == 3)
        try await apply(Self.acquire(Self.instance, "08:00:00"), to: store)
        #expect(store.requests == 4)
        try await apply(Self.release([Self.instance], "09:00:00"), to: store)
        #expect(store.requests == 7)
        try await apply(Self.release([Self.instance], "09:00:30"), to: store)
        #expect(store.requests == 8)
    }

    // MARK: properties

    /// What the events amount to, by definition and not by steps.
    private func expectedRows(after events: [Changes]) -> Set<String> {
        let deleted = events.compactMap(\.deletedTemplate)
        var rows: Set<String> = []
        for (resource, uses) in Dictionary(grouping: events.flatMap(\.acquisitions), by: \.resource) {
            let releases = events.filter { $0.releases.contains(resource) }.map(\.mark.time)
            let use: Acquisition<ImageReference>?
            if resource.kind.isReused {
                use = uses.max { $0.mark < $1.mark }.flatMap { use in
                    releases.contains { $0 > use.mark.time } ? nil : use
                }
            } else if case .launchTemplateVersion(let template, _) = resource, deleted.contains(template) {
                use = nil
            } else {
                use = releases.isEmpty ? uses.min { $0.mark < $1.mark } : nil
            }
            guard let use, let image = Self.images[use.image] else { continue }
            rows.insert(
                "\(UsageRow.Key(account: consumer, image: image, resource: resource).sortKey) \(use.mark.time) \(use.mark.eventID)"
            )
        }
        return rows
    }

    private func rowsAndMarks(_ store: UsageStoreInMemory) -> Set<String> {
        Set(store.contents.rows.map { "\($0.key) \($0.value["first_seen"] ?? "") \($0.value["event_id"] ?? "")" })
    }

    private func clock(using generator: inout SeededGenerator) -> String {
        "08:0\(Int.random(in: 0...3, using: &generator)):00"
    }

    /// Events at few moments, so that many of them tie.
    private func events(_ count: Int, using generator: inout SeededGenerator) -> [Changes] {
        let scenario = Int.random(in: 0..<3, using: &generator)
        return (0..<count).map { number in
            let at = clock(using: &generator)
            let id = "e\(number)"
            let some: ImageReference = .id(Bool.random(using: &generator) ? image : otherImage)
            let dice = Int.random(in: 0..<10, using: &generator)
            switch scenario {
            case 0:
                return dice < 6
                    ? Self.acquire(Self.instance, at, some, id: id) : Self.release([Self.instance], at, id: id)
            case 1:
                return dice < 5
                    ? Self.acquire(Self.name, at, some, id: id) : Self.release([Self.name], at, id: id)
            default:
                let version = Self.version(Int.random(in: 1...2, using: &generator))
                if dice < 5 { return Self.acquire(version, at, .id(image), id: id) }
                if dice < 7 { return Self.release([version], at, id: id) }
                if dice < 8 { return Self.release([Self.version(1), Self.version(2)], at, id: id) }
                return Self.delete(SampleTests.template, at, id: id)
            }
        }
    }

    @Test(arguments: UInt64(1)...100)
    func everyOrderAndDuplication(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let events = events(4, using: &generator)
        var expected: [MappingKey: ItemAttributes]?
        for order in permutations(events) {
            let store = UsageStoreInMemory()
            for event in order { try await apply(event, to: store) }
            if let duplicate = order.randomElement(using: &generator) { try await apply(duplicate, to: store) }
            #expect(rowsAndMarks(store) == expectedRows(after: events), "seed \(seed)")
            expected = expected ?? store.contents.mappings
            #expect(store.contents.mappings == expected, "seed \(seed)")
        }
    }

    @Test(arguments: UInt64(1)...1500)
    func everyInterleavingAndCutOff(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let events = events(Int.random(in: 2...4, using: &generator), using: &generator)
        let inOrder = UsageStoreInMemory()
        for event in events { try await apply(event, to: inOrder) }

        let store = UsageStoreInMemory()
        let deliveries = events + events.filter { _ in Int.random(in: 0..<3, using: &generator) == 0 }
        try await Interleaver.run(
            deliveries.map { event in { try await apply(event, to: store) } },
            seed: seed,
            crashes: Int.random(in: 0...4, using: &generator)
        )
        #expect(rowsAndMarks(store) == expectedRows(after: events), "seed \(seed)")
        var mappings = store.contents.mappings
        for key in mappings.keys { mappings[key]?[MappingRecord.touchesAttribute] = nil }
        // Of two deletions of one template, which there are not, either may have ended a version.
        guard events.count(where: { $0.deletedTemplate != nil }) <= 1 else { return }
        #expect(mappings == inOrder.contents.mappings, "seed \(seed)")
    }

    /// A `resolve:ssm:` image may be another one at each attempt: there is never more than one row, and it is the one that
    /// the mapping names.
    @Test(arguments: UInt64(1)...1500)
    func anImageThatIsLookedUpAnew(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let parameter = ImageReference.parameter("/golden")
        var events = [Self.acquire(Self.version(1), "08:00:00", parameter)]
        if Bool.random(using: &generator) {
            events.append(Self.acquire(Self.version(1), clock(using: &generator), id: "b"))
        }
        let isReleased = Bool.random(using: &generator)
        if isReleased {
            events.append(
                Bool.random(using: &generator)
                    ? Self.release([Self.version(1)], "09:00:00") : Self.delete(SampleTests.template, "09:00:00")
            )
        }
        let store = UsageStoreInMemory()
        let deliveries = events + [events[0]] + events.filter { _ in Bool.random(using: &generator) }
        let values = Values(seed: seed)
        try await Interleaver.run(
            deliveries.map { event in
                { try await apply(event, to: store, images: [.id(image): image, parameter: values.next()]) }
            },
            seed: seed,
            crashes: Int.random(in: 0...5, using: &generator)
        )
        let key = Self.version(1).mappingKey(using: nil)
        let record = try #require(try await store.mappings([key])[key])
        #expect(record.state == (isReleased ? .released : .active), "seed \(seed)")
        let rows = isReleased ? [] : ["\(record.acquired?.image.text ?? "")#launch-template#lt-0a1b2c3d4e5f60001/1"]
        #expect(store.contents.rows.keys.sorted() == rows, "seed \(seed)")
    }

    @Test func givesUpWhereOthersWriteAllTheTime() async {
        struct Busy: UsageStore {
            func mappings(_ keys: [MappingKey]) async throws -> [MappingKey: MappingRecord] { [:] }
            func mappings(ofVersionsOf template: LaunchTemplateID) async throws -> [MappingRecord] { [] }
            func mappings(ofUsesBy resource: Resource) async throws -> [MappingRecord] { [] }
            func change(_ rows: [UsageRowChange]) async throws {}
            func write(_ writes: [MappingWrite]) async throws -> Set<MappingKey> { Set(writes.map(\.record.key)) }
        }
        for event in [Self.acquire(Self.instance, "08:00:00"), Self.delete(SampleTests.template, "08:00:00")] {
            await #expect(throws: RecordContention.self) {
                try await UsageLedger(store: Busy(), account: consumer, region: region)
                    .apply(event.resolved(Self.images))
            }
        }
    }
}
