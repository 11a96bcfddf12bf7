import Testing

@testable import Governance

/// More use, more shares and less knowledge never make an image clearer.
@Suite struct VerdictPropertyTests {
    private static let accounts = (0..<4).map { AccountID(checked: String(222_222_222_220 + $0)) }

    private static func rank(_ evidence: UsageEvidence) -> Int {
        switch Verdict(evidence).outcome {
        case .clear: 0
        case .unknown: 1
        case .inUse: 2
        }
    }

    private static func record(_ account: AccountID, _ generator: inout SeededGenerator) -> CoverageRecord {
        guard Int.random(in: 0..<6, using: &generator) > 0 else {
            return CoverageRecord(account: account, region: region, lastEvent: asked)
        }
        let hours = Int64.random(in: 0...50, using: &generator)
        return swept(
            account,
            at: asked.advanced(bySeconds: -3600 * hours).description,
            skipped: Int.random(in: 0..<6, using: &generator) == 0 ? ["parameters"] : []
        )
    }

    /// Mostly of images that are clear or nearly so: from there, something can get worse.
    private static func evidence(_ generator: inout SeededGenerator) -> UsageEvidence {
        var evidence = UsageEvidence(
            owner: accounts[0],
            isRecorded: Bool.random(using: &generator),
            shares: [],
            coverage: [:],
            now: asked
        )
        evidence.wasThere = time("2026-11-01T00:00:00Z")
        for account in accounts {
            if Int.random(in: 0..<4, using: &generator) > 0 {
                evidence.coverage[account] = .record(record(account, &generator))
            }
            if Int.random(in: 0..<3, using: &generator) == 0 { evidence.shares.append(share(.account(account))) }
        }
        if Int.random(in: 0..<8, using: &generator) == 0 { evidence.shares.append(share(organization)) }
        for principal in [Principal.all, .account(accounts[3])] where Int.random(in: 0..<3, using: &generator) == 0 {
            guard !evidence.shares.contains(where: { $0.principal == principal }) else { continue }
            evidence.shares.append(lost(principal, &generator))
        }
        if Int.random(in: 0..<3, using: &generator) == 0 {
            let hours = Int64.random(in: 0...300, using: &generator)
            let recorded = asked.advanced(bySeconds: -3600 * hours)
            evidence.ages = .known(created: time("2026-01-01T00:00:00Z"), recorded: recorded)
        }
        if Bool.random(using: &generator) { evidence.ownerView = .available(UsageReport(created: asked)) }
        if Bool.random(using: &generator) { evidence.launchPermissions = .principals([]) }
        if Int.random(in: 0..<8, using: &generator) == 0 { evidence.rows = 1 }
        if Int.random(in: 0..<4, using: &generator) == 0 { evidence.accounts = [accounts[1]] }
        return evidence
    }

    /// A share that ended within the last days. `isNew`: it lasted for half an hour, and began after most sweeps.
    private static func lost(
        _ principal: Principal,
        _ generator: inout SeededGenerator,
        isNew: Bool = false
    ) -> ShareRecord {
        let hours = isNew ? 0...10 : 0...150 as ClosedRange<Int64>
        let end = asked.advanced(bySeconds: -3600 * Int64.random(in: hours, using: &generator))
        var record = share(
            principal,
            since: isNew ? end.advanced(bySeconds: -1800).description : "2026-11-01T08:00:00Z"
        )
        record.permission = Sighting(.removed, Occurrence(time: end, eventID: "e", eventName: "n", actor: nil))
        return record
    }

    /// What was shared, taken away and shared again would have a newer time.
    private static func add(_ principal: Principal, to evidence: inout UsageEvidence) {
        guard !evidence.shares.contains(where: { $0.principal == principal }) else { return }
        evidence.shares.append(share(principal))
    }

    private static let worsenings: [(String, @Sendable (inout UsageEvidence, inout SeededGenerator) -> Void)] = [
        ("a row", { evidence, _ in evidence.rows += 1 }),
        ("a row that cannot be read", { evidence, _ in evidence.unreadableRows += 1 }),
        ("a share", { add(.account(accounts.randomElement(using: &$1)!), to: &$0) }),
        ("a share that ended", { $0.shares.append(lost(.account(accounts.randomElement(using: &$1)!), &$1)) }),
        ("a share with a group that ended", { $0.shares.append(lost(organization, &$1)) }),
        (
            "a share that ended, after the sweep, of one that a group gave the image as well",
            { evidence, generator in
                if evidence.accounts != nil { evidence.shares.append(share(unit)) }
                evidence.shares.append(lost(.account(accounts[1]), &generator, isNew: true))
            }
        ),
        (
            "a share with a group that ended after the sweep",
            { evidence, generator in
                guard evidence.accounts != nil else { return }
                evidence.shares.append(lost(unit, &generator, isNew: true))
            }
        ),
        (
            "an earlier report",
            { evidence, generator in
                guard evidence.ownerView.report != nil else { return }
                let hours = Int64.random(in: 1...100, using: &generator)
                evidence.ownerView = .available(UsageReport(created: asked.advanced(bySeconds: -3600 * hours)))
            }
        ),
        (
            "an older image",
            { evidence, _ in evidence.ages = .known(created: time("2025-01-01T00:00:00Z"), recorded: asked) }
        ),
        ("an image that was taken from everybody", { evidence, _ in evidence.revoked = asked }),
        ("an image that nothing is known of", { evidence, _ in evidence.wasThere = nil }),
        ("a newer image", { evidence, _ in evidence.wasThere = asked }),
        ("an image of unknown age", { evidence, _ in evidence.ages = .notAvailable(reason: "x") }),
        ("a share with a group", { evidence, _ in add(.all, to: &evidence) }),
        (
            "a share that EC2 alone knows",
            { $0.launchPermissions = .principals([.account(accounts.randomElement(using: &$1)!)]) }
        ),
        (
            "a share that was found only now",
            { evidence, generator in
                guard let index = evidence.shares.indices.randomElement(using: &generator) else { return }
                guard evidence.shares[index].status == .shared else { return }
                evidence.shares[index] = found(evidence.shares[index].principal, at: asked)
            }
        ),
        (
            "a share that ended later",
            { evidence, generator in
                let ended = evidence.shares.indices.filter { evidence.shares[$0].status == .removed }
                guard let index = ended.randomElement(using: &generator) else { return }
                let old = evidence.shares[index].permission
                let late = Occurrence(time: asked, eventID: "e", eventName: "n", actor: nil)
                evidence.shares[index].permission = max(old, Sighting(.removed, late))
            }
        ),
        ("no word from EC2", { evidence, _ in evidence.launchPermissions = .notAvailable(reason: "x") }),
        (
            "a tracker less",
            { $0.coverage[accounts.randomElement(using: &$1)!] = nil }
        ),
        (
            "a sweep less",
            { evidence, generator in
                let account = accounts.randomElement(using: &generator)!
                guard case .record(var record) = evidence.coverage[account] else { return }
                record.lastSweep = nil
                evidence.coverage[account] = .record(record)
            }
        ),
        (
            "an older sweep",
            { evidence, generator in
                let account = accounts.randomElement(using: &generator)!
                guard case .record(var record) = evidence.coverage[account], let sweep = record.lastSweep else {
                    return
                }
                let hours = Int64.random(in: 1...60, using: &generator)
                record.lastSweep = .init(
                    started: sweep.started.advanced(bySeconds: -3600 * hours),
                    completed: sweep.completed,
                    skipped: sweep.skipped,
                    resources: 0
                )
                evidence.coverage[account] = .record(record)
            }
        ),
        (
            "a section less",
            { evidence, generator in
                let account = accounts.randomElement(using: &generator)!
                guard case .record(var record) = evidence.coverage[account], let sweep = record.lastSweep else {
                    return
                }
                record.lastSweep = .init(
                    started: sweep.started,
                    completed: sweep.completed,
                    skipped: sweep.skipped + ["instances"],
                    resources: 0
                )
                evidence.coverage[account] = .record(record)
            }
        ),
        ("time", { $0.now = asked.advanced(bySeconds: 3600 * Int64.random(in: 0...48, using: &$1)) }),
        ("less patience", { evidence, _ in evidence.maximumSweepAgeHours = 12 }),
        ("no view of the owner's", { evidence, _ in evidence.ownerView = .notAvailable(reason: "x") }),
        (
            "a use that EC2 counts",
            { evidence, _ in
                var report = UsageReport(created: asked)
                report.add(1, .instance, of: accounts[1])
                evidence.ownerView = .available(report)
            }
        ),
        ("a use of an account that EC2 does not name", { evidence, _ in evidence.unnamedUses += 1 }),
        (
            "another account in question",
            { evidence, generator in
                guard let asked = evidence.accounts else { return }
                evidence.accounts = asked.union([accounts.randomElement(using: &generator)!])
            }
        ),
    ]

    @Test(arguments: worsenings.indices) func nothingMakesItClearer(_ index: Int) {
        let (name, worsen) = Self.worsenings[index]
        var generator = SeededGenerator(seed: UInt64(index) &+ 1)
        var worse = 0
        for _ in 0..<Cases.of(2000) {
            let before = Self.evidence(&generator)
            var after = before
            worsen(&after, &generator)
            // What is recorded of an account that is named settles the doubt about accounts of which nothing is.
            if before.accounts != nil, before.concernsUnrecorded, !after.concernsUnrecorded { continue }
            #expect(Self.rank(after) >= Self.rank(before), "\(name): \(before) became \(after)")
            if Self.rank(after) > Self.rank(before) { worse += 1 }
        }
        #expect(worse > 0, "\(name) never matters: the property was not tried")
    }

    /// Where a doubt stands by what is recorded, nothing that EC2 may say makes the image clear.
    @Test func whatStandsWhateverEC2Says() {
        var generator = SeededGenerator(seed: 7)
        var (standing, clear) = (0, 0)
        for _ in 0..<Cases.of(3000) {
            var recorded = Self.evidence(&generator)
            (recorded.accounts, recorded.rows) = (nil, 0)
            (recorded.ages, recorded.launchPermissions, recorded.ownerView) = (.notAsked, .notAsked, .notAsked)
            let stands = Verdict(recorded).doubts.contains { $0.stands(whateverEC2SaysOfImagesOf: recorded.owner) }
            standing += stands ? 1 : 0
            let times = ["2025-01-01T00:00:00Z", "2026-11-10T00:00:00Z", asked.description].map(time)
            for created in times {
                for permissions in [UsageEvidence.LaunchPermissions.principals([]), .noSuchImage] {
                    for ages in [UsageEvidence.Ages.known(created: created, recorded: times[0]), .noSuchImage] {
                        var asked = recorded
                        (asked.launchPermissions, asked.ages) = (permissions, ages)
                        asked.ownerView = .available(UsageReport(created: asked.now))
                        let isClear = Verdict(asked).outcome == .clear
                        #expect(!(stands && isClear), "\(asked)")
                        clear += isClear ? 1 : 0
                    }
                }
            }
        }
        #expect(standing > 100 && clear > 100)
    }

    /// A clear image has no doubt, one in use has a use, and an unknown one has a reason.
    @Test func everyVerdictHasItsReason() {
        var generator = SeededGenerator(seed: 99)
        var outcomes: Set<Verdict.Outcome> = []
        for _ in 0..<Cases.of(2000) {
            let evidence = Self.evidence(&generator)
            let verdict = Verdict(evidence)
            outcomes.insert(verdict.outcome)
            #expect((verdict.outcome == .inUse) == (evidence.rows > 0))
            if verdict.outcome != .inUse { #expect((verdict.outcome == .clear) == verdict.doubts.isEmpty) }
            let accounts = verdict.coverage.map(\.account)
            #expect(accounts == Set(accounts).sorted())
        }
        #expect(outcomes == Set(Verdict.Outcome.allCases))
    }
}
