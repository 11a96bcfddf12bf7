import Testing

@testable import Governance

@Suite struct VerdictTests: VerdictExamples {
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

    /// A clear verdict says as of when it is: of the oldest of the sweeps that it rests on.
    @Test func aClearVerdictNamesItsOldestSweep() {
        func notes(_ evidence: UsageEvidence) -> [String] { Verdict(evidence).notes(evidence.ownerView) }
        let earlier = "2026-11-19T12:00:00Z"
        let shares = [share(.account(consumer)), share(.account(Self.other))]
        let clear = evidence(shares, [swept(consumer), swept(Self.other, at: earlier)])
        expect(clear, .clear)
        #expect(
            notes(clear) == [
                "Auto Scaling groups, fleets, Image Builder recipes and the launch template versions that they name are "
                    + "as of the oldest sweep, at 2026-11-19 12:00:00 UTC"
            ]
        )
        // One that is not asked about does not count.
        let one = evidence(shares, [swept(consumer), swept(Self.other, at: earlier)], accounts: [consumer])
        #expect(notes(one).map { $0.hasSuffix("the oldest sweep, at 2026-11-20 08:00:00 UTC") } == [true])
        #expect(notes(evidence(shares, [swept(consumer)])) == [])
        #expect(notes(evidence([]) { $0.rows = 1 }) == [])
        // Of an image that nobody has, no sweep decides.
        #expect(notes(evidence([], accounts: [])) == [])
    }

    @Test func everyAccountHasToBeCovered() {
        let shares = [share(.account(consumer)), share(.account(Self.other))]
        expect(evidence(shares, [swept(consumer)]), .unknown, [.noTracker(Self.other)])
        expect(evidence(shares, [swept(consumer), swept(Self.other)]), .clear)
        expect(evidence(shares) { $0.rows = 3 }, .inUse, [.noTracker(consumer), .noTracker(Self.other)])
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
            .sweptBeforeShare(consumer, sweep: asked, share: asked),
            .sweptBeforeFound(consumer, sweep: asked, found: asked),
            .sweptBeforeLoss(consumer, sweep: asked, loss: asked), .shareNotRecorded(consumer, isLost: false),
            .shareNotRecorded(consumer, isLost: true), .creationNotKnown(consumer),
            .skippedSections(consumer, ["a\n<b>"]),
            .former(.noTracker(consumer), until: asked), .formerGroup(unit, until: asked, report: nil),
            .formerGroup(unit, until: asked, report: asked),
            .olderThanRecords(created: asked, recorded: asked, report: nil),
            .olderThanRecords(created: asked, recorded: asked, report: asked), .ageNotKnown(reason: "no"),
            .revokedFromUnknown(at: asked, report: asked),
        ]
        for doubt in doubts {
            #expect(!doubt.description.hasSuffix("."))
            #expect(!doubt.description.unicodeScalars.contains { $0.isControl })
        }
        #expect(Set(doubts.map(\.description)).count == doubts.count)
        #expect(Doubt.noTracker(consumer).description == "account 444455556666 has no usage tracker")
    }
}
