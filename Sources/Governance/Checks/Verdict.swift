/// Whether an image is used, as far as that can be known.
///
/// `in-use`: something is known to use it. `clear`: nothing uses it, and that can be relied upon. `unknown`: no use is
/// known, but there are doubts. An image is clear only if
///
/// - each account that has it, by a share or as its owner, has been swept since it got it, and not too long ago, with
///   nothing of importance left out. Where it is not known since when it has the image, no sweep is known to be later
///   (``UsageEvidence/possessions(of:isMember:)``);
/// - no organization, unit or the public has it, whose accounts nobody can list. EC2's report over all accounts does not do
///   instead: it lags behind, and they may have begun to use the image since (``UsageReport/settles(whatEnded:)``);
/// - whoever had it and lost it is swept since it lost it, or is settled by EC2's report: one that was begun long enough after the
///   loss has whatever they still run. Accounts that had the image and lost it before anything was recorded have no record,
///   nor have those that had it since before and lost it by an event that names nobody, before anybody looked: an image that
///   is older than the records needs such a report of long enough after both in any case.
public struct Verdict: Hashable, Sendable {
    public enum Outcome: String, Hashable, Sendable, CaseIterable {
        case inUse = "in-use"
        case clear
        case unknown
    }

    public let outcome: Outcome
    /// Why "no use is known" is not "no use"; in a stable order. Also where the image is in use: there may be more.
    public let doubts: [Doubt]
    /// Whether EC2's report was what settled a doubt: it does not count every kind of resource.
    public let reliesOnReport: Bool
    /// How well the use by each account is known that has the image, had it, or, being a member of what it is shared with,
    /// may have it; sorted by account.
    public let coverage: [AccountCoverage]
    /// The principals that have the image, sorted.
    public let principals: [Principal]

    public init(_ evidence: UsageEvidence) {
        let shares = evidence.principals
        principals = shares.keys.sorted()
        let groups = principals.filter(\.isGroup)
        let former = evidence.formerPrincipals
        let required = Self.requiredAccounts(evidence, shares)
        var accounts = required.union(former.compactMap(\.principal.account))
        if evidence.accounts == nil, !groups.isEmpty {
            let present = evidence.coverage.filter {
                !$0.value.isDeparted(after: evidence.departedAfterDays, now: evidence.now)
            }
            accounts.formUnion(present.keys)
        }
        let possessions = evidence.possessions(of: accounts, isMember: evidence.accounts != nil)
        var known: [AccountID: AccountCoverage] = [:]
        for account in accounts {
            known[account] = AccountCoverage(
                of: account,
                evidence.coverage[account],
                now: evidence.now,
                maximumAgeHours: evidence.maximumSweepAgeHours,
                possession: possessions[account] ?? .noMatter
            )
        }
        coverage = known.values.sorted { $0.account < $1.account }

        var doubts = Self.doubts(aboutKnowledge: evidence)
        let report = evidence.ownerView.report?.narrowed(to: evidence.accounts)
        if evidence.accounts == nil { doubts += groups.map { .group($0, report: report?.created) } }
        for account in required.sorted() { doubts += known[account].map(Doubt.doubts(about:)) ?? [] }
        var settled = false
        for former in former {
            var open: [Doubt] = [.formerGroup(former.principal, until: former.until, report: report?.created)]
            if let account = former.principal.account {
                open = (known[account].map(Doubt.doubts(about:)) ?? []).map { .former($0, until: former.until) }
            }
            guard !open.isEmpty else { continue }
            if let report, report.settles(whatEnded: former.until) { settled = true } else { doubts += open }
        }
        switch evidence.ages {
        case .notAsked, .noSuchImage: break
        case .notAvailable(let reason), .recordsNotAvailable(_, let reason):
            if evidence.concernsUnrecorded { doubts.append(.ageNotKnown(reason: reason)) }
        case .known(let created, let recorded):
            guard evidence.concernsUnrecorded, UsageEvidence.Ages.isOlder(created, than: recorded) else { break }
            // Who had it by a share that was not found yet lost it then, and no event names them.
            let ends = [recorded, evidence.revoked].compactMap { $0 }
            if let report, ends.allSatisfy(report.settles(whatEnded:)) {
                settled = true
            } else if let report, let revoked = evidence.revoked, report.settles(whatEnded: recorded) {
                doubts.append(.revokedFromUnknown(at: revoked, report: report.created))
            } else {
                doubts.append(.olderThanRecords(created: created, recorded: recorded, report: report?.created))
            }
        }
        self.doubts = doubts
        let isUsed = evidence.rows > 0 || report?.isUsed ?? false
        outcome = isUsed ? .inUse : doubts.isEmpty ? .clear : .unknown
        reliesOnReport = settled && outcome == .clear
    }

    private static func doubts(
        aboutKnowledge evidence: UsageEvidence
    ) -> [Doubt] {
        var doubts: [Doubt] = []
        switch evidence.launchPermissions {
        case .notAsked, .principals: break
        case .noSuchImage:
            if !evidence.isRecorded, evidence.shares.isEmpty {
                doubts.append(.noSuchImage)
            } else if evidence.ages.created != nil {
                doubts.append(
                    .sharesNotKnown(reason: "it describes the image, and knows nothing of its launch permissions")
                )
            }
        case .notAvailable(let reason): doubts.append(.sharesNotKnown(reason: reason))
        }
        if evidence.unreadableRows > 0 { doubts.append(.unreadableRows(evidence.unreadableRows)) }
        if evidence.unnamedUses > 0 { doubts.append(.unnamedUses(evidence.unnamedUses)) }
        return doubts
    }

    /// The accounts whose use has to be known.
    private static func requiredAccounts(
        _ evidence: UsageEvidence,
        _ shares: [Principal: Possession]
    ) -> Set<AccountID> {
        if let accounts = evidence.accounts { return accounts }
        var accounts = Set(shares.keys.compactMap(\.account))
        // Whoever owns the image has it as long as it is there.
        if let owner = evidence.owner { accounts.insert(owner) }
        return accounts
    }
}

extension Verdict {
    /// What a clear verdict does not tell, one sentence each, without a full stop.
    public func notes(_ ownerView: UsageEvidence.OwnerView) -> [String] {
        guard outcome == .clear else { return [] }
        return [reportNote(ownerView), sweepNote].compactMap { $0 }
    }

    private func reportNote(_ ownerView: UsageEvidence.OwnerView) -> String? {
        guard reliesOnReport, let report = ownerView.report else { return nil }
        let kinds = ResourceKind.allCases.filter { !report.kinds.contains($0) }.map { $0.name(count: 2) }
        return "for those that no longer have the image this relies on EC2's report, which does not count "
            + kinds.joined(separator: ", ")
    }

    /// No event tells of these: what they name by now, the next sweep finds.
    private var sweepNote: String? {
        guard let oldest = coverage.filter(\.isKnown).compactMap(\.lastSweep?.started).min() else { return nil }
        return "Auto Scaling groups, fleets, Image Builder recipes and the launch template versions that they name are "
            + "as of the oldest sweep, at \(oldest.readable)"
    }
}

extension Principal {
    /// Whether it stands for accounts that it does not name.
    public var isGroup: Bool { account == nil }

    public var account: AccountID? {
        if case .account(let account) = self { account } else { nil }
    }
}
