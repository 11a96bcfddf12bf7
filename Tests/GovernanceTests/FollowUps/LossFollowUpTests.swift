import AWSServices
import Testing

@testable import Governance

/// What is noted of a loss that is followed up, and when that has an end.
@Suite struct LossFollowUpTests {
    private typealias E = ShareEvents

    private static let account = Principal.account(consumer)
    private static let now = time("2026-11-20T12:00:00Z")

    private static func foundEnd() -> GovernanceEvent {
        let change = LaunchPermissionChange(image: image, added: [], removed: [account])
        return GovernanceEvent(
            account: creator,
            region: region,
            occurrence: .found(at: time("2026-11-20T10:00:00Z")),
            subject: .call(.modifyImageAttribute(change))
        )
    }

    private static func foundLoss(_ clock: String) -> GovernanceEvent {
        GovernanceEvent(
            account: creator,
            region: region,
            occurrence: .foundMissing(at: time("2026-11-20T\(clock)Z")),
            subject: .imageState(image, .deregistered)
        )
    }

    private static let losses = [
        E.unshare("09:00:00", [account]), E.unshare("09:00:00", [.all, organization, unit, account]),
        E.reset("09:00:00"),
        E.disable("09:00:00"), E.state("09:00:05", .disabled), E.deregister("09:00:00"),
        E.state("09:00:05", .deregistered),
        foundEnd(),
    ]

    private func followUp(_ event: GovernanceEvent, part: Int = 0) throws -> LossFollowUp {
        LossFollowUp(try #require(ImageLoss(event)), part: part, expires: Self.now.advanced(bySeconds: 30 * 86_400))
    }

    // MARK: The item

    @Test(arguments: losses)
    func whatIsWrittenIsRead(event: GovernanceEvent) throws {
        var followUp = try followUp(event)
        for revision in [nil, 7] {
            let put = followUp.put(revision: revision, table: "shares")
            #expect(try LossFollowUp(put.item) == followUp)
            #expect(try put.item.revision() == (revision ?? 0) + 1)
            #expect(put.item["image_id"] == "loss-follow-up")
            // What is measured and listed takes it for no share.
            #expect(put.item["status"] == nil)
            var contents = SharesContents()
            contents.add(put.item)
            #expect(contents.itemCount == 0)
            followUp.lookedAt = Self.now
            followUp.toldAt = Self.now.advanced(bySeconds: -3600)
            followUp.isSettled = true
        }
        #expect(try LossFollowUp(self.followUp(event, part: 3).put(revision: nil, table: "t").item).part == 3)
    }

    @Test func itsKeyIsNoImages() { #expect(ImageID(LossFollowUp.partitionKey) == nil) }

    @Test(
        arguments: [
            ("principal", nil), ("principal", "ami-1#removed#e"), ("principal", .string("\(image)#removed#another")),
            ("principal", .string("\(image)#deregistered")), ("region", nil), ("image_owner", nil),
            ("image_owner", "nobody"),
            ("loss_status", nil), ("loss_status", "shared"), ("loss_status", "lost"), ("principals", .list([])),
            ("principals", .list(["account#1"])), ("principals", .list([1])),
            ("principals", .string("account#\(consumer)")),
            ("event_time", nil), ("event_time", "yesterday"), ("event_id", nil), ("event_name", nil),
            ("expires_at", nil),
            ("expires_at", "2026"), ("expires_at", .number("9223372036854775807")), ("part", "second"), ("part", "-1"),
            ("part", "1"), ("looked_at", "never"), ("told_at", "never"), ("follow_up", nil), ("follow_up", "done"),
        ] as [(String, AttributeValue?)]
    )
    func whatIsNotAsWritten(attribute: String, value: AttributeValue?) throws {
        var item = try followUp(Self.losses[0]).put(revision: nil, table: "shares").item
        item[attribute] = value
        let error = #expect(throws: MalformedItem.self) { try LossFollowUp(item) }
        // A part that is none of this loss shows in its key.
        let named = attribute == "part" && value == "1" || attribute == "event_id" ? "principal" : attribute
        #expect(error?.attribute == (value == nil && attribute == "event_id" ? "event_id" : named))
    }

    /// An item ends at 400 KB.
    @Test(arguments: [1, 1_000, 100_000])
    func aLossThatNamesManyPrincipals(count: Int) throws {
        let accounts = (0..<count).map { Principal.account(.init(checked: "\(100_000_000_000 + $0)")) }
        let loss = try #require(ImageLoss(E.unshare("09:00:00", accounts)))
        let parts = LossFollowUp.parts(of: loss)
        #expect(parts.count == (count <= 1_000 ? 1 : 9))
        #expect(Set(parts.map(\.identity)) == [loss.identity])
        var named: [Principal] = []
        for (number, part) in parts.enumerated() {
            let item = LossFollowUp(part, part: number, expires: Self.now).put(revision: nil, table: "t").item
            #expect(item.estimatedBytes < 400_000)
            guard case .principals(let principals) = try LossFollowUp(item).loss.scope else { continue }
            named += principals
        }
        #expect(named == accounts)
        let keys = parts.enumerated().map { LossFollowUp.sortKey(of: $1, part: $0) }
        #expect(Set(keys).count == parts.count)
    }

    // MARK: Reports of losses

    struct Opening: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let current: GovernanceEvent
        var isExpired = false
        let report: GovernanceEvent
        /// Of the loss that is followed up then, and whether what was noted stays; nil where that is another loss.
        let followed: GovernanceEvent?
        var staysAsItWas = true
    }

    static let openings = [
        Opening(
            testDescription: "the same event again",
            current: losses[0],
            report: losses[0],
            followed: losses[0]
        ),
        Opening(
            testDescription: "the call after the state change tells who did it",
            current: E.state("09:00:05", .disabled),
            report: E.disable("09:00:00"),
            followed: E.disable("09:00:00")
        ),
        Opening(
            testDescription: "the state change after the call",
            current: E.disable("09:00:00"),
            report: E.state("09:00:05", .disabled),
            followed: E.disable("09:00:00")
        ),
        Opening(
            testDescription: "disabled again",
            current: E.disable("09:00:00"),
            report: E.disable("09:15:01"),
            followed: E.disable("09:15:01"),
            staysAsItWas: false
        ),
        Opening(
            testDescription: "an earlier loss, reported late",
            current: E.disable("09:15:01"),
            report: E.disable("09:00:00"),
            followed: nil
        ),
        Opening(
            testDescription: "the event of a loss that was found",
            current: foundLoss("12:00:00"),
            report: E.deregister("09:00:00"),
            followed: foundLoss("12:00:00")
        ),
        Opening(
            testDescription: "the call of a loss that was found tells who did it",
            current: foundLoss("12:00:00"),
            report: E.deregister("11:50:00"),
            followed: E.deregister("11:50:00")
        ),
        Opening(
            testDescription: "what was found tells no more than the call",
            current: E.deregister("11:50:00"),
            report: foundLoss("12:00:00"),
            followed: E.deregister("11:50:00")
        ),
        Opening(
            testDescription: "what has expired",
            current: losses[0],
            isExpired: true,
            report: losses[0],
            followed: losses[0],
            staysAsItWas: false
        ),
    ]

    @Test(arguments: openings)
    func aReport(test: Opening) throws {
        let expires = Self.now.advanced(bySeconds: test.isExpired ? 0 : 60)
        var current = LossFollowUp(try #require(ImageLoss(test.current)), expires: expires)
        current.toldAt = Self.now
        current.lookedAt = Self.now
        current.isSettled = true
        let loss = try #require(ImageLoss(test.report))
        let opened = LossFollowUp.opening(current, loss, part: 0, now: Self.now)
        #expect(opened?.loss == test.followed.flatMap(ImageLoss.init(_:)))
        guard let opened else { return }
        #expect(opened.isSettled == test.staysAsItWas)
        #expect((opened.toldAt, opened.lookedAt) == (test.staysAsItWas ? (Self.now, Self.now) : (nil, nil)))
        #expect(opened.expires == (test.staysAsItWas ? expires : Self.now.advanced(bySeconds: 30 * 86_400)))
        #expect(LossFollowUp.opening(nil, loss, part: 0, now: Self.now)?.isSettled == false)
    }

    // MARK: Its end

    @Test(
        arguments: [
            ("no tracker", nil, false),
            ("never swept", .record(CoverageRecord(account: consumer, region: region)), false),
            ("cannot be read", .unreadable(attribute: "region"), false),
            ("swept before the loss", .record(swept(consumer, at: "2026-11-20T08:59:00Z")), false),
            // AWS's lists may be of before the loss.
            ("swept right after the loss", .record(swept(consumer, at: "2026-11-20T09:10:00Z")), false),
            ("swept since the loss", .record(swept(consumer, at: "2026-11-20T09:10:01Z")), true),
            (
                "a section was left out", .record(swept(consumer, at: "2026-11-20T10:00:00Z", skipped: ["instances"])),
                false
            ),
            (
                "a section that hides no use was left out",
                .record(swept(consumer, at: "2026-11-20T10:00:00Z", skipped: ["image-references"])), true
            ),
            // The index may lack its last rows. It was completed a minute after it began.
            ("a sweep that has only just ended", .record(swept(consumer, at: "2026-11-20T11:58:01Z")), false),
            ("a sweep that ended a minute ago", .record(swept(consumer, at: "2026-11-20T11:58:00Z")), true),
        ] as [(String, CoverageEntry?, Bool)]
    )
    func whenAnAccountIsSettled(name: String, entry: CoverageEntry?, isSettled: Bool) {
        let loss = time("2026-11-20T09:00:00Z")
        #expect(LossFollowUp.isSettled(entry, loss: loss, now: Self.now) == isSettled, "\(name)")
    }

    @Test func thoseLookedAtLeastRecentlyComeFirst() throws {
        func stored(_ id: String, lookedAt: String? = nil, isSettled: Bool = false, expired: Bool = false) throws
            -> Stored<LossFollowUp>
        {
            let loss = try #require(ImageLoss(E.unshare("09:00:00", [.all], id: id)))
            var followUp = LossFollowUp(loss, expires: Self.now.advanced(bySeconds: expired ? 0 : 1))
            followUp.lookedAt = lookedAt.map { time("2026-11-20T\($0)Z") }
            followUp.isSettled = isSettled
            return Stored(followUp, revision: 1)
        }
        let all = try [
            stored("a", lookedAt: "11:00:00"), stored("b"), stored("c", lookedAt: "10:00:00"),
            stored("d", isSettled: true),
            stored("e", expired: true), stored("f"),
        ]
        let due = LossFollowUp.due(all, now: Self.now)
        #expect(due.map(\.value.loss.occurrence.eventID) == ["b", "f", "c", "a"])
    }

    // MARK: Whom it waits for

    private static let (other, third) = (AccountID(checked: "777788889999"), AccountID(checked: "888899990000"))
    private static let tracked: Set<AccountID> = [creator, third]

    struct Waiting: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let before: [GovernanceEvent]
        let loss: GovernanceEvent
        /// Whether the loss itself is recorded, by when it is followed up.
        var isRecorded = true
        var after: [GovernanceEvent] = []
        let awaited: Set<AccountID>
    }

    static let waits = [
        Waiting(
            testDescription: "those that an event names, with a tracker or without",
            before: [E.share("08:00:00", [account, .account(third), .account(other)])],
            loss: E.unshare("09:00:00", [account, .account(third)]),
            awaited: [consumer, third]
        ),
        Waiting(
            testDescription: "those that had it, though the loss was not recorded",
            before: [E.share("08:00:00", [account, .account(other)]), E.unshare("08:30:00", [.account(other)])],
            loss: E.reset("09:00:00"),
            isRecorded: false,
            awaited: [consumer]
        ),
        Waiting(
            testDescription: "of the public, those with a tracker",
            before: [E.share("08:00:00", [.all, account])],
            loss: E.unshare("09:00:00", [.all]),
            awaited: [third]
        ),
        Waiting(
            testDescription: "the owner as well, of an image that nobody can launch",
            before: [E.share("08:00:00", [account])],
            loss: E.deregister("09:00:00"),
            awaited: [creator, consumer]
        ),
        Waiting(
            testDescription: "nobody who still has it",
            before: [E.share("08:00:00", [account, .all])],
            loss: E.unshare("09:00:00", [account]),
            awaited: []
        ),
        Waiting(
            testDescription: "nobody who has it again",
            before: [E.share("08:00:00", [account])],
            loss: E.unshare("09:00:00", [account]),
            after: [E.share("10:00:00", [account])],
            awaited: []
        ),
        Waiting(
            testDescription: "nobody who has lost it once more",
            before: [E.share("08:00:00", [account, .account(other)])],
            loss: E.unshare("09:00:00", [account, .account(other)]),
            after: [E.share("10:00:00", [account]), E.unshare("11:00:00", [account])],
            awaited: [other]
        ),
        Waiting(
            testDescription: "who lost it before it was deregistered",
            before: [E.share("08:00:00", [account])],
            loss: E.unshare("09:00:00", [account]),
            after: [E.deregister("10:00:00")],
            awaited: [consumer]
        ),
        Waiting(
            testDescription: "the deregistration is awaited, not the disabling before it",
            before: [E.share("08:00:00", [account])],
            loss: E.disable("09:00:00"),
            after: [E.deregister("10:00:00")],
            awaited: [creator]
        ),
        Waiting(
            testDescription: "the state change of the same disabling",
            before: [E.share("08:00:00", [account])],
            loss: E.disable("09:00:00"),
            isRecorded: false,
            after: [E.state("09:00:05", .disabled)],
            awaited: [creator, consumer]
        ),
    ]

    @Test(arguments: waits)
    func whoIsAwaited(test: Waiting) async throws {
        let store = ShareStoreInMemory()
        for event in test.before + (test.isRecorded ? [test.loss] : []) + test.after {
            try await ShareLedger(store: store).apply(try #require(ShareChanges(event)))
        }
        let assessment = LossAssessment(
            try #require(ImageLoss(test.loss)),
            shares: try await store.shareRecords(of: image, principals: nil).map(\.value),
            image: try await store.imageRecord(of: image)?.value
        )
        #expect(assessment.awaited(tracked: Self.tracked) == test.awaited)
    }
}
