import AWSClient
import AWSServices
import Testing

@testable import Governance

/// Losses are told again each hour, with what is known by then.
@Suite struct FollowUpTests {
    private typealias E = ShareEvents

    private static let (other, third) = (AccountID(checked: "777788889999"), AccountID(checked: "888899990000"))

    private func twoAccounts() -> FollowUpWorld {
        FollowUpWorld([share(.account(consumer)), share(.account(Self.other))])
    }

    private func instance(
        _ number: Int,
        of account: AccountID,
        _ clock: String = "08:30:00",
        source: UsageSource = .event
    )
        -> UsageRow
    {
        let moment = time("2026-11-20T\(clock)Z")
        return UsageRow(
            key: .init(account: account, image: image, resource: .instance(.init(checked: "i-\(100_000 + number)"))),
            resourceName: nil,
            region: region,
            mark: source == .sweep ? .sweep(lookingFrom: moment) : EventMark(time: moment, eventID: "e"),
            lastSeen: moment,
            source: source
        )
    }

    private func items(_ world: FollowUpWorld) -> [[String: String]] {
        world.table.partition(LossFollowUp.partitionKey).values.sorted {
            ($0["principal"] ?? "") < ($1["principal"] ?? "")
        }
    }

    private let unshare = E.unshare("09:00:00", [.account(consumer), .account(Self.other)])

    /// One of two accounts is known to use the image; the other's use is found by its next sweep.
    @Test func aUseThatIsFoundLate() async throws {
        let world = twoAccounts()
        let alerts = try world.start()
        world.use(by: consumer, instance(1, of: consumer))
        #expect(try await world.tell(unshare, alerts)?.round.sent == 1)
        let noted = try #require(items(world).first)
        #expect((noted["follow_up"], noted["told_at"]) == ("pending", asked.description))
        #expect(noted["principal"] == "\(image)#removed#09:00:00-ModifyImageAttribute")

        world.wait(3600)
        #expect(try await world.hour(alerts).told == 0)
        world.use(by: Self.other, instance(2, of: Self.other, "11:30:00", source: .sweep))
        world.sweep(Self.other)
        let found = try await world.hour(alerts)
        #expect((found.lookedAt, found.told, found.pending, found.isComplete) == (1, 1, 0, true))
        #expect(world.mails(to: Self.other).map(\.isLate) == [true])
        #expect(world.mails(to: consumer).map(\.isLate) == [false])
        let record = try #require(
            world.table.texts(image.text, "alert#\(Self.other)#removed#09:00:00-ModifyImageAttribute")
        )
        #expect(record["found_after"] == asked.advanced(bySeconds: 3600).description)
        let message = world.state.withLock { $0.messages.last ?? "" }
        #expect(message.contains("%22found_after%22%3A%222026-11-20T11%3A00%3A00.000Z%22"))
        #expect(items(world).map { $0["follow_up"] } == ["settled"])
        // Whoever has it has it once; and what is settled is only read.
        let before = world.operations.count
        #expect(try await world.hour(alerts).lookedAt == 0)
        #expect(world.operations.dropFirst(before) == ["Query"])
    }

    /// Nothing but the follow-up is written, and nobody is told once more of what is not known.
    @Test func whatALookWrites() async throws {
        let world = twoAccounts()
        let alerts = try world.start()
        #expect(try await world.tell(unshare, alerts)?.unknown.count == 2)
        let (mails, messages) = world.state.withLock { ($0.mails.count, $0.messages.count) }
        #expect((mails, messages) == (1, 1))
        let before = world.operations.count
        world.wait(3600)
        #expect(try await world.hour(alerts).pending == 1)
        #expect(world.operations.dropFirst(before) == ["Query", "Query", "Query", "Query", "PutItem"])
        #expect(world.state.withLock { $0.mails.count } == mails)
        #expect(world.state.withLock { $0.messages.count } == messages)
    }

    @Test func whoeverWasToldIsNotAwaited() async throws {
        let world = twoAccounts()
        let alerts = try world.start()
        world.use(by: consumer, instance(1, of: consumer))
        world.use(by: Self.other, instance(2, of: Self.other))
        _ = try await world.tell(unshare, alerts)
        #expect(items(world).map { $0["follow_up"] } == ["settled"])
    }

    /// A loss of which both accounts' use was known, and which was cut off before anybody was told; its event never comes again.
    @Test func aTellingThatWasCutOffIsGoneOnWith() async throws {
        let world = twoAccounts()
        let alerts = try world.start()
        world.use(by: consumer, instance(1, of: consumer))
        // The coverage; the follow-up is read and written; and the next request is the last.
        world.state.withLock { $0.kill = (4, false) }
        await #expect(throws: (any Error).self) { try await world.tell(unshare, alerts) }
        world.revive()
        #expect(items(world).map { $0["looked_at"] } == [nil])
        #expect(world.mails(to: consumer).isEmpty)
        world.wait(3600)
        #expect(try await world.hour(alerts).told == 1)
        // Nobody can tell that its use was not known when the loss was told.
        #expect(world.mails(to: consumer).map(\.isLate) == [false])
    }

    /// A launch after the loss shows that the account has the image by other ways.
    @Test(arguments: [("09:10:00", 1), ("09:10:01", 0)])
    func aUseThatBeganAfterTheLoss(clock: String, told: Int) async throws {
        let world = twoAccounts()
        let alerts = try world.start()
        _ = try await world.tell(unshare, alerts)
        world.use(by: consumer, instance(1, of: consumer, clock))
        world.wait(3600)
        #expect(try await world.hour(alerts).told == told)
        #expect(world.mails(to: consumer).count == told)
        // With a use of before, there is something to tell.
        world.use(by: consumer, instance(2, of: consumer))
        try await world.hour(alerts)
        #expect(world.mails(to: consumer).count == 1)
    }

    @Test func whoHasTheImageAgainIsNotAlarmed() async throws {
        let world = twoAccounts()
        let alerts = try world.start()
        _ = try await world.tell(unshare, alerts)
        try await ShareLedger(store: alerts.shares).apply(
            try #require(ShareChanges(E.share("09:30:00", [.account(consumer), .account(Self.other)])))
        )
        world.use(by: consumer, instance(1, of: consumer))
        let report = try await world.hour(alerts)
        #expect((report.told, report.pending) == (0, 0))
        #expect(world.mails(to: consumer).isEmpty)
    }

    /// Nor is the owner of an image that was enabled again.
    @Test func anImageThatIsEnabledAgain() async throws {
        let world = FollowUpWorld([share(.account(consumer))])
        let alerts = try world.start()
        world.sweep(creator)
        world.wait(1200)
        _ = try await world.tell(E.disable("09:00:00"), alerts)
        let enabled = try #require(ShareChanges(E.state("09:20:00", .available)))
        try await ShareLedger(store: alerts.shares).apply(enabled)
        world.use(by: creator, instance(1, of: creator, "09:00:00", source: .sweep))
        world.wait(3600)
        #expect(try await world.hour(alerts).told == 0)
        #expect(world.mails(to: creator).isEmpty)
        // Disabled for good, it is.
        _ = try await world.tell(E.disable("09:40:00"), alerts)
        #expect(world.mails(to: creator).count == 1)
    }

    /// Members of an organization lose the image when it is disabled, and are told of that it was deregistered since.
    @Test func whoLosesItByTwoLossesIsToldOfTheLaterOne() async throws {
        let world = FollowUpWorld([share(organization)])
        let alerts = try world.start()
        world.sweep(consumer)
        world.wait(7200)
        for event in [E.disable("10:30:00"), E.deregister("11:00:00")] { _ = try await world.tell(event, alerts) }
        world.use(by: consumer, instance(1, of: consumer))
        let report = try await world.hour(alerts)
        #expect((report.lookedAt, report.told) == (2, 1))
        #expect(world.mails(to: consumer).count == 1)
        #expect(world.table.texts(image.text, "alert#\(consumer)#deregistered")?["status"] == "sent")
    }

    // MARK: Losses that were found

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
        world.use(by: consumer, instance(1, of: consumer, "09:30:00"))
        #expect(try await world.tell(foundEnd("09:00:00"), alerts)?.round.sent == 0)
        world.use(by: consumer, instance(2, of: consumer, "08:00:00"))
        #expect(try await world.tell(foundEnd("09:00:00"), alerts)?.round.sent == 1)
    }

    /// The searches of the next days tell it again, lest it was cut off: that fails no more often than the first one.
    @Test func aLossThatWasFoundAndIsToldAgain() async throws {
        let world = FollowUpWorld([share(.account(consumer))])
        let alerts = try world.start()
        world.use(by: consumer, instance(1, of: consumer))
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
        let world = FollowUpWorld([share(.account(consumer)), share(.account(Self.other))])
        let alerts = try world.start()
        _ = try await world.tell(foundMissing("12:00:00"), alerts)
        world.wait(7200)
        world.use(by: consumer, instance(1, of: consumer))
        #expect(try await world.tell(E.deregister("09:00:00"), alerts)?.round.sent == 1)
        world.wait(600)
        #expect(try await world.hour(alerts).told == 0)
        #expect(world.mails(to: consumer).count == 1)
        #expect(items(world).count == 1)
    }

    // MARK: Several accounts' ways

    /// It loses its own share, and then the public one by which it still had the image: that is what it is told.
    @Test func whoWasToldOfALaterLossIsNotToldOfTheOneBefore() async throws {
        let world = FollowUpWorld([share(.account(consumer)), share(.account(Self.other)), share(.all)])
        let alerts = try world.start()
        world.use(by: consumer, instance(1, of: consumer))
        #expect(try await world.tell(unshare, alerts)?.round.sent == 0)
        // Something is awaited of this loss as well.
        world.table.set("follow_up", "pending", LossFollowUp.partitionKey, items(world)[0]["principal"] ?? "")
        #expect(try await world.tell(E.unshare("09:30:00", [.all]), alerts)?.round.sent == 1)
        world.wait(3600)
        #expect(try await world.hour(alerts).told == 0)
        #expect(world.mails(to: consumer).count == 1)
    }

    /// It had the image again in between: what it is told of is that it was taken away the last time.
    @Test func whoLostItTwiceIsToldOfTheLastLoss() async throws {
        let world = twoAccounts()
        let alerts = try world.start()
        let again = E.share("09:20:00", [.account(consumer)])
        let last = E.unshare("09:40:00", [.account(consumer)], id: "last")
        _ = try await world.tell(unshare, alerts)
        try await ShareLedger(store: alerts.shares).apply(try #require(ShareChanges(again)))
        _ = try await world.tell(last, alerts)
        world.use(by: consumer, instance(1, of: consumer))
        world.wait(3600)
        #expect(try await world.hour(alerts).lookedAt == 2)
        // An event that comes again finds the same.
        _ = try await world.tell(unshare, alerts)
        #expect(world.mails(to: consumer).count == 1)
        #expect(world.table.texts(image.text, "alert#\(consumer)#removed#last")?["status"] == "sent")
    }

    /// The administrator is told in its place, which is a failure once; the owner is told as soon as there is an address.
    @Test func anAccountWithoutAnAddress() async throws {
        let world = twoAccounts()
        let alerts = try world.start()
        _ = try await world.tell(unshare, alerts)
        let notices = world.state.withLock { $0.mails.count }
        world.use(by: consumer, instance(1, of: consumer))
        world.sweep(Self.other)
        world.state.withLock { $0.withoutAddress = [consumer] }
        world.wait(3600)
        let first = try await world.hour(alerts)
        #expect(first.failures.map { ($0 as? UndeliveredAlerts)?.failures.map(\.account) } == [[consumer]])
        world.wait(3600)
        let second = try await world.hour(alerts)
        #expect((second.failures.count, second.told, second.pending) == (0, 0, 1))
        #expect(world.state.withLock { $0.mails.count } == notices + 1)
        world.state.withLock { $0.withoutAddress = [] }
        world.wait(3600)
        let third = try await world.hour(alerts)
        #expect((third.failures.count, third.told, third.pending) == (0, 1, 0))
        #expect(world.mails(to: consumer).map(\.isLate) == [true])
    }

    /// Another invocation has claimed the alert: the run goes on without waiting for it.
    @Test func whatAnotherInvocationIsAtIsLeftToIt() async throws {
        let world = twoAccounts()
        let alerts = try world.start()
        world.use(by: consumer, instance(1, of: consumer))
        // Nothing else is waited for.
        for account in [consumer, Self.other] { world.sweep(account) }
        world.wait(60)
        // It is cut off as it sends the e-mail.
        let whole = twoAccounts()
        whole.use(by: consumer, instance(1, of: consumer))
        _ = try await whole.tell(unshare, try whole.start())
        let requests = try #require(whole.operations.firstIndex { $0.hasSuffix("/outbound-emails") }) + 1
        world.state.withLock { $0.kill = (requests, false) }
        #expect(try await world.tell(unshare, alerts)?.round.failures.isEmpty == false)
        world.revive()
        let sortKey = "alert#\(consumer)#removed#09:00:00-ModifyImageAttribute"
        try #require(world.table.texts(image.text, sortKey)?["claimed_until"] != nil)
        let busy = try await world.hour(alerts)
        #expect((busy.told, busy.pending, busy.failures.count) == (0, 1, 0))
        world.wait(61)
        #expect(try await world.hour(alerts).told == 1)
        #expect(world.mails(to: consumer).count == 1)
    }

    // MARK: Several losses

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
        #expect(Set(items(world).map { $0["looked_at"] }) == [world.now.description])
        #expect(
            items(world).map { $0["told_at"] } == [asked.description, world.now.description, world.now.description]
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
        let world = twoAccounts()
        let alerts = try world.start()
        _ = try await world.tell(unshare, alerts)
        world.sweep(consumer)
        world.sweep(Self.other)
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
        #expect(items(world).count { $0["looked_at"] == world.now.description } == 3)
        world.state.withLock { $0.duration = .zero }
        #expect(try await world.hour(alerts, within: .seconds(20)).isComplete)
    }

    /// After 30 days nobody looks any more, whether DynamoDB has deleted the item or not.
    @Test func itsEnd() async throws {
        let world = twoAccounts()
        let alerts = try world.start()
        _ = try await world.tell(unshare, alerts)
        world.wait(30 * 86_400 - 1)
        #expect(try await world.hour(alerts).lookedAt == 1)
        world.wait(1)
        #expect(try await world.hour(alerts).lookedAt == 0)
        world.use(by: consumer, instance(1, of: consumer))
        #expect(try await world.hour(alerts).told == 0)
    }
}
