import Testing

@testable import Governance

@Suite struct VerdictTests {
    private static let other = AccountID(checked: "777788889999")

    /// Where the owner's own use is known, unless it is said otherwise.
    private func evidence(
        _ shares: [ShareRecord],
        _ coverage: [CoverageRecord] = [],
        accounts: Set<AccountID>? = nil,
        ownerIsSwept: Bool = true,
        _ change: (inout UsageEvidence) -> Void = { _ in }
    ) -> UsageEvidence {
        let coverage = (ownerIsSwept ? [swept(creator)] : []) + coverage
        var evidence = UsageEvidence(
            accounts: accounts,
            owner: creator,
            isRecorded: true,
            shares: shares,
            coverage: Dictionary(uniqueKeysWithValues: coverage.map { ($0.account, .record($0)) }),
            now: asked
        )
        evidence.wasThere = time("2026-11-01T00:00:00Z")
        change(&evidence)
        return evidence
    }

    private func report(
        _ accounts: [AccountID] = [],
        unnamed: Bool = false,
        of created: EventTime = asked
    ) -> UsageEvidence.OwnerView {
        var report = UsageReport(created: created)
        for account in accounts { report.add(1, .instance, of: account) }
        if unnamed { report.add(1, .instance, of: nil) }
        return .available(report)
    }

    private func expect(
        _ evidence: UsageEvidence,
        _ outcome: Verdict.Outcome,
        _ doubts: [Doubt] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let verdict = Verdict(evidence)
        #expect(verdict.outcome == outcome, sourceLocation: sourceLocation)
        #expect(verdict.doubts == doubts, sourceLocation: sourceLocation)
    }

    // MARK: Accounts

    @Test func oneAccount() {
        let share = share(.account(consumer))
        let started = "2026-11-17T08:00:00Z"
        expect(evidence([share]), .unknown, [.noTracker(consumer)])
        expect(evidence([share], [swept(consumer)]), .clear)
        expect(evidence([share], [swept(consumer)]) { $0.rows = 1 }, .inUse)
        expect(evidence([share], [swept(consumer)]) { $0.unreadableRows = 2 }, .unknown, [.unreadableRows(2)])
        expect(
            evidence([share], [CoverageRecord(account: consumer, region: region, lastEvent: asked)]),
            .unknown,
            [.neverSwept(consumer)]
        )
        expect(
            evidence([share], [swept(consumer, at: started)]),
            .unknown,
            [.stale(consumer, sweep: time(started))]
        )
        expect(evidence([share], [swept(consumer, at: started)]) { $0.maximumSweepAgeHours = 75 }, .clear)
        expect(
            evidence([share], [swept(consumer, skipped: ["parameters", "instances"])]),
            .unknown,
            [.skippedSections(consumer, ["instances", "parameters"])]
        )
        expect(evidence([share], [swept(consumer, skipped: ["image-references"])]), .clear)
        expect(
            evidence([share]) { $0.coverage[consumer] = .unreadable(attribute: "resources") },
            .unknown,
            [.unreadableCoverage(consumer, attribute: "resources")]
        )
    }

    @Test func aSweepBeforeTheShareTellsNothingOfIt() {
        let shared = "2026-11-20T09:00:00Z"
        expect(
            evidence([share(.account(consumer), since: shared)], [swept(consumer)]),
            .unknown,
            [.sweptBeforeShare(consumer, sweep: time("2026-11-20T08:00:00Z"), share: time(shared))]
        )
    }

    @Test func everyAccountHasToBeCovered() {
        let shares = [share(.account(consumer)), share(.account(Self.other))]
        expect(evidence(shares, [swept(consumer)]), .unknown, [.noTracker(Self.other)])
        expect(evidence(shares, [swept(consumer), swept(Self.other)]), .clear)
        expect(evidence(shares) { $0.rows = 3 }, .inUse, [.noTracker(consumer), .noTracker(Self.other)])
    }

    // MARK: Those that had it

    private func lost(
        _ principal: Principal,
        _ status: ShareStatus = .removed,
        at end: String = "2026-11-10T08:00:00Z"
    ) -> ShareRecord {
        let occurrence = Occurrence(time: time(end), eventID: "e", eventName: "n", actor: nil)
        var record = share(principal)
        if status == .removed {
            record.permission = Sighting(.removed, occurrence)
        } else {
            record.revocations = Sightings(call: Sighting(status, occurrence))
        }
        return record
    }

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

    /// Whoever owns the image has it as others have it by a share.
    @Test func theOwnerItself() {
        expect(evidence([]), .clear)
        expect(evidence([], ownerIsSwept: false), .unknown, [.noTracker(creator)])
        #expect(Verdict(evidence([], ownerIsSwept: false)).coverage.map(\.status) == [.noTracker])
        let heard = CoverageRecord(account: creator, region: region, lastEvent: asked)
        expect(evidence([], [heard], ownerIsSwept: false), .unknown, [.neverSwept(creator)])
        let started = "2026-11-17T08:00:00Z"
        let old = evidence([], [swept(creator, at: started)], ownerIsSwept: false)
        expect(old, .unknown, [.stale(creator, sweep: time(started))])
        // EC2's report need not have what the owner uses.
        expect(evidence([], ownerIsSwept: false) { $0.ownerView = self.report() }, .unknown, [.noTracker(creator)])
        // Whoever asks about others only.
        let shares = [share(.account(consumer))]
        expect(evidence(shares, [swept(consumer)], accounts: [consumer], ownerIsSwept: false), .clear)
        // Where nobody knows who owns it, nobody can be named.
        expect(evidence([], ownerIsSwept: false) { $0.owner = nil }, .clear)
        // A tracked account that has nothing to do with the image.
        expect(evidence([], [swept(consumer, at: "2026-01-01T00:00:00Z")]), .clear)
    }

    // MARK: Groups

    /// Their accounts cannot be listed, and may have begun to use the image since what the report knows.
    @Test(arguments: [organization, unit, Principal.all]) func groupsAreNeverClear(group: Principal) {
        let shares = [share(group)]
        let doubt = Doubt.group(group, report: nil)
        expect(evidence(shares, [swept(consumer)]), .unknown, [doubt])
        expect(evidence(shares) { $0.ownerView = .notAvailable(reason: "x") }, .unknown, [doubt])
        let reported = Doubt.group(group, report: asked)
        expect(evidence(shares) { $0.ownerView = self.report() }, .unknown, [reported])
        expect(evidence(shares) { $0.ownerView = self.report([Self.other]) }, .inUse, [reported])
        expect(evidence(shares) { $0.ownerView = self.report(unnamed: true) }, .inUse, [reported])
        // An account that is named has to be covered all the same.
        let both = shares + [share(.account(consumer))]
        expect(evidence(both) { $0.ownerView = self.report() }, .unknown, [reported, .noTracker(consumer)])
        // Whoever names the accounts has listed them.
        let members = evidence(shares, [swept(consumer), swept(Self.other)], accounts: [consumer, Self.other])
        expect(members, .clear)
        // Whoever has a tracker may belong to the group: the answer says how well it is known, unless it is long gone.
        let known = Verdict(evidence(shares, [swept(consumer)])).coverage
        #expect(known.map(\.account) == [creator, consumer])
        let gone = CoverageRecord(account: Self.other, region: region, lastEvent: time("2026-10-01T00:00:00Z"))
        #expect(Verdict(evidence(shares, [swept(consumer), gone])).coverage.map(\.account) == [creator, consumer])
    }

    // MARK: Launch permissions

    @Test func whatEC2SaysOfShares() {
        let before = evidence([], [swept(consumer)])
        func with(_ permissions: UsageEvidence.LaunchPermissions, _ evidence: UsageEvidence) -> UsageEvidence {
            var evidence = evidence
            evidence.launchPermissions = permissions
            return evidence
        }
        // Shared before the installation, or just now: the share recorder knows nothing of it.
        expect(
            with(.principals([.account(consumer)]), before),
            .unknown,
            [.shareNotRecorded(consumer, isLost: false)]
        )
        expect(
            with(.principals([.account(Self.other), .all]), before),
            .unknown,
            [.group(.all, report: nil), .noTracker(Self.other)]
        )
        expect(with(.notAvailable(reason: "no"), before), .unknown, [.sharesNotKnown(reason: "no")])
        // What EC2 no longer has may have been taken away a moment ago.
        expect(with(.principals([]), evidence([share(.account(consumer))])), .unknown, [.noTracker(consumer)])
        // The recorder's time counts where both know of a share.
        let late = evidence([share(.account(consumer), since: "2026-11-20T09:00:00Z")], [swept(consumer)])
        #expect(Verdict(with(.principals([.account(consumer)]), late)).outcome == .unknown)
        // Deregistered, or never there.
        expect(with(.noSuchImage, before), .clear)
        var unheard = before
        unheard.isRecorded = false
        expect(with(.noSuchImage, unheard), .unknown, [.noSuchImage])
        expect(with(.principals([]), unheard), .clear)
    }

    // MARK: Since when

    /// A share that only EC2 tells of may be newer than any sweep, until it is recorded and swept.
    @Test func aShareOfWhichNoTimeIsRecorded() {
        let shared: (inout UsageEvidence) -> Void = { $0.launchPermissions = .principals([.account(consumer)]) }
        let doubt = Doubt.shareNotRecorded(consumer, isLost: false)
        // Before the image was there, long before, and just now.
        for started in ["2026-10-01T00:00:00Z", "2026-11-19T00:00:00Z", "2026-11-20T09:59:59Z"] {
            let patient: (inout UsageEvidence) -> Void = {
                shared(&$0)
                $0.maximumSweepAgeHours = 8760
            }
            let sweep = [swept(consumer, at: started)]
            expect(evidence([], sweep, patient), .unknown, [doubt])
            expect(evidence([], sweep, accounts: [consumer], patient), .unknown, [doubt])
        }
        // EC2's report, however new, may lack what it just began.
        let reported = evidence([], [swept(consumer)]) {
            shared(&$0)
            $0.ownerView = self.report()
        }
        expect(reported, .unknown, [doubt])
        // An earlier share that was taken away tells nothing of this one.
        expect(evidence([lost(.account(consumer))], [swept(consumer)], shared), .unknown, [doubt])
        // Added once more it is recorded; the next sweep settles it.
        let recorded = [share(.account(consumer), since: "2026-11-20T07:00:00Z")]
        expect(evidence(recorded, [swept(consumer)], shared), .clear)
        // An account that is asked about may have the image by way of the public.
        let open = evidence([], [swept(consumer)], accounts: [consumer]) { $0.launchPermissions = .principals([.all]) }
        expect(open, .unknown, [doubt])
        // The owner's own permission matters not: it has the image since it was made.
        expect(evidence([]) { $0.launchPermissions = .principals([.account(creator)]) }, .clear)
    }

    /// No sweep of before the image was made tells anything of its use.
    @Test func theImageIsNewerThanTheSweep() {
        let created = time("2026-11-20T08:30:00Z")
        let recorded = time("2026-11-01T00:00:00Z")
        func made(_ accounts: Set<AccountID>? = nil, _ coverage: [CoverageRecord] = []) -> UsageEvidence {
            evidence([], coverage, accounts: accounts) { $0.ages = .known(created: created, recorded: recorded) }
        }
        let sweep = time("2026-11-20T08:00:00Z")
        expect(made(), .unknown, [.sweptBeforeShare(creator, sweep: sweep, share: created)])
        expect(made([creator]), .unknown, [.sweptBeforeShare(creator, sweep: sweep, share: created)])
        expect(
            made([consumer], [swept(consumer)]),
            .unknown,
            [.sweptBeforeShare(consumer, sweep: sweep, share: created)]
        )
        expect(made([consumer], [swept(consumer, at: "2026-11-20T08:30:01Z")]), .clear)
        // What is recorded of it does instead where EC2 does not tell: it was there by then.
        func unknownAge(_ shares: [ShareRecord], wasThere: EventTime?) -> UsageEvidence {
            evidence(shares, accounts: [creator]) {
                $0.ages = .notAvailable(reason: "no")
                $0.wasThere = wasThere
            }
        }
        expect(unknownAge([], wasThere: nil), .unknown, [.creationNotKnown(creator)])
        expect(unknownAge([share(.account(consumer))], wasThere: nil), .clear)
        expect(unknownAge([], wasThere: time("2026-11-20T07:00:00Z")), .clear)
        let late = time("2026-11-20T09:00:00Z")
        expect(unknownAge([], wasThere: late), .unknown, [.sweptBeforeShare(creator, sweep: sweep, share: late)])
    }

    /// Of some that lost it, only the end is known: a sweep of after it is later, whenever they got it.
    @Test(arguments: [("2026-11-20T07:59:59Z", true), ("2026-11-20T08:00:00Z", false)])
    func aLossOfWhichTheBeginningIsNotRecorded(end: String, isSettled: Bool) {
        var lost = lost(.account(consumer), at: end)
        lost.firstShared = nil
        let doubt = Doubt.former(.shareNotRecorded(consumer, isLost: true), until: time(end))
        expect(evidence([lost], [swept(consumer)]), isSettled ? .clear : .unknown, isSettled ? [] : [doubt])
    }

    // MARK: Some accounts

    @Test func aQuestionAboutSomeAccounts() {
        let shares = [share(.account(consumer)), share(.account(Self.other))]
        let coverage = [swept(consumer)]
        expect(evidence(shares, coverage, accounts: [consumer]), .clear)
        expect(evidence(shares, coverage, accounts: [consumer, Self.other]), .unknown, [.noTracker(Self.other)])
        expect(evidence(shares, coverage, accounts: [creator], ownerIsSwept: false), .unknown, [.noTracker(creator)])
        // The public is not asked about; but it may be how the account got the image.
        let open = [share(.all, since: "2026-11-20T07:00:00Z")]
        expect(evidence(open, coverage, accounts: [consumer]), .clear)
        let later = [share(.all, since: "2026-11-20T09:00:00Z")]
        #expect(Verdict(evidence(later, coverage, accounts: [consumer])).outcome == .unknown)
        // EC2 counts a use of somebody else.
        expect(evidence(shares, coverage, accounts: [consumer]) { $0.ownerView = self.report([Self.other]) }, .clear)
        expect(evidence(shares, coverage, accounts: [consumer]) { $0.ownerView = self.report([consumer]) }, .inUse)
    }

    @Test func doubtsAreSentences() {
        let doubts: [Doubt] = [
            .noSuchImage, .sharesNotKnown(reason: "EC2: AuthFailure"), .unreadableRows(1), .group(.all, report: nil),
            .group(organization, report: nil), .group(organization, report: asked), .noTracker(consumer),
            .neverSwept(consumer),
            .unreadableCoverage(consumer, attribute: "resources"), .stale(consumer, sweep: asked),
            .sweptBeforeShare(consumer, sweep: asked, share: asked), .shareNotRecorded(consumer, isLost: false),
            .shareNotRecorded(consumer, isLost: true), .creationNotKnown(consumer),
            .skippedSections(consumer, ["a\n<b>"]),
            .former(.noTracker(consumer), until: asked), .formerGroup(unit, until: asked, report: nil),
            .formerGroup(unit, until: asked, report: asked),
            .olderThanRecords(created: asked, recorded: asked, report: nil),
            .olderThanRecords(created: asked, recorded: asked, report: asked), .ageNotKnown(reason: "no"),
        ]
        for doubt in doubts {
            #expect(!doubt.description.hasSuffix("."))
            #expect(!doubt.description.unicodeScalars.contains { $0.isControl })
        }
        #expect(Set(doubts.map(\.description)).count == doubts.count)
        #expect(Doubt.noTracker(consumer).description == "account 444455556666 has no usage tracker")
    }
}
