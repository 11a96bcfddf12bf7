/// A difference between the usage table and EC2's image usage report: how many resources of one kind and account each counts.
public struct UsageGap: Hashable, Sendable {
    /// Nil for accounts that EC2 does not name.
    public let account: AccountID?
    public let kind: ResourceKind
    public let table: Int
    public let report: Int
    /// How many of those in the table were first seen so short a time ago that the report may lack them.
    public let recent: Int
    /// When the account's last complete sweep began, which compared the table with what is there.
    public let sweep: EventTime?

    /// Whether that sweep left nothing out, is not too old, and began within the report's delay: what EC2 counts and it did
    /// not find has ended since the report knows, or began just now.
    public let isSweptSince: Bool

    /// Whether the report's delay alone may account for it, so that it says nothing against the table.
    public var isExplained: Bool { table > report ? table - recent <= report : isSweptSince }

    /// - Parameter created: When EC2 began to make the report.
    public func explanation(created: EventTime) -> String {
        let times: String
        if account == nil {
            times = "EC2 does not name the accounts"
        } else if let sweep {
            times =
                "the account's last complete sweep began at \(sweep.readable), "
                + (sweep > created ? "after the report" : "before the report")
        } else {
            times = "the account was never swept"
        }
        let report =
            "the report is of \(created.readable) and may lack what began, and count what ended, in the last days"
        if table < self.report {
            let ended = isSweptSince ? ", within what the report may lag behind" : ""
            return "EC2 counts more than the table has: \(report); \(times)\(ended)"
        }
        let newer = recent > 0 ? ", \(recent) of them newer than what the report is sure to have" : ""
        return "the table has more than EC2 counts\(newer): \(report); \(times)"
    }
}

extension UsageGap {
    /// The differences, sorted by account, those of unnamed accounts last.
    ///
    /// What EC2 counts of accounts that it does not name is set off against what the table has more of those that it names, or
    /// of which it says nothing: what is left of either is a difference of unnamed accounts.
    ///
    /// - Parameters:
    ///   - elsewhere: What the table has of accounts that are not asked about, where EC2 counts some that it does not name.
    ///   - evidence: What the verdict is decided from: the owner, the accounts asked about, and how well each is known.
    ///     EC2 describes its report as one of other accounts than the owner's: where it has nothing of that one, there is
    ///     nothing to compare.
    static func gaps(
        between tally: UsageTally,
        and report: UsageReport,
        elsewhere: UsageTally? = nil,
        evidence: UsageEvidence
    ) -> [UsageGap] {
        let unnamed = report.others
        let there = surplus(of: elsewhere, over: report, except: evidence.owner)
        let report = report.narrowed(to: evidence.accounts)
        var here: [ResourceKind: (table: Int, recent: Int)] = [:]
        var gaps: [UsageGap] = []
        for account in Set(report.accounts.keys).union(tally.accounts.keys).sorted() {
            if account == evidence.owner, report.accounts[account] == nil { continue }
            let counted = tally.accounts[account] ?? UsageTally.Counts()
            let coverage = AccountCoverage(
                of: account,
                evidence.coverage[account],
                now: evidence.now,
                maximumAgeHours: evidence.maximumSweepAgeHours
            )
            let sweep = coverage.lastSweep?.started
            for kind in report.kinds {
                let (table, reported) = (counted.table[kind] ?? 0, report.accounts[account]?[kind] ?? 0)
                guard table != reported else { continue }
                let recent = counted.recent[kind] ?? 0
                if table > reported, unnamed[kind] != nil {
                    here[kind, default: (0, 0)].table += table - reported
                    here[kind, default: (0, 0)].recent += min(recent, table - reported)
                    continue
                }
                let delay = UsageTally.delayHours(of: kind) * 3600
                let isSweptSince =
                    coverage.isKnown && (sweep.map { report.created <= $0.advanced(bySeconds: delay) } ?? false)
                gaps.append(
                    UsageGap(
                        account: account,
                        kind: kind,
                        table: table,
                        report: reported,
                        recent: recent,
                        sweep: sweep,
                        isSweptSince: isSweptSince
                    )
                )
            }
        }
        for kind in report.kinds {
            guard let count = unnamed[kind] else { continue }
            let (table, recent) = here[kind] ?? (0, 0)
            let all = table + (there[kind] ?? 0)
            guard table > count || all < count else { continue }
            gaps.append(
                UsageGap(
                    account: nil,
                    kind: kind,
                    table: table > count ? table : all,
                    report: count,
                    recent: table > count ? recent : 0,
                    sweep: nil,
                    isSweptSince: false
                )
            )
        }
        return gaps
    }

    /// How much more the table has of each kind than EC2 counts under the accounts' numbers.
    private static func surplus(
        of tally: UsageTally?,
        over report: UsageReport,
        except owner: AccountID?
    ) -> UsageReport.Counts {
        var surplus: UsageReport.Counts = [:]
        for (account, counts) in tally?.accounts ?? [:] where account != owner {
            for (kind, count) in counts.table {
                surplus[kind, default: 0] += max(0, count - (report.accounts[account]?[kind] ?? 0))
            }
        }
        return surplus
    }

    /// How many uses EC2 counts of accounts that it does not name and that the table has none for.
    static func unnamedUses(in gaps: [UsageGap]) -> Int {
        gaps.filter { $0.account == nil }.map { max(0, $0.report - $0.table) }.reduce(0, +)
    }
}
