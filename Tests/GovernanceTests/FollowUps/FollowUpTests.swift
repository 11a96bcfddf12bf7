import Testing

@testable import Governance

/// A loss is told again each hour, with what is known by then.
@Suite struct FollowUpTests {
    private typealias E = ShareEvents

    /// One of two accounts is known to use the image; the other's use is found by its next sweep.
    @Test func aUseThatIsFoundLate() async throws {
        let world = FollowUpWorld.ofTwoAccounts()
        let alerts = try world.start()
        world.use(by: consumer, FollowUpWorld.instance(1, of: consumer))
        #expect(try await world.tell(FollowUpWorld.unshare, alerts)?.round.sent == 1)
        let noted = try #require(world.followUps.first)
        #expect((noted["follow_up"], noted["told_at"]) == ("pending", asked.description))
        #expect(noted["principal"] == "\(image)#removed#09:00:00-ModifyImageAttribute")

        world.wait(3600)
        #expect(try await world.hour(alerts).told == 0)
        world.use(
            by: FollowUpWorld.other,
            FollowUpWorld.instance(2, of: FollowUpWorld.other, "11:30:00", source: .sweep)
        )
        world.sweep(FollowUpWorld.other)
        let found = try await world.hour(alerts)
        #expect((found.lookedAt, found.told, found.pending, found.isComplete) == (1, 1, 0, true))
        #expect(world.mails(to: FollowUpWorld.other).map(\.isLate) == [true])
        #expect(world.mails(to: consumer).map(\.isLate) == [false])
        let record = try #require(
            world.table.texts(image.text, "alert#\(FollowUpWorld.other)#removed#09:00:00-ModifyImageAttribute")
        )
        #expect(record["found_after"] == asked.advanced(bySeconds: 3600).description)
        let message = world.state.withLock { $0.messages.last ?? "" }
        #expect(message.contains("%22found_after%22%3A%222026-11-20T11%3A00%3A00.000Z%22"))
        #expect(world.followUps.map { $0["follow_up"] } == ["settled"])
        // Whoever has it has it once; and what is settled is only read.
        let before = world.operations.count
        #expect(try await world.hour(alerts).lookedAt == 0)
        #expect(world.operations.dropFirst(before) == ["Query"])
    }

    /// Nothing but the follow-up is written, and nobody is told once more of what is not known.
    @Test func whatALookWrites() async throws {
        let world = FollowUpWorld.ofTwoAccounts()
        let alerts = try world.start()
        #expect(try await world.tell(FollowUpWorld.unshare, alerts)?.unknown.count == 2)
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
        let world = FollowUpWorld.ofTwoAccounts()
        let alerts = try world.start()
        world.use(by: consumer, FollowUpWorld.instance(1, of: consumer))
        world.use(by: FollowUpWorld.other, FollowUpWorld.instance(2, of: FollowUpWorld.other))
        _ = try await world.tell(FollowUpWorld.unshare, alerts)
        #expect(world.followUps.map { $0["follow_up"] } == ["settled"])
    }

    /// A loss of which both accounts' use was known, and which was cut off before anybody was told; its event never comes again.
    @Test func aTellingThatWasCutOffIsGoneOnWith() async throws {
        let world = FollowUpWorld.ofTwoAccounts()
        let alerts = try world.start()
        world.use(by: consumer, FollowUpWorld.instance(1, of: consumer))
        // The coverage; the follow-up is read and written; and the next request is the last.
        world.state.withLock { $0.kill = (4, false) }
        await #expect(throws: (any Error).self) { try await world.tell(FollowUpWorld.unshare, alerts) }
        world.revive()
        #expect(world.followUps.map { $0["looked_at"] } == [nil])
        #expect(world.mails(to: consumer).isEmpty)
        world.wait(3600)
        #expect(try await world.hour(alerts).told == 1)
        // Nobody can tell that its use was not known when the loss was told.
        #expect(world.mails(to: consumer).map(\.isLate) == [false])
    }

    /// A launch after the loss shows that the account has the image by other ways.
    @Test(arguments: [("09:10:00", 1), ("09:10:01", 0)])
    func aUseThatBeganAfterTheLoss(clock: String, told: Int) async throws {
        let world = FollowUpWorld.ofTwoAccounts()
        let alerts = try world.start()
        _ = try await world.tell(FollowUpWorld.unshare, alerts)
        world.use(by: consumer, FollowUpWorld.instance(1, of: consumer, clock))
        world.wait(3600)
        #expect(try await world.hour(alerts).told == told)
        #expect(world.mails(to: consumer).count == told)
        // With a use of before, there is something to tell.
        world.use(by: consumer, FollowUpWorld.instance(2, of: consumer))
        try await world.hour(alerts)
        #expect(world.mails(to: consumer).count == 1)
    }

    @Test func whoHasTheImageAgainIsNotAlarmed() async throws {
        let world = FollowUpWorld.ofTwoAccounts()
        let alerts = try world.start()
        _ = try await world.tell(FollowUpWorld.unshare, alerts)
        try await ShareLedger(store: alerts.shares).apply(
            try #require(ShareChanges(E.share("09:30:00", [.account(consumer), .account(FollowUpWorld.other)])))
        )
        world.use(by: consumer, FollowUpWorld.instance(1, of: consumer))
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
        world.use(by: creator, FollowUpWorld.instance(1, of: creator, "09:00:00", source: .sweep))
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
        world.use(by: consumer, FollowUpWorld.instance(1, of: consumer))
        let report = try await world.hour(alerts)
        #expect((report.lookedAt, report.told) == (2, 1))
        #expect(world.mails(to: consumer).count == 1)
        #expect(world.table.texts(image.text, "alert#\(consumer)#deregistered")?["status"] == "sent")
    }

    /// It loses its own share, and then the public one by which it still had the image: that is what it is told.
    @Test func whoWasToldOfALaterLossIsNotToldOfTheOneBefore() async throws {
        let world = FollowUpWorld([share(.account(consumer)), share(.account(FollowUpWorld.other)), share(.all)])
        let alerts = try world.start()
        world.use(by: consumer, FollowUpWorld.instance(1, of: consumer))
        #expect(try await world.tell(FollowUpWorld.unshare, alerts)?.round.sent == 0)
        // Something is awaited of this loss as well.
        world.table.set("follow_up", "pending", LossFollowUp.partitionKey, world.followUps[0]["principal"] ?? "")
        #expect(try await world.tell(E.unshare("09:30:00", [.all]), alerts)?.round.sent == 1)
        world.wait(3600)
        #expect(try await world.hour(alerts).told == 0)
        #expect(world.mails(to: consumer).count == 1)
    }

    /// It had the image again in between: what it is told of is that it was taken away the last time.
    @Test func whoLostItTwiceIsToldOfTheLastLoss() async throws {
        let world = FollowUpWorld.ofTwoAccounts()
        let alerts = try world.start()
        let again = E.share("09:20:00", [.account(consumer)])
        let last = E.unshare("09:40:00", [.account(consumer)], id: "last")
        _ = try await world.tell(FollowUpWorld.unshare, alerts)
        try await ShareLedger(store: alerts.shares).apply(try #require(ShareChanges(again)))
        _ = try await world.tell(last, alerts)
        world.use(by: consumer, FollowUpWorld.instance(1, of: consumer))
        world.wait(3600)
        #expect(try await world.hour(alerts).lookedAt == 2)
        // An event that comes again finds the same.
        _ = try await world.tell(FollowUpWorld.unshare, alerts)
        #expect(world.mails(to: consumer).count == 1)
        #expect(world.table.texts(image.text, "alert#\(consumer)#removed#last")?["status"] == "sent")
    }

    /// A script takes the launch permission away each night, and there is none: nobody loses anything, and nobody is told anything.
    @Test func whatIsTakenAwayOnceMore() async throws {
        let world = FollowUpWorld.ofTwoAccounts()
        let alerts = try world.start()
        world.use(by: consumer, FollowUpWorld.instance(1, of: consumer))
        #expect(try await world.tell(FollowUpWorld.unshare, alerts)?.round.sent == 1)
        let mails = world.state.withLock { $0.mails.count }
        let taken: [Principal] = [.account(consumer), .account(FollowUpWorld.other), .all]
        for clock in ["09:30:00", "09:40:00"] {
            let report = try #require(try await world.tell(E.unshare(clock, taken), alerts))
            // The first time, the image may have been public.
            #expect(report.round.sent == (clock == "09:30:00" ? 1 : 0))
            #expect(report.unknown == [])
        }
        #expect(world.state.withLock { $0.mails.count } == mails + 1)
        // Of whoever is found to use it, the loss tells by which it lost the image.
        world.use(by: FollowUpWorld.other, FollowUpWorld.instance(2, of: FollowUpWorld.other))
        world.wait(3600)
        try await world.hour(alerts)
        #expect(world.mails(to: FollowUpWorld.other).map(\.isLate) == [true])
    }

    /// It was given in between, of which the event comes last: until then, it is taken away once more.
    @Test func whatIsTakenAwayAgainBeforeTheEventOfItsShare() async throws {
        let world = FollowUpWorld.ofTwoAccounts()
        let alerts = try world.start()
        for account in [consumer, FollowUpWorld.other] { world.sweep(account) }
        _ = try await world.tell(FollowUpWorld.unshare, alerts)
        world.use(by: consumer, FollowUpWorld.instance(1, of: consumer, "09:20:00"))
        #expect(try await world.tell(E.unshare("09:30:00", [.account(consumer)]), alerts)?.round.sent == 0)
        world.wait(3600)
        #expect(try await world.hour(alerts).told == 0)
        let late = try #require(ShareChanges(E.share("09:15:00", [.account(consumer)])))
        try await ShareLedger(store: alerts.shares).apply(late)
        world.wait(3600)
        #expect(try await world.hour(alerts).told == 1)
        #expect(world.mails(to: consumer).count == 1)
    }

    /// No event that comes later than a day tells otherwise.
    @Test func whatIsTakenAwayOnceMoreIsSettledAfterADay() async throws {
        let world = FollowUpWorld.ofTwoAccounts()
        let alerts = try world.start()
        world.use(by: consumer, FollowUpWorld.instance(1, of: consumer))
        for account in [consumer, FollowUpWorld.other] { world.sweep(account) }
        world.wait(60)
        _ = try await world.tell(FollowUpWorld.unshare, alerts)
        _ = try await world.tell(E.unshare("09:30:00", [.account(consumer)]), alerts)
        #expect(world.followUps.map { $0["follow_up"] } == ["settled", "pending"])
        world.wait(86_400)
        #expect(try await world.hour(alerts).lookedAt == 1)
        #expect(world.followUps.map { $0["follow_up"] } == ["settled", "settled"])
        #expect(world.mails(to: consumer).count == 1)
    }

    /// The administrator is told in its place, which is a failure once; the owner is told as soon as there is an address.
    @Test func anAccountWithoutAnAddress() async throws {
        let world = FollowUpWorld.ofTwoAccounts()
        let alerts = try world.start()
        _ = try await world.tell(FollowUpWorld.unshare, alerts)
        let notices = world.state.withLock { $0.mails.count }
        world.use(by: consumer, FollowUpWorld.instance(1, of: consumer))
        world.sweep(FollowUpWorld.other)
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
        let world = FollowUpWorld.ofTwoAccounts()
        let alerts = try world.start()
        world.use(by: consumer, FollowUpWorld.instance(1, of: consumer))
        // Nothing else is waited for.
        for account in [consumer, FollowUpWorld.other] { world.sweep(account) }
        world.wait(60)
        // It is cut off as it sends the e-mail.
        let whole = FollowUpWorld.ofTwoAccounts()
        whole.use(by: consumer, FollowUpWorld.instance(1, of: consumer))
        _ = try await whole.tell(FollowUpWorld.unshare, try whole.start())
        let requests = try #require(whole.operations.firstIndex { $0.hasSuffix("/outbound-emails") }) + 1
        world.state.withLock { $0.kill = (requests, false) }
        #expect(try await world.tell(FollowUpWorld.unshare, alerts)?.round.failures.isEmpty == false)
        world.revive()
        let sortKey = "alert#\(consumer)#removed#09:00:00-ModifyImageAttribute"
        try #require(world.table.texts(image.text, sortKey)?["claimed_until"] != nil)
        let busy = try await world.hour(alerts)
        #expect((busy.told, busy.pending, busy.failures.count) == (0, 1, 0))
        world.wait(61)
        #expect(try await world.hour(alerts).told == 1)
        #expect(world.mails(to: consumer).count == 1)
    }
}
