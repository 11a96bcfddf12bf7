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
            #expect(verdict.notes(asked.ownerView).count == (isSettled ? 1 : 0))
            // What counts is when the report was begun, not when it is read.
            asked.ownerView = report(of: time("2026-11-12T00:00:00Z"))
            #expect(Verdict(asked).outcome == .unknown)
            asked.ownerView = report([Self.other])
            #expect(Verdict(asked).outcome == .inUse)
        }
    }

    /// Nothing can be taken from anybody any more.
    @Test func anImageThatIsGone() {
        expect(evidence([lost(.account(consumer), .deregistered), lost(.all)]), .clear)
        expect(evidence([lost(.account(consumer))]) { $0.launchPermissions = .noSuchImage }, .clear)
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
        // Of accounts that are named, those before are no matter.
        let named = evidence([], [swept(consumer)], accounts: [consumer]) {
            $0.ages = .known(created: old, recorded: recorded)
        }
        expect(named, .clear)
    }

    /// Of one that had it twice, the second time counts.
    @Test(arguments: [("2026-11-20T07:59:59Z", true), ("2026-11-20T08:00:00Z", false)])
    func aShareThatWasMadeAndLostAgain(shared: String, isSettled: Bool) {
        var lost = lost(.account(consumer), at: "2026-11-20T09:00:00Z")
        lost.latestShare = time(shared)
        #expect(lost.firstShared == time("2026-11-01T08:00:00Z"))
        let verdict = Verdict(evidence([lost], [swept(consumer)]))
        #expect(verdict.outcome == (isSettled ? .clear : .unknown))
    }

    /// Of some that lost it, only the end is known: a sweep of after it is later, whenever they got it.
    @Test(arguments: [("2026-11-20T07:59:59Z", true), ("2026-11-20T08:00:00Z", false)])
    func aLossOfWhichTheBeginningIsNotRecorded(end: String, isSettled: Bool) {
        var lost = lost(.account(consumer), at: end)
        (lost.firstShared, lost.latestShare) = (nil, nil)
        let doubt = Doubt.former(.shareNotRecorded(consumer, isLost: true), until: time(end))
        expect(evidence([lost], [swept(consumer)]), isSettled ? .clear : .unknown, isSettled ? [] : [doubt])
    }
}
