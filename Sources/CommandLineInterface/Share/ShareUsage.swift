import AWSClient
import AWSServices
import Governance
import Sharing

/// Who uses the images that are to be taken back, as the tables of the source account say.
struct ShareUsage {
    /// A use that would break: what one account has that refers to an image it loses.
    struct Use {
        let image: ImageID
        let region: Region
        let summary: UsageSummary
    }

    private(set) var uses: [Use] = []
    /// Why there may be more, one sentence each without a full stop.
    private(set) var doubts: [String] = []
    /// Where there are no tables to ask.
    private(set) var regionsWithoutTables: [Region] = []

    /// Asks the tables of each region.
    ///
    /// - Throws: `AWSError` where they are there and cannot be read.
    init(
        of plan: SharePlan,
        tables: (Region) throws(AWSError) -> GovernanceTables,
        now: EventTime
    ) async throws(AWSError) {
        let losses = Self.losses(plan)
        for (region, images) in Dictionary(grouping: losses.keys, by: \.region).sorted(by: { $0.key < $1.key }) {
            do throws(AWSError) {
                try await add(images.sorted().compactMap { losses[$0] }, in: region, of: plan, try tables(region), now)
            } catch {
                guard error.code == "ResourceNotFoundException" else { throw error }
                regionsWithoutTables.append(region)
            }
        }
    }

    private mutating func add(
        _ losses: [Loss],
        in region: Region,
        of plan: SharePlan,
        _ tables: GovernanceTables,
        _ now: EventTime
    ) async throws(AWSError) {
        let facts = try await concurrentMap(losses, limit: Self.concurrency) { loss throws(AWSError) in
            try await Self.facts(loss, tables)
        }
        // The last time that an account got any of the images: a sweep has to have been since.
        var accounts: [AccountID: Possession] = [:]
        for (loss, facts) in zip(losses, facts) {
            uses += facts.summaries.map { Use(image: loss.image, region: region, summary: $0) }
            doubts += facts.unreadable.map(\.description)
            doubts += loss.groups.map { "not every account of \($0.name) that uses \(loss.image) is known" }
            for account in loss.accounts {
                let shared = facts.shared[account] ?? .notRecorded(isLost: false)
                accounts[account] = .latest([accounts[account] ?? .noMatter, shared])
            }
        }
        let entries = try await CoverageIndex(tables.dynamoDB, table: tables.usageTable, index: tables.imageIndex)
            .entries(in: region)
        for (account, possession) in accounts.sorted(by: { $0.key < $1.key }) {
            let coverage = AccountCoverage(
                of: account,
                entries[account],
                now: now,
                maximumAgeHours: UsageEvidence.defaultMaximumSweepAgeHours,
                possession: possession
            )
            if let doubt = Self.doubt(coverage) { doubts.append("\(doubt), \(region)") }
        }
    }

    /// Images asked about at a time.
    private static let concurrency = 8

    /// What the tables say of one image.
    private struct Facts {
        let summaries: [UsageSummary]
        /// Since when an account has the image, or until when it had it.
        let shared: [AccountID: Possession]
        let unreadable: [UnreadableItem]
    }

    private static func facts(_ loss: Loss, _ tables: GovernanceTables) async throws(AWSError) -> Facts {
        var summaries: [AccountID: UsageSummary] = [:]
        let unreadable = try await tables.forEachUsage(of: loss.image) { row in
            let account = row.key.account
            guard loss.concerns(account) else { return }
            summaries[account, default: UsageSummary(account: account)].add(row)
        }
        let contents = try await tables.shares(of: loss.image)
        var shared: [AccountID: Possession] = [:]
        for record in contents.shares {
            if case .account(let account) = record.principal { shared[account] = record.standing }
        }
        return Facts(
            summaries: summaries.values.sorted { $0.account < $1.account },
            shared: shared,
            unreadable: unreadable + contents.unreadable
        )
    }

    /// Why an account may use more than is known.
    private static func doubt(_ coverage: AccountCoverage) -> String? {
        let account = "account \(coverage.account)"
        switch coverage.status {
        case .swept:
            let missing = coverage.missingSections.joined(separator: ", ")
            return missing.isEmpty ? nil : "the last sweep of \(account) left out: \(missing)"
        case .stale:
            switch coverage.staleness {
            case .before: return "\(account) was not swept since it got what it loses"
            case .beforeFound: return "\(account) was not swept since it was found to have what it loses"
            case .beforeLoss: return "\(account) had lost it before, and was not swept since"
            case .shareNotRecorded, .creationNotKnown:
                return "it is not recorded since when \(account) has what it loses, perhaps only since its last sweep"
            case .tooOld, nil: return "the last sweep of \(account) was too long ago"
            }
        case .never: return "\(account) was never looked through completely"
        case .noTracker: return "\(account) has no usage tracker"
        }
    }

    /// Who loses an image.
    private struct Loss {
        let image: ImageID
        let source: AccountID
        var accounts: Set<AccountID> = []
        var groups: [Principal] = []

        mutating func add(_ principal: Principal) {
            if case .account(let account) = principal {
                accounts.insert(account)
            } else if !groups.contains(principal) {
                groups.append(principal)
            }
        }

        /// Of whose members nothing is known, any account but the owner may be one.
        func concerns(_ account: AccountID) -> Bool {
            accounts.contains(account) || (!groups.isEmpty && account != source)
        }
    }

    /// What the plan takes from whom, by image; where only tags go, nobody loses anything.
    private static func losses(_ plan: SharePlan) -> [RegionalID: Loss] {
        var losses: [RegionalID: Loss] = [:]
        for step in plan.steps {
            let loser: Principal
            switch step.change {
            case .launchPermission(let principal, _): loser = principal
            case .volumePermission(_, let account, _), .keyGrant(_, let account, _): loser = .account(account)
            case .tags: continue
            }
            losses[step.imageKey, default: Loss(image: step.image, source: plan.source.id)].add(loser)
        }
        return losses
    }
}
