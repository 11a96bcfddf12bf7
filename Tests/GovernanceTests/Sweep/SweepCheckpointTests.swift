import Testing

@testable import Governance

@Suite struct SweepCheckpointTests {
    private static let start = time("2026-11-20T08:00:00.123Z")

    @Test func comesBackFromItsAttributes() throws {
        var checkpoint = SweepCheckpoint(started: Self.start)
        for phase in SweepCheckpoint.phases {
            checkpoint.phase = phase
            #expect(try SweepCheckpoint(attributes: checkpoint.attributes) == checkpoint)
        }
        checkpoint.revision = 7
        checkpoint.sectionStarted = time("2026-11-20T08:01:00.000Z")
        checkpoint.token = #"{"a":"b\n"}"#
        checkpoint.skipped = [.fleets, .nodeGroups]
        checkpoint.leftOut = [.parameters: 2, .imageRecipes: 11]
        checkpoint.unavailable = [.nodeGroups, .imageRecipes]
        checkpoint.unresolvedSince = time("2026-11-20T08:02:00.000Z")
        checkpoint.incompleteBefore = 3
        checkpoint.revived = 4
        checkpoint.failures = 2
        checkpoint.restarts = 1
        checkpoint.resources = 100_000
        checkpoint.released = 5
        checkpoint.heldUntil = time("2026-11-20T08:05:00.000Z")
        #expect(try SweepCheckpoint(attributes: checkpoint.attributes) == checkpoint)
        checkpoint.completed = time("2026-11-20T08:09:00.000Z")
        #expect(try SweepCheckpoint(attributes: checkpoint.attributes) == checkpoint)
    }

    @Test func isNoResourcesRecord() {
        #expect(SweepCheckpoint.key == MappingKey(resourceID: "sweep", part: "-"))
        #expect(SweepCheckpoint.key.resource == nil)
        #expect(SweepCheckpoint(started: Self.start).attributes["image_id"] == nil)
    }

    @Test(arguments: [
        ("started", nil), ("started", "today"), ("phase", nil), ("revision", nil),
        ("revision", "-1"), ("completed", "x"), ("section_started", ""), ("failures", "x"), ("restarts", nil),
        ("resources", "1.5"), ("released", nil), ("held_until", "soon"),
        ("unresolved_since", "then"), ("incomplete_before", "-1"), ("revived", "x"),
        ("left_out", "parameters"), ("left_out", "parameters=none"),
    ])
    func othersAreRefused(name: String, value: String?) {
        var attributes = SweepCheckpoint(started: Self.start).attributes
        attributes[name] = value
        #expect(throws: MalformedItem(attribute: name)) { try SweepCheckpoint(attributes: attributes) }
    }

    @Test func aPhaseOfAnotherVersionBeginsAnew() throws {
        var checkpoint = SweepCheckpoint(started: Self.start)
        checkpoint.advance(to: nil)
        checkpoint.advance(to: "more")
        var attributes = checkpoint.attributes
        attributes["phase"] = "listing boats"
        attributes["skipped"] = "boats,fleets"
        attributes["left_out"] = "boats=2,parameters=1"
        let read = try SweepCheckpoint(attributes: attributes)
        #expect(read.phase == SweepCheckpoint.phases[0])
        #expect(read.token == nil)
        #expect(read.skipped == [.fleets])
        #expect(read.leftOut == [.parameters: 1])
    }

    @Test func goesThroughAllPhases() {
        var checkpoint = SweepCheckpoint(started: Self.start)
        var phases: [String] = []
        while checkpoint.phase != .completed {
            phases.append(checkpoint.phase.text)
            checkpoint.sectionStarted = Self.start
            checkpoint.advance(to: "more")
            #expect(checkpoint.phase.text == phases.last)
            #expect(checkpoint.sectionStarted == Self.start)
            checkpoint.advance(to: nil)
            #expect(checkpoint.token == nil)
            #expect(checkpoint.sectionStarted == nil)
        }
        #expect(phases == InventorySection.allCases.map { "listing \($0.rawValue)" } + ["confirming", "reconciling"])
        #expect(checkpoint.skipped == [])
        checkpoint.advance(to: nil)
        #expect(checkpoint.phase == .completed)
    }

    @Test func aSectionThatIsRefusedIsNoted() {
        var checkpoint = SweepCheckpoint(started: Self.start)
        checkpoint.skip(.instances)
        #expect(checkpoint.phase == .listing(.launchTemplates))
        #expect(checkpoint.skippedNames == ["instances"])
    }

    @Test func aSectionBeginsAgainAFewTimes() {
        var checkpoint = SweepCheckpoint(started: Self.start)
        for count in 1...5 {
            checkpoint.sectionStarted = Self.start
            checkpoint.advance(to: "old")
            checkpoint.restart(.instances)
            #expect(checkpoint.phase == .listing(.instances))
            #expect(checkpoint.token == nil)
            #expect(checkpoint.sectionStarted == nil)
            #expect(checkpoint.restarts == count)
        }
        checkpoint.restart(.instances)
        #expect(checkpoint.phase == .listing(.launchTemplates))
        #expect(checkpoint.skipped == [.instances])
        #expect(checkpoint.restarts == 0)
    }

    @Test func aSectionMayFailTwiceInARow() {
        var checkpoint = SweepCheckpoint(started: Self.start)
        func fail() -> Bool { checkpoint.fail() }
        #expect([fail(), fail()] == [false, false])
        checkpoint.advance(to: "more")
        #expect([fail(), fail(), fail()] == [false, false, true])
        #expect(checkpoint.skipped == [.instances])
        #expect(checkpoint.failures == 0)
    }
}
