import AWSClient
import LambdaRuntime
import Testing

@testable import Governance

@Suite struct SweepTests {
    private static let golden = Simulation.golden
    private static let template = SampleTests.template
    private static let name = Simulation.names[0]
    private static let group = Simulation.groups[0]
    private static let refusal = SimulatedAccount.error(.clientError, "UnauthorizedOperation")
    private static let throttling = SimulatedAccount.error(.throttling, "RequestLimitExceeded")

    static func account(instances: Int = 1) -> AccountState {
        var account = AccountState()
        for number in 0..<instances { account.instances[SampleTests.instance(number)] = image }
        account.templates[template] = [1: .id(image), 2: .id(otherImage), 3: .parameter(golden.text)]
        account.launchConfigurations[name] = image
        account.groups[group] = [image, otherImage, strangeImage]
        account.parameters[golden] = otherImage
        return account
    }

    static func rig(instances: Int = 1) -> SweepRig {
        SweepRig(account(instances: instances), longestStep: 1000)
    }

    /// What a sweep can know of: nothing tells of version 2.
    private static func known(_ rig: SweepRig) -> Set<String> {
        rig.account.current.rows.filter { !$0.hasSuffix("\(template)/2") }
    }

    private static func handle(_ event: ResourceEvent, _ rig: SweepRig) async throws {
        try await UsageLedger(store: rig.store, account: consumer, region: region).settle([event])
    }

    // MARK: What is there

    @Test func anAccountThatWasThereBefore() async throws {
        let rig = Self.rig(instances: 5)
        let checkpoint = try completed(try await rig.sweep())
        #expect(
            rig.rows
                == Set(
                    (0..<5).map { "\(image)#instance#\(SampleTests.instance($0))" } + [
                        "\(image)#launch-template#\(Self.template)/1",
                        "\(otherImage)#launch-template#\(Self.template)/3", "\(image)#launch-configuration#a",
                        "\(image)#auto-scaling-group#g", "\(otherImage)#auto-scaling-group#g",
                        "\(otherImage)#parameter#/golden",
                    ]
                )
        )
        #expect(rig.store.contents.rows.values.allSatisfy { $0["source"] == "sweep" })
        #expect(checkpoint.resources == 11)
        #expect(checkpoint.released == 0)
        let coverage = try #require(rig.store.contents.coverage)
        #expect(coverage.lastSweep?.started == checkpoint.started)
        #expect(coverage.lastSweep?.completed == checkpoint.completed)
        #expect(coverage.lastSweep?.resources == 11)
        #expect(coverage.lastSweep?.skipped == [])
        #expect(coverage.currentSweepStarted == nil)
    }

    @Test func anotherSweepRefreshesEverythingAndAsksForNothing() async throws {
        let rig = Self.rig()
        _ = try await rig.sweep()
        let asked = rig.account.asked
        rig.clock.advance(milliseconds: 86_400_000)
        let checkpoint = try completed(try await rig.sweep())
        #expect(rig.account.asked == asked)
        #expect(checkpoint.resources == 7)
        let since = EventMark.sweep(lookingFrom: checkpoint.started).time.description
        #expect(rig.store.contents.rows.values.allSatisfy { ($0["last_seen"] ?? "") >= since })
        #expect(rig.store.contents.rows.values.allSatisfy { ($0["first_seen"] ?? "") < since })
    }

    @Test func whatIsGoneIsReleased() async throws {
        let rig = Self.rig(instances: 3)
        _ = try await rig.sweep()
        rig.clock.advance(milliseconds: 86_400_000)
        rig.account.change {
            $0.instances[SampleTests.instance(1)] = nil
            $0.templates[Self.template]?[3] = nil
            $0.launchConfigurations[Self.name] = strangeImage
            $0.groups[Self.group] = [otherImage]
            $0.parameters[Self.golden] = image
        }
        rig.clock.advance(milliseconds: 86_400_000)
        let checkpoint = try completed(try await rig.sweep())
        #expect(rig.rows == rig.account.current.rows)
        // The parameter's use of the one image ended, and that of the other one began.
        #expect(checkpoint.released == 5)
        #expect(checkpoint.resources == rig.rows.count)
    }

    /// A version that is neither the default nor the latest is in use as far as anybody knows, as long as it exists.
    @Test func aVersionThatIsNotListedStays() async throws {
        let rig = Self.rig()
        let version = Resource.launchTemplateVersion(Self.template, 2)
        try await Self.handle(ObservationTests.acquired(version, "01:00:00", otherImage), rig)
        _ = try await rig.sweep()
        #expect(rig.account.asked.contains(version))
        #expect(rig.rows.contains("\(otherImage)#launch-template#\(Self.template)/2"))
        rig.account.change { $0.templates[Self.template]?[2] = nil }
        rig.clock.advance(milliseconds: 86_400_000)
        _ = try await rig.sweep()
        #expect(rig.rows == rig.account.current.rows)
    }

    /// A launch template version that is not listed moves with the parameter that it names.
    @Test func aVersionMovesWithItsParameter() async throws {
        let rig = Self.rig()
        _ = try await rig.sweep()
        rig.account.change {
            $0.templates[Self.template]?[4] = .id(image)
            $0.parameters[Self.golden] = image
        }
        rig.clock.advance(milliseconds: 86_400_000)
        _ = try await rig.sweep()
        #expect(rig.account.asked.contains(.launchTemplateVersion(Self.template, 3)))
        #expect(rig.rows == Self.known(rig))
        rig.account.change { $0.parameters[Self.golden] = strangeImage }
        rig.clock.advance(milliseconds: 86_400_000)
        let checkpoint = try completed(try await rig.sweep())
        #expect(rig.rows == Self.known(rig))
        #expect(checkpoint.released == 2)
        rig.account.change { $0.parameters[Self.golden] = nil }
        rig.clock.advance(milliseconds: 86_400_000)
        _ = try await rig.sweep()
        #expect(rig.rows == Self.known(rig))
        rig.account.change { $0.parameters[Self.golden] = otherImage }
        rig.clock.advance(milliseconds: 86_400_000)
        _ = try await rig.sweep()
        #expect(rig.rows == Self.known(rig))
    }

    @Test func rowsThatWereLostComeBackAndRowsLeftOverGo() async throws {
        let rig = Self.rig()
        _ = try await rig.sweep()
        let rows = rig.rows
        let ledger = UsageLedger(store: rig.store, account: consumer, region: region)
        for row in rows {
            try await rig.store.change([.delete(try #require(UsageRow.Key(account: consumer, sortKey: row)), .always)])
        }
        // Written by somebody who was cut off before he wrote the mapping.
        let over: [(Resource, ImageID)] = [
            (.instance(SampleTests.instance(0)), otherImage), (.instance(SampleTests.instance(77)), image),
            (.launchTemplateVersion(Self.template, 1), otherImage), (.launchConfiguration(Self.name), otherImage),
            (.autoScalingGroup(Simulation.groups[1]), image), (.parameter(Self.golden), image),
        ]
        for (resource, used) in over { try await rig.store.change([.put(row(resource, image: used), .always)]) }
        rig.clock.advance(milliseconds: 86_400_000)
        _ = try await rig.sweep()
        #expect(rig.rows == rows)
        #expect(ledger.store.contents.rows.count == rows.count)
    }

    /// What an event told of a time after the sweep began to look, or shortly before, stands, whatever lists and answers
    /// say.
    @Test func whatIsNewIsLeftAlone() async throws {
        let rig = Self.rig()
        let new = Resource.instance(SampleTests.instance(50))
        let recent = rig.clock.now.advanced(bySeconds: -599)
        let acquisition = Acquisition<ImageReference>(
            new,
            of: .id(image),
            EventMark(time: recent, eventID: "e")
        )
        try await Self.handle(.acquired(acquisition.resolved(to: image)), rig)
        _ = try await rig.sweep()
        #expect(rig.rows.contains("\(image)#instance#\(SampleTests.instance(50))"))
        rig.clock.advance(milliseconds: 600_000)
        _ = try await rig.sweep(isForced: true)
        #expect(rig.rows == rig.account.current.listedRows)
    }

    @Test func whatCannotBeAskedForStays() async throws {
        let rig = Self.rig(instances: 2)
        _ = try await rig.sweep()
        let gone = Resource.instance(SampleTests.instance(1))
        rig.account.silence([gone])
        rig.account.change { $0.instances[SampleTests.instance(1)] = nil }
        rig.clock.advance(milliseconds: 86_400_000)
        let checkpoint = try completed(try await rig.sweep())
        #expect(rig.rows.contains("\(image)#instance#\(SampleTests.instance(1))"))
        #expect(checkpoint.resources == rig.rows.count)
        #expect(checkpoint.released == 0)
    }

    @Test func twoRegionsLeaveEachOtherAlone() async throws {
        let rig = Self.rig()
        _ = try await rig.sweep()
        let rows = rig.rows
        // Another region's tracker has a mapping table of its own, and writes to the same usage table.
        let store = UsageStoreInMemory(.init(rows: rig.store.contents.rows))
        let empty = SweepRig(AccountState(), longestStep: 1000, store: store)
        empty.clock.advance(milliseconds: 86_400_000)
        _ = try await empty.sweep(region: .init(checked: "us-east-1"))
        #expect(empty.rows == rows)
        _ = try await empty.sweep(isForced: true)
        #expect(empty.rows == [])
    }

    // MARK: What goes wrong

    @Test func aSectionThatIsRefusedIsLeftOut() async throws {
        let rig = Self.rig()
        rig.account.fail(.autoScalingGroups, [Self.refusal])
        let checkpoint = try completed(try await rig.sweep())
        #expect(checkpoint.skipped == [.autoScalingGroups])
        #expect(rig.store.contents.coverage?.lastSweep?.skipped == ["auto-scaling-groups"])
        #expect(rig.rows == rig.account.current.listedRows.filter { !$0.contains("auto-scaling-group") })
        // The next one has it all.
        rig.clock.advance(milliseconds: 86_400_000)
        #expect(try completed(try await rig.sweep()).skipped == [])
        #expect(rig.rows == rig.account.current.listedRows)
    }

    @Test func aTokenExpires() async throws {
        let rig = Self.rig(instances: 5)
        let expired = ExpiredInventoryToken(section: .launchConfigurations)
        rig.account.fail(.launchConfigurations, Array(repeating: expired, count: 5))
        #expect(try completed(try await rig.sweep()).skipped == [])
        #expect(rig.rows == rig.account.current.listedRows)
        rig.account.fail(.launchConfigurations, Array(repeating: expired, count: 6))
        #expect(try completed(try await rig.sweep(isForced: true)).skipped == [.launchConfigurations])
    }

    @Test func throttlingIsWaitedOut() async throws {
        let rig = Self.rig()
        rig.account.fail(.instances, [Self.throttling, Self.throttling])
        let before = rig.clock.now
        #expect(try completed(try await rig.sweep()).skipped == [])
        #expect(rig.clock.now >= before.advanced(bySeconds: 15))
        #expect(rig.rows == rig.account.current.listedRows)
    }

    @Test func throttlingThatLastsIsLeftToTheNextInvocation() async throws {
        let rig = Self.rig()
        rig.account.fail(.instances, Array(repeating: Self.throttling, count: 100))
        guard case .suspended(let checkpoint) = try await rig.sweep(seconds: 60) else {
            Issue.record("not suspended")
            return
        }
        // It keeps nothing else from being known.
        #expect(checkpoint.progress == "listing instances")
        #expect(rig.rows == rig.account.current.listedRows.filter { !$0.contains("#instance#") })
        #expect(checkpoint.heldUntil == nil)
        #expect(rig.store.contents.coverage?.currentSweepStarted == checkpoint.started)
        #expect(rig.store.contents.coverage?.lastSweep == nil)
    }

    /// A fault that lasts must not keep everything else from being known.
    @Test func aSectionThatFailsIsLeftOutAfterAWhile() async throws {
        let rig = Self.rig()
        let fault = SimulatedAccount.error(.malformedResponse, "Gibberish")
        rig.account.fail(.instances, [fault, fault, fault])
        for _ in 1...2 {
            await #expect(throws: AWSError.self) { try await rig.sweep() }
            let checkpoint = try #require(try await rig.store.checkpoint())
            #expect(checkpoint.heldUntil == nil)
            #expect(checkpoint.progress == "listing instances")
        }
        #expect(try completed(try await rig.sweep()).skipped == [.instances])
        #expect(rig.rows == rig.account.current.listedRows.filter { !$0.contains("#instance#") })
    }
}
