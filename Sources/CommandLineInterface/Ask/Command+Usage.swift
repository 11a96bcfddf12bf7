import AWSServices
import Governance
import YAML

extension Command {
    private static let image = Positional("image", "the image, ami-…")

    /// `usage <ami>`: every account and resource that uses it.
    static let usage = Command(
        "usage",
        summary: "list every account and resource that uses an image",
        details: [
            "Accounts that have the image are listed even if they are not known to use it, with what that is worth: an"
                + " account that was never looked through may use it all the same."
        ],
        positionals: [image],
        options: [CoverageOptions.maximumSweepAge] + TableOptions.all,
        examples: [
            .init("usage ami-0abcdef1234567890", "who breaks when it goes"),
            .init("usage ami-0abcdef1234567890 --output json", "the same for a program"),
        ],
        run: { context in
            let arguments = context.arguments
            let image: ImageID = try arguments.identifier(try arguments.required(image), "<image>")
            let maximumAge = try arguments.maximumSweepAge()
            let client = try context.aws.client()
            let region = try context.region(of: client)
            let tables = arguments.tables(DynamoDB(client))
            async let contents = tables.shares(of: image)
            async let coverage = tables.coverage(in: region)
            var rows: [UsageRow] = []
            let unreadable = try await tables.forEachUsage(of: image) { row in
                rows.append(row)
                context.console.progress("reading usage:", rows.count)
            }
            let answer = UsageAnswer(
                image: image,
                region: region,
                contents: try await contents,
                rows: rows,
                coverage: try await coverage,
                unreadableRows: unreadable.count,
                now: context.now(),
                maximumSweepAgeHours: maximumAge
            )
            context.warn(unreadable + answer.contents.unreadable)
            try context.show(answer.output)
            return .success
        }
    )
}

/// What is known of the use of one image.
struct UsageAnswer: Sendable {
    let image: ImageID
    let region: Region
    let contents: SharesContents
    /// Sorted by account.
    let rows: [UsageRow]
    let coverage: [AccountID: CoverageEntry]
    let unreadableRows: Int
    let now: EventTime
    let maximumSweepAgeHours: Int64

    private struct Account {
        let id: AccountID
        var summary: UsageSummary
        var rows: [UsageRow] = []
        let isShared: Bool
        let coverage: AccountCoverage
    }

    private var record: ImageRecord? { contents.images[image] }

    private var shares: [ShareRecord] {
        contents.shares.filter { $0.status == .shared }.sorted { $0.principal < $1.principal }
    }

    /// Those that use it and those that have it, sorted.
    private var accounts: [Account] {
        var shared: [AccountID: EventTime] = [:]
        for share in shares {
            if case .account(let account) = share.principal { shared[account] = share.permission.occurrence.time }
        }
        let rows = Dictionary(grouping: rows, by: \.key.account)
        return Set(rows.keys).union(shared.keys).sorted().map { id in
            var account = Account(
                id: id,
                summary: UsageSummary(account: id, limit: 0),
                rows: (rows[id] ?? []).sorted {
                    ($0.key.resource.kind, $0.key.resource.id) < ($1.key.resource.kind, $1.key.resource.id)
                },
                isShared: shared[id] != nil,
                coverage: AccountCoverage(
                    of: id,
                    coverage[id],
                    now: now,
                    maximumAgeHours: maximumSweepAgeHours,
                    shared: shared[id]
                )
            )
            for row in account.rows { account.summary.add(row) }
            return account
        }
    }

    var output: CommandOutput {
        let accounts = accounts
        let using = accounts.filter { !$0.rows.isEmpty }
        let groups = shares.map(\.principal).filter(\.isGroup)
        return CommandOutput(
            document: document(accounts, groups),
            blocks(accounts, using: using.count, groups)
        )
    }

    private func document(_ accounts: [Account], _ groups: [Principal]) -> YAMLValue {
        [
            "image_id": .string(image.text),
            "image_name": YAMLValue(record?.name),
            "image_status": YAMLValue(record?.status.rawValue),
            "region": .string(region.text),
            "account_count": .integer(accounts.count { !$0.rows.isEmpty }),
            "resource_count": .integer(rows.count),
            "unreadable_rows": .integer(unreadableRows),
            "groups": .sequence(groups.map { .string($0.description) }),
            "accounts": .sequence(
                accounts.map { account in
                    [
                        "account_id": .string(account.id.text),
                        "shared": .boolean(account.isShared),
                        "resource_count": .integer(account.rows.count),
                        "coverage": account.coverage.document,
                        "resources": .sequence(account.rows.map(Self.document)),
                    ]
                }
            ),
        ]
    }

    private static func document(_ row: UsageRow) -> YAMLValue {
        [
            "kind": .string(row.key.resource.kind.rawValue),
            "resource_id": .string(row.key.resource.id),
            "resource_name": YAMLValue(row.resourceName),
            "region": .string(row.region.text),
            "first_seen": .string(row.mark.time.description),
            "last_seen": .string(row.lastSeen.description),
            "source": .string(row.source.rawValue),
        ]
    }

    private func blocks(_ accounts: [Account], using: Int, _ groups: [Principal]) -> [CommandOutput.Block] {
        var blocks: [CommandOutput.Block] = [
            .facts([
                ("Image", .init(image.text, .strong)),
                ("Name", .init(optional: record?.name)),
                ("Status", .init(record?.status.rawValue ?? "not recorded", record == nil ? .faint : .plain)),
                (
                    "Known use",
                    rows.isEmpty
                        ? .init("none")
                        : .init("\(Counted.text(rows.count, "resource")) in \(Counted.text(using, "account"))", .strong)
                ),
            ])
        ]
        for group in groups {
            blocks.append(.text("It is shared with \(group.words): not every account that has it is known.", .warning))
        }
        if unreadableRows > 0 {
            blocks.append(.text("\(Counted.text(unreadableRows, "row")) cannot be read.", .warning))
        }
        if !accounts.isEmpty {
            var table = Table([
                .init("ACCOUNT"), .init("SHARED"), .init("KNOWN USE", minimumWidth: 12),
                .init("COVERAGE", minimumWidth: 16),
                .init("LAST EVENT"),
            ])
            for account in accounts {
                table.add([
                    .init(account.id.text), .init(account.isShared ? "yes" : "no", account.isShared ? .plain : .faint),
                    account.rows.isEmpty ? .init("none", .faint) : .init(Counted.text(account.summary)),
                    account.coverage.cell(at: now), account.coverage.lastEventCell,
                ])
            }
            blocks += [.heading("Accounts"), .table(table)]
        }
        if !rows.isEmpty {
            var table = Table([
                .init("ACCOUNT"), .init("KIND"), .init("RESOURCE", minimumWidth: 22), .init("NAME", minimumWidth: 8),
                .init("FIRST SEEN"), .init("LAST SEEN"), .init("BY"),
            ])
            for account in accounts {
                for row in account.rows {
                    table.add([
                        .init(account.id.text), .init(row.key.resource.kind.rawValue), .init(row.key.resource.id),
                        .init(optional: row.resourceName), .init(Moment.text(row.mark.time)),
                        .init(Moment.text(row.lastSeen)), .init(row.source.rawValue, .faint),
                    ])
                }
            }
            blocks += [.heading("Resources"), .table(table)]
        }
        return blocks
    }
}
