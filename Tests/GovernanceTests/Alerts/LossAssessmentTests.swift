import Synchronization
import Testing

@testable import Governance

@Suite struct LossAssessmentTests {
    private typealias E = ShareEvents
    private static let account = Principal.account(consumer)
    private static let stranger = Principal.account(.init(checked: "777788889999"))
    private static let member = Membership.known([organization, unit])
    private static let elsewhere = Membership.known([
        Principal("organization#arn:aws:organizations::222222222222:organization/o-other")!
    ])
    private static let alarmed = LossVerdict.alarmed(isMembershipUnknown: false)
    private static let perhaps = LossVerdict.alarmed(isMembershipUnknown: true)

    /// What the table holds after these events; the loss itself may or may not be among them.
    private func assessment(_ loss: GovernanceEvent, after events: [GovernanceEvent]) async throws -> LossAssessment {
        let store = ShareStoreInMemory()
        for event in events { try await ShareLedger(store: store).apply(try #require(ShareChanges(event))) }
        return LossAssessment(
            try #require(ImageLoss(loss)),
            shares: try await store.shareRecords(of: image, principals: nil).map(\.value),
            image: try await store.imageRecord(of: image)?.value
        )
    }

    /// A share that was found counts as of a quarter of an hour before: EC2 may have been behind with the loss.
    @Test(arguments: [("09:44:59", true), ("09:45:00", false)])
    func aShareThatWasFound(loss: String, remains: Bool) throws {
        let found = found(Self.account, at: time("2026-11-20T10:00:00Z"))
        let event = E.unshare(loss, [Self.account])
        let assessment = LossAssessment(try #require(ImageLoss(event)), shares: [found], image: nil)
        #expect(assessment.remaining == (remains ? [Self.account] : []))
        #expect(assessment.possessions[consumer] == .found(time("2026-11-20T10:00:00Z")))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let before: [GovernanceEvent]
        let loss: GovernanceEvent
        var membership = Membership.unknown
        var account = consumer
        let verdict: LossVerdict
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(
            name: "the own share is lost",
            before: [E.share("08:00:00", [account])],
            loss: E.unshare("09:00:00", [account]),
            verdict: alarmed
        ),
        Case(
            name: "another account's share is lost",
            before: [E.share("08:00:00", [account, stranger])],
            loss: E.unshare("09:00:00", [stranger]),
            verdict: .unaffected
        ),
        Case(
            name: "the own share is lost, the image is public",
            before: [E.share("08:00:00", [account, .all])],
            loss: E.unshare("09:00:00", [account]),
            verdict: .stillReached(.everyone)
        ),
        Case(
            name: "public no longer, the own share remains",
            before: [E.share("08:00:00", [account, .all])],
            loss: E.unshare("09:00:00", [.all]),
            verdict: .stillReached(.ownShare)
        ),
        Case(
            name: "public no longer",
            before: [E.share("08:00:00", [.all])],
            loss: E.unshare("09:00:00", [.all]),
            verdict: alarmed
        ),
        Case(
            name: "both lost at once",
            before: [E.share("08:00:00", [account, .all])],
            loss: E.unshare("09:00:00", [.all, account]),
            verdict: alarmed
        ),
        Case(
            name: "the own share is lost, its unit remains",
            before: [E.share("08:00:00", [account, unit])],
            loss: E.unshare("09:00:00", [account]),
            membership: member,
            verdict: .stillReached(.membership(unit))
        ),
        Case(
            name: "the own share is lost, another's unit remains",
            before: [E.share("08:00:00", [account, unit])],
            loss: E.unshare("09:00:00", [account]),
            membership: elsewhere,
            verdict: alarmed
        ),
        Case(
            name: "the own share is lost, a unit remains, membership unknown",
            before: [E.share("08:00:00", [account, unit])],
            loss: E.unshare("09:00:00", [account]),
            verdict: perhaps
        ),
        Case(
            name: "a member of a unit belongs to its organization",
            before: [E.share("08:00:00", [account, organization])],
            loss: E.unshare("09:00:00", [account]),
            membership: .known([unit]),
            verdict: .stillReached(.membership(organization))
        ),
        Case(
            name: "its unit is lost",
            before: [E.share("08:00:00", [unit])],
            loss: E.unshare("09:00:00", [unit]),
            membership: member,
            verdict: alarmed
        ),
        Case(
            name: "another's unit is lost",
            before: [E.share("08:00:00", [unit, account])],
            loss: E.unshare("09:00:00", [unit]),
            membership: elsewhere,
            verdict: .unaffected
        ),
        Case(
            name: "a unit is lost, only its organization is known",
            before: [E.share("08:00:00", [unit])],
            loss: E.unshare("09:00:00", [unit]),
            membership: .known([organization]),
            verdict: perhaps
        ),
        Case(
            name: "the own share is lost, a unit remains, only its organization is known",
            before: [E.share("08:00:00", [account, unit])],
            loss: E.unshare("09:00:00", [account]),
            membership: .known([organization]),
            verdict: perhaps
        ),
        Case(
            name: "a unit is lost, membership unknown",
            before: [E.share("08:00:00", [unit])],
            loss: E.unshare("09:00:00", [unit]),
            verdict: perhaps
        ),
        Case(
            name: "a unit is lost, membership unknown, the own share remains",
            before: [E.share("08:00:00", [unit, account])],
            loss: E.unshare("09:00:00", [unit]),
            verdict: .stillReached(.ownShare)
        ),
        Case(
            name: "its unit is lost, its organization remains",
            before: [E.share("08:00:00", [unit, organization])],
            loss: E.unshare("09:00:00", [unit]),
            membership: member,
            verdict: .stillReached(.membership(organization))
        ),
        Case(
            name: "everything is reset",
            before: [E.share("08:00:00", [account, .all, unit])],
            loss: E.reset("09:00:00"),
            verdict: alarmed
        ),
        Case(
            name: "reset, and shared again since",
            before: [E.share("08:00:00", [account]), E.share("09:00:01", [account])],
            loss: E.reset("09:00:00"),
            verdict: .stillReached(.ownShare)
        ),
        Case(
            name: "the owner's own use after a removal",
            before: [],
            loss: E.reset("09:00:00"),
            account: creator,
            verdict: .stillReached(.ownership)
        ),
        Case(
            name: "the owner's own use after a deregistration",
            before: [],
            loss: E.deregister("09:00:00"),
            account: creator,
            verdict: alarmed
        ),
        Case(
            name: "deregistered",
            before: [E.share("08:00:00", [account, .all, organization])],
            loss: E.deregister("09:00:00"),
            membership: member,
            verdict: alarmed
        ),
        Case(
            name: "disabled",
            before: [E.share("08:00:00", [account])],
            loss: E.state("09:00:00", .disabled),
            verdict: alarmed
        ),
        Case(
            name: "disabled, enabled and shared again since",
            before: [E.enable("09:01:00"), E.share("09:02:00", [account])],
            loss: E.disable("09:00:00"),
            verdict: .stillReached(.ownShare)
        ),
        Case(
            name: "shared again in the same second",
            before: [E.share("09:00:00", [account])],
            loss: E.disable("09:00:00"),
            verdict: alarmed
        ),
        Case(
            name: "removed and shared again since",
            before: [E.share("09:00:01", [account])],
            loss: E.unshare("09:00:00", [account]),
            verdict: .stillReached(.ownShare)
        ),
        Case(
            name: "the remaining share was lost earlier",
            before: [E.share("08:00:00", [account, .all]), E.unshare("08:30:00", [.all])],
            loss: E.unshare("09:00:00", [account]),
            verdict: alarmed
        ),
        Case(
            name: "the remaining share was lost by the image's being disabled",
            before: [E.share("08:00:00", [account, .all]), E.disable("08:30:00")],
            loss: E.unshare("09:00:00", [account]),
            verdict: alarmed
        ),
    ]

    /// The recorder may be ahead of the checker, or behind it.
    @Test(arguments: cases)
    func verdicts(of test: Case) async throws {
        for events in [test.before, test.before + [test.loss]] {
            let assessment = try await assessment(test.loss, after: events)
            #expect(assessment.verdict(for: test.account, test.membership) == test.verdict)
            if test.membership == .unknown {
                #expect(assessment.needsMembership(of: test.account) == (test.verdict == Self.perhaps))
            }
        }
    }

    /// Disabled, enabled and shared again within seconds: the state change is stamped later than that share.
    @Test func aLateStateChangeIsTheCallItReports() async throws {
        let events = [
            E.share("08:00:00", [Self.account]), E.disable("09:00:00"), E.enable("09:00:01"),
            E.share("09:00:02", [Self.account]),
        ]
        let known = try await assessment(E.state("09:00:03", .disabled), after: events)
        #expect(known.verdict(for: consumer, .unknown) == .stillReached(.ownShare))
        let unknown = try await assessment(E.state("09:00:03", .disabled), after: [events[0], events[3]])
        #expect(unknown.verdict(for: consumer, .unknown) == Self.alarmed)
    }

    /// An account loses two shares by two events that are handled at once: at least one of them must alarm it, whichever
    /// way the two are interleaved or cut off.
    @Test(arguments: UInt64(1)...200)
    func twoLossesAtOnce(seed: UInt64) async throws {
        let store = ShareStoreInMemory()
        let shared = try #require(ShareChanges(E.share("08:00:00", [Self.account, .all])))
        try await ShareLedger(store: store).apply(shared)
        let losses = [
            E.unshare("09:00:00", [Self.account], id: "one"), E.unshare("09:00:00", [.all], id: "other"),
        ]
        let verdicts = Mutex<[LossVerdict]>([])
        try await Interleaver.run(
            losses.map { event in
                {
                    guard let loss = ImageLoss(event) else { return }
                    let (assessment, _) = try await LossAssessment.recording(loss, of: event, in: store)
                    verdicts.withLock { $0.append(assessment.verdict(for: consumer, .unknown)) }
                }
            },
            seed: seed,
            crashes: Int(seed % 3)
        )
        #expect(verdicts.withLock(\.self).contains(Self.alarmed), "seed \(seed)")
    }

    @Test(arguments: [
        "modify-image-attribute-add-account", "modify-image-attribute-description", "modify-image-attribute-failed",
        "enable-image", "ami-state-change-available", "run-instances",
    ])
    func noLoss(name: String) throws { #expect(ImageLoss(try Sample.event(name)) == nil) }

    @Test func lossesOfSamples() throws {
        let several = try #require(ImageLoss(try Sample.event("modify-image-attribute-several")))
        #expect(several.scope == .principals([.all]))
        #expect(several.status == .removed)
        #expect(several.creator == creator)
        #expect(ImageLoss(try Sample.event("reset-image-attribute"))?.scope == .everyone)
        #expect(ImageLoss(try Sample.event("reset-image-attribute"))?.status == .removed)
        #expect(ImageLoss(try Sample.event("ami-state-change-disabled"))?.status == .disabled)
    }

    @Test func anAccountIsNotToldOfOthers() throws {
        let loss = try #require(ImageLoss(E.unshare("09:00:00", [Self.account, Self.stranger, .all, unit])))
        #expect(loss.principals(concerning: consumer) == [Self.account, .all, unit])
    }

    @Test func memberships() {
        #expect(Membership(arns: []) == .unknown)
        #expect(Membership(arns: ["", "o-exampleorgid"]) == .unknown)
        let known = Membership(arns: [
            " arn:aws:organizations::999988887777:ou/o-exampleorgid/ou-ab12-11111111\n", "nothing",
        ])
        #expect(known == .known([unit]))
        #expect(known.includes(unit) && known.includes(organization))
        #expect(!known.includes(.all) && !known.includes(.account(consumer)))
        #expect(!Membership.known([organization]).includes(unit))
        #expect(!Membership.unknown.includes(organization))
    }

    /// Whom a loss takes a share of their own from: of the others there is nothing to know.
    @Test func whoLosesAShare() async throws {
        let shared = [E.share("08:00:00", [Self.account, .all])]
        func accounts(_ loss: GovernanceEvent, after events: [GovernanceEvent]) async throws -> Set<AccountID> {
            try await assessment(loss, after: events).accounts
        }
        let unshare = E.unshare("09:00:00", [Self.account, Self.stranger, .all])
        #expect(try await accounts(unshare, after: shared) == [consumer, AccountID(checked: "777788889999")])
        #expect(try await accounts(E.unshare("09:00:00", [.all]), after: shared) == [])
        for loss in [E.deregister("09:00:00"), E.disable("09:00:00"), E.reset("09:00:00")] {
            #expect(try await accounts(loss, after: shared + [loss]) == [consumer])
            // Who had lost it already loses nothing.
            let before = shared + [E.unshare("08:30:00", [Self.account])]
            #expect(try await accounts(loss, after: before + [loss]) == [])
        }
    }
}
