import AWSClient
import Testing

@testable import Governance

/// What a sweep cannot find out, and how it says so.
@Suite struct SweepGapsTests {
    private static let refusal = SimulatedAccount.error(.clientError, "UnauthorizedOperation")

    private static func day(_ rig: SweepRig) { rig.clock.advance(milliseconds: 86_400_000) }

    @Test func whatMayNotBeLookedAtHidesNothingElse() async throws {
        let rig = SweepTests.rig(instances: 5)
        let hidden = [1, 2].map { Resource.instance(SampleTests.instance($0)) }
        rig.account.hide(Set(hidden))
        let checkpoint = try completed(try await rig.sweep())
        #expect(checkpoint.skipped == [])
        #expect(checkpoint.leftOut == [.instances: 2])
        let known = rig.account.current.listedRows.subtracting(hidden.map { "\(image)#instance#\($0.id)" })
        #expect(rig.rows == known)
        let sweep = try #require(rig.store.contents.coverage?.lastSweep)
        #expect(sweep.skipped == ["instances"])
        #expect(sweep.leftOut == ["instances": 2])
        let coverage = AccountCoverage(
            of: consumer,
            rig.store.contents.coverage.map(CoverageEntry.record),
            now: rig.clock.now,
            maximumAgeHours: 48
        )
        #expect(coverage.missingSections == ["2 of instances"])
        // Once they may be looked at, nothing is missing.
        rig.account.hide([])
        Self.day(rig)
        #expect(try completed(try await rig.sweep()).leftOut == [:])
        #expect(rig.store.contents.coverage?.lastSweep?.leftOut == [:])
        #expect(rig.store.contents.coverage?.lastSweep?.skipped == [])
        #expect(rig.rows == rig.account.current.listedRows)
    }

    /// What is recorded of them stays.
    @Test func whatMayNoLongerBeLookedAtStays() async throws {
        let rig = SweepTests.rig(instances: 3)
        _ = try await rig.sweep()
        let rows = rig.rows
        rig.account.hide([.instance(SampleTests.instance(1))])
        Self.day(rig)
        #expect(try completed(try await rig.sweep()).leftOut == [.instances: 1])
        #expect(rig.rows == rows)
    }

    @Test func aReferenceThatMayNotBeFollowed() async throws {
        let rig = SweepTests.rig()
        rig.account.refuse([.parameter(Simulation.golden.text)])
        let checkpoint = try completed(try await rig.sweep())
        #expect(checkpoint.leftOut == [.launchTemplates: 1])
        #expect(checkpoint.skipped == [])
        #expect(rig.rows == rig.account.current.listedRows.filter { !$0.hasSuffix("\(SampleTests.template)/3") })
    }

    /// A page that is read again, or a section that begins again, counts once.
    @Test func whatIsLeftOutIsCountedOnce() async throws {
        let rig = SweepTests.rig(instances: 5)
        rig.account.hide([.instance(SampleTests.instance(0))])
        rig.account.fail(.instances, [Self.refusal])
        #expect(try completed(try await rig.sweep()).skipped == [.instances])
        #expect(rig.store.contents.coverage?.lastSweep?.leftOut == [:])
        var checkpoint = SweepCheckpoint(started: rig.clock.now)
        checkpoint.leaveOut(3, of: .instances)
        checkpoint.restart(.instances)
        #expect(checkpoint.leftOut == [:])
        checkpoint.leaveOut(0, of: .instances)
        #expect(checkpoint.leftOut == [:])
        checkpoint.leaveOut(3, of: .instances)
        checkpoint.leaveOut(2, of: .instances)
        #expect(checkpoint.leftOut == [.instances: 5])
        checkpoint.skip(.instances)
        #expect(checkpoint.leftOut == [:])
        #expect(checkpoint.skippedNames == ["instances"])
    }

    // MARK: What the region does not offer

    private static func absence(_ section: InventorySection, isCertain: Bool = false) -> SectionNotOffered {
        SectionNotOffered(section: section, isCertain: isCertain)
    }

    @Test func whatTheRegionDoesNotOfferIsNoDoubt() async throws {
        let rig = SweepTests.rig()
        rig.account.fail(.fleets, [Self.absence(.fleets, isCertain: true)])
        rig.account.fail(.nodeGroups, [Self.absence(.nodeGroups, isCertain: true)])
        let checkpoint = try completed(try await rig.sweep())
        #expect(checkpoint.incomplete == [])
        let sweep = try #require(rig.store.contents.coverage?.lastSweep)
        #expect(sweep.skipped == [])
        #expect(sweep.unavailable == ["fleets", "node-groups"])
        #expect(rig.rows == rig.account.current.listedRows)
        Self.day(rig)
        _ = try await rig.sweep()
        #expect(rig.store.contents.coverage?.lastSweep?.unavailable == [])
    }

    /// An endpoint that cannot be found may be so for the network's sake. After ten minutes during which everything else
    /// could be, the service is not there; no invocation fails of it.
    @Test func anEndpointThatCannotBeFound() async throws {
        let rig = SweepTests.rig()
        for section in [InventorySection.imageRecipes, .containerRecipes] {
            rig.account.fail(section, Array(repeating: Self.absence(section), count: 4))
        }
        for minutes in [4, 4, 1] as [Int64] {
            let outcome = try await rig.sweep()
            #expect(outcome.name == "suspended")
            // Everything else is listed.
            #expect(outcome.checkpoint?.unlisted.first == .imageRecipes)
            #expect(outcome.checkpoint?.unlisted.contains(.instances) == false)
            #expect(outcome.checkpoint?.heldUntil == nil)
            #expect(rig.store.contents.coverage?.lastSweep == nil)
            rig.clock.advance(milliseconds: minutes * 60_000)
        }
        rig.clock.advance(milliseconds: 60_000)
        let checkpoint = try completed(try await rig.sweep())
        #expect(checkpoint.unavailable == [.imageRecipes, .containerRecipes])
        #expect(checkpoint.incomplete == [])
        #expect(rig.rows == rig.account.current.listedRows)
    }

    @Test func anEndpointThatIsFoundAfterAWhile() async throws {
        let rig = SweepTests.rig()
        rig.account.fail(.imageRecipes, [Self.absence(.imageRecipes), Self.absence(.imageRecipes)])
        for _ in 1...2 {
            #expect(try await rig.sweep().name == "suspended")
            rig.clock.advance(milliseconds: 240_000)
        }
        let checkpoint = try completed(try await rig.sweep())
        #expect(checkpoint.unavailable == [])
        #expect(checkpoint.places == [:])
    }

    // MARK: Trying again

    /// A permission that was mended is noticed soon, and one that is not mended costs a sweep less and less often.
    @Test func whatWasRefusedIsTriedAgain() async throws {
        let rig = SweepTests.rig()
        var pauses: [Int64] = []
        while pauses.count < 4 {
            rig.account.fail(.fleets, [Self.refusal])
            #expect(try completed(try await rig.sweep()).skipped == [.fleets])
            var hours: Int64 = 0
            while try await rig.decision() == .wait {
                hours += 1
                rig.clock.advance(milliseconds: 3_600_000)
            }
            pauses.append(hours)
        }
        // The day's own sweep may come between.
        #expect(pauses[...2] == [1, 2, 4])
        #expect(try completed(try await rig.sweep()).incompleteInARow == 0)
        #expect(try await rig.decision() == .wait)
        rig.clock.advance(milliseconds: 3_600_000)
        #expect(try await rig.decision() == .wait)
    }
}
