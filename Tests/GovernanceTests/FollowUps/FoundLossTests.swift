import Testing

@testable import Governance

/// Losses that no event told of, and that a search found: when they are told, and followed up.
@Suite struct FoundLossTests {
    private typealias E = ShareEvents

    private func foundEnd(_ clock: String) -> GovernanceEvent {
        let change = LaunchPermissionChange(image: image, added: [], removed: [.account(consumer)])
        return GovernanceEvent(
            account: creator,
            region: region,
            occurrence: .found(at: time("2026-11-20T\(clock)Z")),
            subject: .call(.modifyImageAttribute(change))
        )
    }

    private func foundMissing(_ clock: String) -> GovernanceEvent {
        GovernanceEvent(
            account: creator,
            region: region,
            occurrence: .foundMissing(at: time("2026-11-20T\(clock)Z")),
            subject: .imageState(image, .deregistered)
        )
    }

    /// They are told a day later: who began to use the image meanwhile has it by other ways.
    @Test func aUseThatBeganAfterALossThatWasFound() async throws {
        let world = FollowUpWorld([share(.account(consumer)), share(organization)])
        let alerts = try world.start()
        world.use(by: consumer, FollowUpWorld.instance(1, of: consumer, "09:30:00"))
        #expect(try await world.tell(foundEnd("09:00:00"), alerts)?.round.sent == 0)
        world.use(by: consumer, FollowUpWorld.instance(2, of: consumer, "08:00:00"))
        #expect(try await world.tell(foundEnd("09:00:00"), alerts)?.round.sent == 1)
    }

    /// The searches of the next days tell it again, lest it was cut off: that fails no more often than the first one.
    @Test func aLossThatWasFoundAndIsToldAgain() async throws {
        let world = FollowUpWorld([share(.account(consumer))])
        let alerts = try world.start()
        world.use(by: consumer, FollowUpWorld.instance(1, of: consumer))
        world.state.withLock { $0.withoutAddress = [consumer] }
        #expect(try await world.tell(foundEnd("09:00:00"), alerts)?.round.failures.count == 1)
        world.wait(3600)
        try await world.hour(alerts)
        for _ in 0..<2 {
            world.wait(86_400)
            #expect(try await world.tell(foundEnd("09:00:00"), alerts)?.round.failures.count == 0)
        }
        #expect(world.state.withLock { $0.mails.count } == 1)
    }

    /// Its event may come after all, a dead letter that is sent again: of what has come to light since, one of both tells.
    @Test func aLossThatWasFoundAndWhoseEventComesLater() async throws {
        let world = FollowUpWorld([share(.account(consumer)), share(.account(FollowUpWorld.other))])
        let alerts = try world.start()
        _ = try await world.tell(foundMissing("12:00:00"), alerts)
        world.wait(7200)
        world.use(by: consumer, FollowUpWorld.instance(1, of: consumer))
        #expect(try await world.tell(E.deregister("09:00:00"), alerts)?.round.sent == 1)
        world.wait(600)
        #expect(try await world.hour(alerts).told == 0)
        #expect(world.mails(to: consumer).count == 1)
        #expect(world.followUps.count == 1)
    }
}
