import Testing

@testable import Governance

/// Who has an image, by the records and by EC2's word, and since when.
@Suite struct VerdictOfSharesTests: VerdictExamples {
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
        // Once it is recorded, the next sweep settles it.
        let recorded = [share(.account(consumer), since: "2026-11-20T07:00:00Z")]
        expect(evidence(recorded, [swept(consumer)], shared), .clear)
        // An account that is asked about may have the image by way of the public.
        let open = evidence([], [swept(consumer)], accounts: [consumer]) { $0.launchPermissions = .principals([.all]) }
        expect(open, .unknown, [doubt])
        // The owner's own permission matters not: it has the image since it was made.
        expect(evidence([]) { $0.launchPermissions = .principals([.account(creator)]) }, .clear)
    }

    /// It was there when it was found, at the latest: a sweep that begins later lists what uses it.
    @Test func aShareThatWasFound() {
        let (sweep, moment) = (time("2026-11-20T08:00:00Z"), time("2026-11-20T08:30:00Z"))
        let doubt = Doubt.sweptBeforeFound(consumer, sweep: sweep, found: moment)
        let shares = [found(.account(consumer), at: moment)]
        expect(evidence(shares, [swept(consumer)]), .unknown, [doubt])
        expect(evidence(shares, [swept(consumer, at: "2026-11-20T08:30:00.001Z")]), .clear)
        expect(evidence(shares, [swept(consumer)], accounts: [consumer]), .unknown, [doubt])
        expect(evidence(shares), .unknown, [.noTracker(consumer)])
        // A member of a group that was found to have it.
        let group = [found(.all, at: moment)]
        expect(evidence(group, [swept(consumer)], accounts: [consumer]), .unknown, [doubt])
        // It has the image by a share that is newer as well, or the image is newer.
        let late = time("2026-11-20T09:00:00Z")
        let newer = shares + [share(.all, since: "2026-11-20T09:00:00Z")]
        expect(
            evidence(newer, [swept(consumer)], accounts: [consumer]),
            .unknown,
            [.sweptBeforeShare(consumer, sweep: sweep, share: late)]
        )
        // Taken away before it was found, which EC2 was behind with.
        var lost = shares[0]
        lost.permission = self.lost(.account(consumer), at: "2026-11-20T08:20:00Z").permission
        expect(evidence([lost], [swept(consumer, at: "2026-11-20T08:20:01Z")]), .clear)
        #expect(Verdict(evidence([lost], [swept(consumer, at: "2026-11-20T08:20:00Z")])).outcome == .unknown)
        // What it was found to have made nobody think that the image was there before.
        let coverage = [swept(creator, at: "2026-11-20T08:29:59Z")]
        let unknownAge = evidence(shares, coverage, accounts: [creator], ownerIsSwept: false) {
            $0.ages = .notAvailable(reason: "no")
            $0.wasThere = nil
        }
        #expect(Verdict(unknownAge).outcome == .unknown)
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
}
