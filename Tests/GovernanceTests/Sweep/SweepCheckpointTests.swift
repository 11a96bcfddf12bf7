import Testing

@testable import Governance

@Suite struct SweepCheckpointTests {
    private static let start = time("2026-11-20T08:00:00.123Z")

    @Test func comesBackFromItsAttributes() throws {
        var checkpoint = SweepCheckpoint(started: Self.start)
        for phase in SweepCheckpoint.Phase.allCases {
            checkpoint.phase = phase
            #expect(try SweepCheckpoint(attributes: checkpoint.attributes) == checkpoint)
        }
        checkpoint.revision = 7
        checkpoint.phase = .listing
        var place = checkpoint.begin(.instances, at: time("2026-11-20T08:01:00.000Z"))
        place.token = #"{"a":"b\n"}"#
        place.failures = 2
        place.restarts = 1
        place.unresolvedSince = time("2026-11-20T08:02:00.000Z")
        place.throttledSince = time("2026-11-20T08:03:00.000Z")
        checkpoint.places = [.instances: place, .parameters: SectionPlace()]
        checkpoint.listed = [.fleets, .nodeGroups]
        checkpoint.skipped = [.fleets, .nodeGroups]
        checkpoint.leftOut = [.parameters: 2, .imageRecipes: 11]
        checkpoint.unavailable = [.nodeGroups, .imageRecipes]
        checkpoint.incompleteBefore = 3
        checkpoint.revived = 4
        checkpoint.resources = 100_000
        checkpoint.released = 5
        checkpoint.heldUntil = time("2026-11-20T08:05:00.000Z")
        #expect(try SweepCheckpoint(attributes: checkpoint.attributes) == checkpoint)
        checkpoint.phase = .confirming
        checkpoint.places = [:]
        checkpoint.token = "more"
        checkpoint.failures = 2
        checkpoint.throttledSince = time("2026-11-20T08:04:00.000Z")
        #expect(try SweepCheckpoint(attributes: checkpoint.attributes) == checkpoint)
        checkpoint.completed = time("2026-11-20T08:09:00.000Z")
        #expect(try SweepCheckpoint(attributes: checkpoint.attributes) == checkpoint)
    }

    @Test func isNoResourcesRecord() {
        #expect(SweepCheckpoint.key == MappingKey(resourceID: "sweep", part: "-"))
        #expect(SweepCheckpoint.key.resource == nil)
        #expect(SweepCheckpoint(started: Self.start).attributes["image_id"] == nil)
    }

    /// The item that holds it ends at 400 KB
    /// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html).
    @Test func isSmall() {
        var checkpoint = SweepCheckpoint(started: Self.start)
        for section in InventorySection.allCases {
            var place = checkpoint.begin(section, at: Self.start)
            place.token = String(repeating: "x", count: 4096)
            place.unresolvedSince = Self.start
            checkpoint.places[section] = place
            checkpoint.leftOut[section] = 1_000_000
        }
        checkpoint.skipped = Set(InventorySection.allCases)
        checkpoint.unavailable = Set(InventorySection.allCases)
        #expect(checkpoint.attributes.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count } < 50_000)
    }

    @Test(arguments: [
        ("started", nil), ("started", "today"), ("phase", nil), ("revision", nil),
        ("revision", "-1"), ("completed", "x"), ("instances.started", ""), ("instances.failures", "x"),
        ("instances.restarts", nil), ("instances.unresolved_since", "then"),
        ("resources", "1.5"), ("released", nil), ("held_until", "soon"), ("incomplete_before", "-1"), ("revived", "x"),
        ("left_out", "parameters"), ("left_out", "parameters=none"),
    ])
    func othersAreRefused(name: String, value: String?) {
        var checkpoint = SweepCheckpoint(started: Self.start)
        _ = checkpoint.begin(.instances, at: Self.start)
        var attributes = checkpoint.attributes
        attributes[name] = value
        #expect(throws: MalformedItem(attribute: name)) { try SweepCheckpoint(attributes: attributes) }
    }

    // MARK: Other versions

    /// As it was when sections were listed one after the other.
    private static let earlier: ItemAttributes = [
        "revision": "7", "state": "under way", "started": "2026-11-20T08:00:00.123Z", "phase": "listing fleets",
        "failures": "1", "restarts": "2", "resources": "0", "released": "0", "revived": "3", "incomplete_before": "0",
        "section_started": "2026-11-20T08:01:00.000Z", "token": "more", "skipped": "launch-templates",
        "left_out": "instances=2", "unresolved_since": "2026-11-20T08:02:00.000Z",
    ]

    @Test func whatAnEarlierVersionLeftIsContinued() throws {
        let checkpoint = try SweepCheckpoint(attributes: Self.earlier)
        #expect(checkpoint.phase == .listing)
        #expect(checkpoint.listed == [.instances, .launchTemplates, .autoScalingGroups, .launchConfigurations])
        #expect(checkpoint.unlisted.first == .fleets)
        var place = SectionPlace()
        place.started = time("2026-11-20T08:01:00.000Z")
        place.token = "more"
        place.failures = 1
        place.restarts = 2
        place.unresolvedSince = time("2026-11-20T08:02:00.000Z")
        #expect(checkpoint.places == [.fleets: place])
        #expect(checkpoint.token == nil)
        #expect(checkpoint.failures == 0)
        #expect(checkpoint.revision == 7)
        #expect(checkpoint.skipped == [.launchTemplates])
        #expect(checkpoint.leftOut == [.instances: 2])
        #expect(checkpoint.revived == 3)
    }

    @Test(arguments: ["confirming", "reconciling", "completed"])
    func soIsWhatItLeftAfterTheListing(phase: String) throws {
        var attributes = Self.earlier
        attributes["phase"] = phase
        attributes["section_started"] = nil
        attributes["unresolved_since"] = nil
        let checkpoint = try SweepCheckpoint(attributes: attributes)
        #expect(checkpoint.phase.rawValue == phase)
        #expect(checkpoint.token == "more")
        #expect(checkpoint.failures == 1)
        #expect(checkpoint.places == [:])
    }

    /// What an earlier version requires is there for it: `phase` is one that it does not know, so that it begins anew.
    @Test func anEarlierVersionCanReadIt() {
        let attributes = SweepCheckpoint(started: Self.start).attributes
        for name in ["revision", "started", "failures", "restarts", "resources", "released"] {
            #expect(attributes[name] != nil, "\(name)")
        }
        #expect(attributes["phase"] == "listing")
    }

    @Test(arguments: ["listing boats", "sailing"])
    func aPhaseOfAnotherVersionBeginsAnew(phase: String) throws {
        var checkpoint = SweepCheckpoint(started: Self.start)
        checkpoint.skip(.nodeGroups)
        _ = checkpoint.begin(.instances, at: Self.start)
        checkpoint.advance(.instances, to: "more")
        var attributes = checkpoint.attributes
        attributes["phase"] = phase
        attributes["skipped"] = "boats,fleets"
        attributes["left_out"] = "boats=2,parameters=1"
        let read = try SweepCheckpoint(attributes: attributes)
        #expect(read.phase == .listing)
        #expect(read.listed == [])
        #expect(read.places == [:])
        #expect(read.skipped == [.fleets])
        #expect(read.leftOut == [.parameters: 1])
    }

    @Test func aSectionOfAnotherVersionIsNone() throws {
        var attributes = SweepCheckpoint(started: Self.start).attributes
        attributes["listed"] = "instances,boats"
        #expect(try SweepCheckpoint(attributes: attributes).listed == [.instances])
    }

    /// All that this version has was listed by one that has more: there is nothing to wait for.
    @Test func allButASectionOfAnotherVersionIsListed() async throws {
        var checkpoint = SweepCheckpoint(started: Self.start)
        checkpoint.listed = Set(InventorySection.allCases)
        checkpoint.skipped = checkpoint.listed
        var attributes = checkpoint.attributes
        #expect(attributes["phase"] == "listing")
        attributes["listed"]? += ",boats"
        let rig = SweepRig(
            SweepTests.account(),
            store: UsageStoreInMemory(UsageStoreInMemory.Contents(checkpoint: attributes))
        )
        #expect(try await rig.store.checkpoint()?.phase == .confirming)
        #expect(try completed(try await rig.sweep()).started == Self.start)
    }

    // MARK: From phase to phase

    @Test func goesThroughAllPhases() {
        var checkpoint = SweepCheckpoint(started: Self.start)
        for section in InventorySection.allCases {
            #expect(checkpoint.phase == .listing)
            #expect(checkpoint.unlisted.first == section)
            #expect(checkpoint.begin(section, at: Self.start).started == Self.start)
            checkpoint.advance(section, to: "more")
            #expect(checkpoint.begin(section, at: Self.start.advanced(bySeconds: 1)).started == Self.start)
            #expect(checkpoint.places[section]?.token == "more")
            checkpoint.advance(section, to: nil)
            #expect(checkpoint.places == [:])
        }
        for phase in [SweepCheckpoint.Phase.confirming, .reconciling] {
            #expect(checkpoint.phase == phase)
            checkpoint.advance(to: "more")
            #expect(checkpoint.phase == phase)
            #expect(checkpoint.token == "more")
            checkpoint.advance(to: nil)
            #expect(checkpoint.token == nil)
        }
        #expect(checkpoint.phase == .completed)
        #expect(checkpoint.skipped == [])
        checkpoint.advance(to: nil)
        #expect(checkpoint.phase == .completed)
    }

    @Test func sectionsEndInAnyOrder() {
        var checkpoint = SweepCheckpoint(started: Self.start)
        for section in InventorySection.allCases { _ = checkpoint.begin(section, at: Self.start) }
        for section in InventorySection.allCases.reversed() {
            #expect(checkpoint.phase == .listing)
            checkpoint.advance(section, to: nil)
        }
        #expect(checkpoint.phase == .confirming)
    }

    /// What has been begun has tokens, which expire.
    @Test func whatHasBegunComesFirst() {
        var checkpoint = SweepCheckpoint(started: Self.start)
        checkpoint.skip(.instances)
        _ = checkpoint.begin(.parameters, at: Self.start)
        _ = checkpoint.begin(.fleets, at: Self.start)
        #expect(
            checkpoint.unlisted == [
                .fleets, .parameters, .launchTemplates, .autoScalingGroups, .launchConfigurations, .spotFleets,
                .nodeGroups,
                .imageRecipes, .containerRecipes, .imageReferences,
            ]
        )
        #expect(checkpoint.progress.hasPrefix("listing fleets, parameters, launch-templates, "))
        checkpoint.phase = .reconciling
        #expect(checkpoint.progress == "reconciling")
    }

    @Test func aSectionThatIsRefusedIsNoted() {
        var checkpoint = SweepCheckpoint(started: Self.start)
        checkpoint.skip(.instances)
        #expect(checkpoint.unlisted.first == .launchTemplates)
        #expect(checkpoint.skippedNames == ["instances"])
    }

    @Test func aSectionBeginsAgainAFewTimes() {
        var checkpoint = SweepCheckpoint(started: Self.start)
        for count in 1...5 {
            _ = checkpoint.begin(.instances, at: Self.start)
            checkpoint.advance(.instances, to: "old")
            checkpoint.restart(.instances)
            var place = SectionPlace()
            place.restarts = count
            #expect(checkpoint.places == [.instances: place])
        }
        checkpoint.restart(.instances)
        #expect(checkpoint.listed == [.instances])
        #expect(checkpoint.skipped == [.instances])
        #expect(checkpoint.places == [:])
    }

    @Test func aSectionMayFailTwiceInARow() {
        var checkpoint = SweepCheckpoint(started: Self.start)
        func fail() -> Bool { checkpoint.fail(.instances) }
        #expect([fail(), fail()] == [false, false])
        checkpoint.advance(.instances, to: "more")
        #expect(checkpoint.fail(.fleets) == false)
        #expect([fail(), fail(), fail()] == [false, false, true])
        #expect(checkpoint.skipped == [.instances])
        #expect(checkpoint.places[.fleets]?.failures == 1)
    }

    /// Each section has ten minutes of its own, and a page ends them.
    @Test func endpointsThatCannotBeFound() {
        var checkpoint = SweepCheckpoint(started: Self.start)
        func isUnresolved(_ section: InventorySection, after seconds: Int64) -> Bool {
            checkpoint.isUnresolved(section, at: Self.start.advanced(bySeconds: seconds))
        }
        #expect(!isUnresolved(.imageRecipes, after: 0))
        #expect(!isUnresolved(.containerRecipes, after: 300))
        checkpoint.advance(.containerRecipes, to: "more")
        #expect(!isUnresolved(.containerRecipes, after: 901))
        #expect(!isUnresolved(.imageRecipes, after: 599))
        #expect(isUnresolved(.imageRecipes, after: 600))
        checkpoint.pass(.imageRecipes)
        #expect(isUnresolved(.containerRecipes, after: 902))
    }
}
