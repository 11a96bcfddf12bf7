import Testing

@testable import Governance

@Suite struct AlertRecordTests {
    private typealias E = ShareEvents

    private func loss(_ event: GovernanceEvent) throws -> ImageLoss { try #require(ImageLoss(event)) }

    private func claim(
        _ current: AlertRecord?,
        _ event: GovernanceEvent,
        by invocation: String = "first",
        at clock: String = "12:00:00"
    ) -> AlertRecord.ClaimDecision {
        let now = time("2026-11-20T\(clock)Z")
        return AlertRecord.claim(
            current,
            loss: EventMark(event.occurrence),
            by: .init(invocation: invocation, until: now.advanced(bySeconds: 30)),
            now: now
        )
    }

    private func claimed(_ decision: AlertRecord.ClaimDecision) throws -> AlertRecord {
        guard case .claim(let record) = decision else { throw MalformedItem(attribute: "decision") }
        return record
    }

    private func complete(_ record: AlertRecord) -> AlertRecord {
        var record = record
        record.isComplete = true
        return record
    }

    @Test func aRemovalIsIdentifiedByItsEvent() throws {
        #expect(try loss(E.unshare("11:00:00", [.all], id: "one")).identity == "removed#one")
        #expect(try loss(E.unshare("11:00:00", [.all], id: "two")).identity == "removed#two")
        #expect(try loss(E.deregister("11:00:00")).identity == "deregistered")
        #expect(try loss(E.state("11:00:05", .deregistered)).identity == "deregistered")
        #expect(try loss(E.disable("11:00:00")).identity == "disabled")
    }

    /// All found ends have the same event id. One that is told later keeps no earlier one from being told.
    @Test func aFoundEndIsIdentifiedByItsTime() throws {
        func end(_ text: String) throws -> ImageLoss {
            let change = LaunchPermissionChange(image: image, added: [], removed: [.all])
            let event = GovernanceEvent(
                account: creator,
                region: region,
                occurrence: .found(at: time(text)),
                subject: .call(.modifyImageAttribute(change))
            )
            return try #require(ImageLoss(event))
        }
        let (first, second) = (try end("2026-11-20T10:00:00Z"), try end("2026-11-21T10:00:00Z"))
        #expect(first.identity == "removed#found#2026-11-20T10:00:00.000Z")
        #expect(second.identity == "removed#found#2026-11-21T10:00:00.000Z")
        #expect(try end("2026-11-20T10:00:00Z").identity == first.identity)
        let notice = UnknownUseNotice(loss: first, imageName: nil, accounts: [])
        #expect(notice.identity == first.identity + "#unknown-use")
        let key = DynamoDBAlertStore.Key(image: image, account: creator, loss: notice.identity)
        let sortKey = try #require(key.item["principal"]?.stringValue)
        #expect(DynamoDBAlertStore.Key(image: image, sortKey: sortKey) == key)
    }

    @Test func bothEventsOfADeregistrationAreOneLoss() throws {
        let (call, state) = (E.deregister("11:00:00"), E.state("11:00:05", .deregistered))
        for (first, second) in [(call, state), (state, call), (call, call)] {
            #expect(claim(complete(try claimed(claim(nil, first))), second, by: "second") == .done)
        }
    }

    @Test func disabledAgainIsAnotherLoss() throws {
        let sent = complete(try claimed(claim(nil, E.disable("11:00:00"))))
        let again = try claimed(claim(sent, E.disable("11:15:01"), by: "second"))
        #expect(again.lossTime == time("2026-11-20T11:15:01Z"))
        #expect(again.sent.isEmpty && !again.isComplete)
        #expect(claim(sent, E.disable("11:15:00"), by: "second") == .done)
        // A late delivery of the earlier loss, after the later one was told.
        #expect(claim(complete(again), E.disable("11:00:00"), by: "third") == .done)
        #expect(claim(again, E.disable("11:00:00"), by: "third", at: "13:00:00") == .done)
    }

    @Test func whoeverIsAtWorkIsNotDisturbed() throws {
        let first = try claimed(claim(nil, E.deregister("11:00:00")))
        let until = time("2026-11-20T12:00:30Z")
        let report = E.state("11:00:05", .deregistered)
        #expect(claim(first, report, by: "second", at: "12:00:29") == .busy(until: until))
        #expect(try claimed(claim(first, report, by: "second", at: "12:00:30")).claim?.invocation == "second")
        // Lambda keeps the request id of an event that it delivers again, at once or later: until the deadline nobody
        // knows which it is.
        #expect(claim(first, E.deregister("11:00:00"), at: "12:00:05") == .busy(until: until))
        #expect(try claimed(claim(first, E.deregister("11:00:00"), at: "12:00:30")).claim?.invocation == "first")
    }

    @Test func whatWasSentIsKnownToWhoeverGoesOn() throws {
        var first = try claimed(claim(nil, E.deregister("11:00:00")))
        first.sent[.owner] = "message-1"
        let second = try claimed(claim(first, E.state("11:00:05", .deregistered), by: "second", at: "12:01:00"))
        #expect(second.sent == [.owner: "message-1"])
        #expect(second.lossTime == time("2026-11-20T11:00:00Z"))
    }

    @Test func recordsComeBack() throws {
        var record = try claimed(claim(nil, E.deregister("11:00:00")))
        record.sent = [.administrator: "message-1", .topic: "message-2"]
        #expect(try AlertRecord(attributes: record.attributes) == record)
        #expect(try AlertRecord(attributes: complete(record).attributes) == complete(record))
        for name in ["loss_time", "claimed_until"] {
            var attributes = record.attributes
            attributes[name] = "x"
            #expect(throws: MalformedItem(attribute: name)) { try AlertRecord(attributes: attributes) }
        }
    }
}
