import Testing

@testable import Governance

/// Those that had an image, and may run it all the same.
@Suite struct VerdictOfLossesTests: VerdictExamples {
    /// Whoever lost the image may run it all the same: as long as that is not known, taking it away does not make it clear.
    @Test(arguments: [ShareStatus.removed, .disabled]) func anAccountThatLostTheImage(status: ShareStatus) {
        let end = time("2026-11-10T08:00:00Z")
        let lost = lost(.account(consumer), status)
        expect(evidence([lost]), .unknown, [.former(.noTracker(consumer), until: end)])
        expect(evidence([lost], [swept(consumer)]), .clear)
        expect(evidence([lost], [swept(consumer)]) { $0.rows = 1 }, .inUse)
        let skipped = [swept(consumer, skipped: ["instances"])]
        expect(evidence([lost], skipped), .unknown, [.former(.skippedSections(consumer, ["instances"]), until: end)])
        // A sweep from before it ever had the image.
        let early = evidence([lost], [swept(consumer, at: "2026-10-01T08:00:00Z")]) { $0.maximumSweepAgeHours = 8760 }
        #expect(Verdict(early).outcome == .unknown)
        // It has it again, or by EC2's word still: what a report counts is too old then.
        let again = evidence([lost]) {
            $0.launchPermissions = .principals([.account(consumer)])
            $0.ownerView = self.report()
        }
        expect(again, .unknown, [.noTracker(consumer)])
        // Nobody asks about it.
        expect(evidence([lost], [swept(Self.other)], accounts: [Self.other]), .clear)
    }

    /// The report lags by days: it settles only what had ended long enough before it was begun.
    @Test(arguments: [
        ("2026-11-17T09:59:59Z", true), ("2026-11-17T10:00:00Z", true), ("2026-11-17T10:00:01Z", false),
        ("2026-11-20T09:00:00Z", false),
    ])
    func aReportSettlesWhatEndedLongBeforeIt(end: String, isSettled: Bool) {
        for principal in [Principal.account(consumer), organization, unit, .all] {
            let lost = evidence([lost(principal, at: end)])
            let doubt: Doubt =
                principal.isGroup
                ? .formerGroup(principal, until: time(end), report: nil)
                : .former(.noTracker(consumer), until: time(end))
            expect(lost, .unknown, [doubt])
            var asked = lost
            asked.ownerView = report()
            let verdict = Verdict(asked)
            #expect(verdict.outcome == (isSettled ? .clear : .unknown), "\(principal)")
            #expect(verdict.reliesOnReport == isSettled)
            #expect(verdict.notes(asked.ownerView).count == (isSettled ? 2 : 0))
            // What counts is when the report was begun, not when it is read.
            asked.ownerView = report(of: time("2026-11-12T00:00:00Z"))
            #expect(Verdict(asked).outcome == .unknown)
            asked.ownerView = report([Self.other])
            #expect(Verdict(asked).outcome == .inUse)
        }
    }

    /// Nothing can be taken from anybody any more, once EC2 says that the image is gone. The record of a deregistration
    /// does not say so: the image may have been restored.
    @Test(arguments: [
        (UsageEvidence.LaunchPermissions.noSuchImage, UsageEvidence.Ages.noSuchImage, true),
        (.notAsked, .noSuchImage, true),
        (.notAsked, .notAsked, false), (.noSuchImage, .notAsked, false), (.principals([]), .noSuchImage, false),
        (.noSuchImage, .known(created: time("2026-11-01T00:00:00Z"), recorded: time("2026-11-01T00:00:00Z")), false),
        (.principals([]), .known(created: time("2026-11-01T00:00:00Z"), recorded: time("2026-11-01T00:00:00Z")), false),
    ])
    func anImageThatIsGone(
        permissions: UsageEvidence.LaunchPermissions,
        ages: UsageEvidence.Ages,
        isGone: Bool
    ) {
        for shares in [
            [lost(.account(consumer), .deregistered), lost(.all)], [lost(.account(consumer))], [lost(.all)],
        ] {
            let evidence = evidence(shares) {
                $0.launchPermissions = permissions
                $0.ages = ages
            }
            #expect(Verdict(evidence).outcome == (isGone ? .clear : .unknown))
        }
    }

    /// Accounts may have had an old image, and lost it, before anybody watched.
    @Test func anImageOlderThanTheRecords() {
        let (old, new) = (time("2025-01-01T00:00:00Z"), time("2026-11-05T00:00:00Z"))
        let recorded = time("2026-11-01T00:00:00Z")
        func of(_ ages: UsageEvidence.Ages, _ view: UsageEvidence.OwnerView = .notAsked) -> UsageEvidence {
            evidence([]) {
                $0.ages = ages
                $0.ownerView = view
            }
        }
        expect(of(.known(created: new, recorded: recorded)), .clear)
        expect(of(.known(created: recorded, recorded: recorded)), .clear)
        // EC2 tells whole seconds.
        expect(of(.known(created: recorded, recorded: time("2026-11-01T00:00:00.999Z"))), .clear)
        expect(of(.noSuchImage), .clear)
        let doubt = Doubt.olderThanRecords(created: old, recorded: recorded, report: nil)
        expect(of(.known(created: old, recorded: recorded)), .unknown, [doubt])
        expect(of(.known(created: old, recorded: recorded), .notAvailable(reason: "x")), .unknown, [doubt])
        expect(of(.known(created: old, recorded: recorded), report()), .clear)
        let installed = time("2026-11-19T00:00:00Z")
        expect(
            of(.known(created: old, recorded: installed), report()),
            .unknown,
            [.olderThanRecords(created: old, recorded: installed, report: asked)]
        )
        expect(of(.notAvailable(reason: "no")), .unknown, [.ageNotKnown(reason: "no")])
    }

    /// An account that lost an older image before anything was recorded cannot describe it: its sweeps do not recognize it, and
    /// nobody is told by its name. One of which a share is recorded, or that can describe the image, is not such an account.
    @Test func anOlderImageAndAccountsThatAreNamed() {
        let (old, recorded) = (time("2025-01-01T00:00:00Z"), time("2026-11-01T00:00:00Z"))
        let other = AccountID(checked: "999988887777")
        func asking(
            _ accounts: Set<AccountID>,
            _ shares: [ShareRecord],
            _ view: UsageEvidence.OwnerView = .notAsked
        ) -> UsageEvidence {
            evidence(shares, [swept(consumer), swept(other)], accounts: accounts) {
                $0.ages = .known(created: old, recorded: recorded)
                $0.ownerView = view
            }
        }
        let doubt = Doubt.olderThanRecords(created: old, recorded: recorded, report: nil)
        expect(asking([consumer], []), .unknown, [doubt])
        expect(asking([consumer], [], report()), .clear)
        expect(asking([consumer], [share(.account(consumer))]), .clear)
        expect(asking([consumer], [lost(.account(consumer))]), .clear)
        expect(asking([consumer, creator], [share(.account(consumer))]), .clear)
        expect(asking([consumer, other], [share(.account(consumer))]), .unknown, [doubt])
        expect(asking([other], [share(.all)]), .clear)
        // It may be no member of it.
        expect(asking([other], [share(organization)]), .unknown, [doubt])
        var unknown = asking([other], [])
        unknown.ages = .notAvailable(reason: "no")
        expect(unknown, .unknown, [.ageNotKnown(reason: "no")])
    }

    /// Who had an older image by a share that was not found yet lost it by an event that names nobody.
    @Test(
        arguments: [
            (nil, true), ("2026-10-01T00:00:00Z", true), ("2026-11-17T10:00:00Z", true),
            ("2026-11-17T10:00:01Z", false),
        ] as [(String?, Bool)]
    )
    func anOlderImageThatWasTakenFromEverybody(revoked: String?, isSettled: Bool) {
        let (created, recorded) = (time("2025-01-01T00:00:00Z"), time("2026-11-01T00:00:00Z"))
        let old = evidence([]) {
            $0.ages = .known(created: created, recorded: recorded)
            $0.revoked = revoked.map(time)
        }
        expect(old, .unknown, [.olderThanRecords(created: created, recorded: recorded, report: nil)])
        var asking = old
        asking.ownerView = report()
        let doubts = isSettled ? [] : revoked.map { [Doubt.revokedFromUnknown(at: time($0), report: asked)] } ?? []
        expect(asking, isSettled ? .clear : .unknown, doubts)
        asking.ownerView = report(of: time("2026-11-03T00:00:00Z"))
        expect(
            asking,
            .unknown,
            [.olderThanRecords(created: created, recorded: recorded, report: time("2026-11-03T00:00:00Z"))]
        )
        // A newer image has all its shares recorded.
        var new = old
        new.ages = .known(created: recorded, recorded: recorded)
        expect(new, .clear)
    }

    /// What no event told of may have come before the loss, be it another share or a launch: whenever the account got the
    /// image, only a sweep that began after it lost it tells what it still uses.
    @Test(arguments: [
        (ShareStatus.removed, "2026-11-20T07:59:59Z", true), (.removed, "2026-11-20T08:00:00Z", false),
        (.disabled, "2026-11-20T07:59:59Z", true), (.disabled, "2026-11-20T08:00:00Z", false),
    ])
    func aSweepOfBeforeTheLossIsNotEnough(status: ShareStatus, end: String, isSettled: Bool) {
        let (sweep, end) = (time("2026-11-20T08:00:00Z"), time(end))
        let lost = lost(.account(consumer), status, at: end.description)
        let doubt = Doubt.sweptBeforeLoss(consumer, sweep: sweep, loss: end)
        // Its beginning is of no account, be it recorded or not.
        for begin in [lost.firstShared, nil] {
            var lost = lost
            (lost.firstShared, lost.latestShare) = (begin, begin)
            let former = isSettled ? [] : [Doubt.former(doubt, until: end)]
            expect(evidence([lost], [swept(consumer)]), isSettled ? .clear : .unknown, former)
            let named = evidence([lost], [swept(consumer)], accounts: [consumer])
            expect(named, isSettled ? .clear : .unknown, isSettled ? [] : [doubt])
        }
        #expect(Doubt.former(doubt, until: end).description == doubt.description)
    }

    /// An account that is named may be a member of a group that had the image, whatever it has by now.
    @Test(
        arguments: [Principal.all, organization, unit],
        [("2026-11-20T07:59:59Z", true), ("2026-11-20T09:30:00Z", false)]
    )
    func anAccountThatMayHaveHadTheImageByAGroup(group: Principal, loss: (end: String, isSettled: Bool)) {
        let former = lost(group, at: loss.end)
        let doubt = Doubt.sweptBeforeLoss(consumer, sweep: time("2026-11-20T08:00:00Z"), loss: time(loss.end))
        let doubts = loss.isSettled ? [] : [doubt]
        let others = [[], [share(.account(consumer))], [share(group == unit ? organization : unit)]]
        for shares in others {
            let named = evidence(shares + [former], [swept(consumer)], accounts: [consumer])
            expect(named, loss.isSettled ? .clear : .unknown, doubts)
        }
        // Its own share ended as well, while the group still has the image.
        let own = evidence(
            [lost(.account(consumer), at: loss.end), share(group)],
            [swept(consumer)],
            accounts: [consumer]
        )
        expect(own, loss.isSettled ? .clear : .unknown, doubts)
        // The owner has it as long as it is there.
        expect(evidence([former], accounts: [creator]), .clear)
        // Of an account that is not named, the group is the doubt.
        let all = evidence([share(.account(consumer)), former], [swept(consumer)])
        expect(all, .unknown, [.formerGroup(group, until: time(loss.end), report: nil)])
    }
}
