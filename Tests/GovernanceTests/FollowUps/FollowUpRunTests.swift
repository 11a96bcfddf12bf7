import Testing

@testable import Governance

/// An hourly run over several losses: what fails, the time it takes, and its end.
@Suite struct FollowUpRunTests {
    private func loss(_ number: Int) throws -> (GovernanceEvent, ImageID) {
        let image = ImageID(checked: "ami-\(10_000_000 + number)")
        let change = LaunchPermissionChange(image: image, added: [], removed: [.account(consumer)])
        let occurrence = Occurrence(
            time: time("2026-11-20T09:00:00Z"),
            eventID: "\(number)",
            eventName: "ModifyImageAttribute",
            actor: nil
        )
        return (
            GovernanceEvent(
                account: creator,
                region: region,
                occurrence: occurrence,
                subject: .call(.modifyImageAttribute(change))
            ), image
        )
    }

    /// What fails keeps no other from being looked at, and comes after them the next time.
    @Test func oneThatFails() async throws {
        let world = FollowUpWorld([])
        let alerts = try world.start()
        for number in 0..<3 { _ = try await world.tell(try loss(number).0, alerts) }
        world.state.withLock { $0.failing = [.init(checked: "ami-10000000")] }
        world.wait(3600)
        let report = try await world.hour(alerts)
        #expect((report.lookedAt, report.pending, report.failures.count) == (3, 3, 1))
        #expect(Set(world.followUps.map { $0["looked_at"] }) == [world.now.description])
        #expect(
            world.followUps.map { $0["told_at"] } == [asked.description, world.now.description, world.now.description]
        )
    }

    @Test func itemsThatCannotBeRead() async throws {
        let world = FollowUpWorld([])
        let alerts = try world.start()
        for number in 0..<2 { _ = try await world.tell(try loss(number).0, alerts) }
        world.table.set("event_time", "?", LossFollowUp.partitionKey, "ami-10000000#removed#0")
        let report = try await world.hour(alerts)
        #expect((report.lookedAt, report.failures.count) == (1, 0))
        #expect(world.state.withLock { $0.failed } == 1)
        // The loss is told again: what cannot be read makes way.
        _ = try await world.tell(try loss(0).0, alerts)
        #expect(try await world.hour(alerts).failures.isEmpty)
    }

    @Test func rowsThatCannotBeRead() async throws {
        let world = FollowUpWorld.ofTwoAccounts()
        let alerts = try world.start()
        _ = try await world.tell(FollowUpWorld.unshare, alerts)
        world.sweep(consumer)
        world.sweep(FollowUpWorld.other)
        world.state.withLock { $0.garbage = [CloudFixture.item(["account_id": consumer.text, "resource": "nothing"])] }
        world.wait(3600)
        let report = try await world.hour(alerts)
        // It is counted, and does not make each hour's run fail.
        #expect((report.failures.count, report.pending) == (0, 1))
        #expect(world.state.withLock { $0.failed } == 1)
        world.state.withLock { $0.garbage = [] }
        #expect(try await world.hour(alerts).pending == 0)
    }

    /// Half of the time that is left is for beginning to look at losses; those that had no turn have the first one next time.
    @Test func theTimeItTakes() async throws {
        let world = FollowUpWorld([])
        let alerts = try world.start()
        for number in 0..<6 { _ = try await world.tell(try loss(number).0, alerts) }
        // A look takes three requests, and the run two before the first.
        world.state.withLock { $0.duration = .seconds(1) }
        world.wait(3600)
        let begun = alerts.sender.effects.instant()
        let report = try await world.hour(alerts, within: .seconds(20))
        #expect((report.lookedAt, report.pending, report.isComplete) == (3, 6, false))
        #expect(report.failures.isEmpty)
        #expect(alerts.sender.effects.instant() - begun <= .seconds(15))
        world.wait(3600)
        let rest = try await world.hour(alerts, within: .seconds(20))
        #expect((rest.lookedAt, rest.isComplete) == (3, false))
        #expect(world.followUps.count { $0["looked_at"] == world.now.description } == 3)
        world.state.withLock { $0.duration = .zero }
        #expect(try await world.hour(alerts, within: .seconds(20)).isComplete)
    }

    /// After 30 days nobody looks any more, whether DynamoDB has deleted the item or not.
    @Test func itsEnd() async throws {
        let world = FollowUpWorld.ofTwoAccounts()
        let alerts = try world.start()
        _ = try await world.tell(FollowUpWorld.unshare, alerts)
        world.wait(30 * 86_400 - 1)
        #expect(try await world.hour(alerts).lookedAt == 1)
        world.wait(1)
        #expect(try await world.hour(alerts).lookedAt == 0)
        world.use(by: consumer, FollowUpWorld.instance(1, of: consumer))
        #expect(try await world.hour(alerts).told == 0)
    }
}
