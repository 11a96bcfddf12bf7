import AWSServices
import Governance
import YAML

extension Command {
    /// `accounts`: what each account has and uses, and how well that is known.
    static let accounts = Command(
        "accounts",
        summary: "list the accounts that have or use images, and how well their use is known",
        options: [CoverageOptions.maximumSweepAge] + TableOptions.all,
        run: { context in
            let arguments = context.arguments
            let maximumAge = try arguments.maximumSweepAge()
            let client = try context.aws.client()
            let region = try context.region(of: client)
            let tables = arguments.tables(DynamoDB(client))
            let contents = try await tables.shares { context.console.progress("reading shares:", $0) }
            let usage = try await tables.usage(in: region, limit: 0) { context.console.progress("reading usage:", $0) }
            context.warn(contents.unreadable + usage.unreadable)
            let now = context.now()
            let accounts = AccountStanding.all(contents, usage, now: now, maximumSweepAgeHours: maximumAge)
            try context.show(output(accounts, now))
            return .success
        }
    )

    private static func output(_ accounts: [AccountStanding], _ now: EventTime) -> CommandOutput {
        var table = Table([
            .init("ACCOUNT"), .init("IMAGES SHARED", isNumber: true), .init("IMAGES USED", isNumber: true),
            .init("RESOURCES", isNumber: true), .init("COVERAGE", minimumWidth: 16), .init("LAST EVENT"),
        ])
        for account in accounts {
            table.add([
                .init(account.id.text), .init(count: account.sharedImages), .init(count: account.usedImages),
                .init(count: account.resourceCount), account.coverage.cell(at: now), account.coverage.lastEventCell,
            ])
        }
        let documents = accounts.map { account -> YAMLValue in
            [
                "account_id": .string(account.id.text),
                "images_shared": .integer(account.sharedImages),
                "images_used": .integer(account.usedImages),
                "resource_count": .integer(account.resourceCount),
                "resource_counts": .mapping(
                    account.counts.keys.sorted().map { .init($0.rawValue, .integer(account.counts[$0] ?? 0)) }
                ),
                "coverage": account.coverage.document,
            ]
        }
        let unknown = accounts.count { !$0.coverage.isKnown }
        let all = Counted.text(accounts.count, "account")
        let note = unknown == 0 ? all : "\(all); the use by \(unknown) of them is not known well"
        return CommandOutput(
            document: ["accounts": .sequence(documents)],
            accounts.isEmpty
                ? [.text("no accounts", .faint)]
                : [.table(table), .text(note, unknown > 0 ? .warning : .faint)]
        )
    }
}

/// What one account has and uses of all images, and how well that is known.
struct AccountStanding: Sendable {
    let id: AccountID
    /// How many images it has by a share of its own.
    var sharedImages = 0
    var usedImages = 0
    var counts: [ResourceKind: Int] = [:]
    /// Judged by the image that it got last, of those that it has by a share of its own.
    let coverage: AccountCoverage

    var resourceCount: Int { counts.values.reduce(0, +) }

    /// Every account that has or uses an image or has a usage tracker that was heard of lately, sorted.
    static func all(
        _ contents: SharesContents,
        _ usage: UsageContents,
        now: EventTime,
        maximumSweepAgeHours: Int64
    ) -> [AccountStanding] {
        var shared: [AccountID: [Possession]] = [:]
        for share in contents.shares where share.status == .shared {
            if case .account(let account) = share.principal { shared[account, default: []].append(share.possession) }
        }
        var used: [AccountID: Int] = [:]
        var counts: [AccountID: [ResourceKind: Int]] = [:]
        for (account, summary) in usage.usage.values.joined() {
            used[account, default: 0] += 1
            for kind in summary.presentKinds { counts[account, default: [:]][kind, default: 0] += summary[kind].count }
        }
        let tracked = usage.coverage.filter {
            !$0.value.isDeparted(after: CoverageEntry.defaultDepartedAfterDays, now: now)
        }
        return Set(shared.keys).union(used.keys).union(tracked.keys).sorted().map { id in
            AccountStanding(
                id: id,
                sharedImages: shared[id]?.count ?? 0,
                usedImages: used[id] ?? 0,
                counts: counts[id] ?? [:],
                coverage: AccountCoverage(
                    of: id,
                    usage.coverage[id],
                    now: now,
                    maximumAgeHours: maximumSweepAgeHours,
                    possession: .latest(shared[id] ?? [])
                )
            )
        }
    }
}
