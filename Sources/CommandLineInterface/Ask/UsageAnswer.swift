import AWSServices
import Governance
import YAML

/// What the tables tell of the use of one image. What they cannot tell is no part of "none": it is said to be not known.
struct UsageAnswer: Sendable {
    let image: ImageID
    /// The account whose image it is; nil where it is not known.
    let owner: AccountID?
    let region: Region
    let contents: SharesContents
    /// Sorted by account.
    let rows: [UsageRow]
    let coverage: [AccountID: CoverageEntry]
    let unreadableRows: Int
    let now: EventTime
    let maximumSweepAgeHours: Int64

    /// How an account comes by the image, as far as the tables tell.
    enum Access: Hashable, Sendable {
        case owner
        case shared
        /// It had the image, and has it no longer.
        case lost
        /// No share with it is recorded: it may have the image by one that no event told of and that was not found yet, or by
        /// one with its organization or unit.
        case notRecorded
    }

    struct Account: Sendable {
        let id: AccountID
        let access: Access
        let rows: [UsageRow]
        let summary: UsageSummary
        let coverage: AccountCoverage
    }

    private var record: ImageRecord? { contents.images[image] }

    /// Whether the tables have anything about the image but its use and its name. They have nothing about one that was last changed
    /// before the installation, nor about one that never was.
    var isRecorded: Bool { record?.wasThere != nil || !contents.shares.isEmpty }

    /// Organizations, units and the public that have it, whose accounts the tables do not name.
    private var groups: [Principal] {
        contents.shares.filter { $0.status == .shared }.map(\.principal).filter(\.isGroup).sorted()
    }

    /// Its owner, those that use it, those that have or had it, and, where that does not name all who may have it, those that
    /// have a usage tracker; sorted.
    var accounts: [Account] {
        var shares: [AccountID: ShareRecord] = [:]
        for share in contents.shares {
            if case .account(let account) = share.principal { shares[account] = share }
        }
        let rows = Dictionary(grouping: rows, by: \.key.account)
        var ids = Set(rows.keys).union(shares.keys)
        if let owner { ids.insert(owner) }
        if !isRecorded || !groups.isEmpty {
            ids.formUnion(
                coverage.filter { !$0.value.isDeparted(after: CoverageEntry.defaultDepartedAfterDays, now: now) }.keys
            )
        }
        return ids.sorted().map { account($0, shares[$0], rows[$0] ?? []) }
    }

    private func account(_ id: AccountID, _ share: ShareRecord?, _ rows: [UsageRow]) -> Account {
        var summary = UsageSummary(account: id, limit: 0)
        for row in rows { summary.add(row) }
        let isShared = share?.status == .shared
        let access: Access = id == owner ? .owner : isShared ? .shared : share == nil ? .notRecorded : .lost
        return Account(
            id: id,
            access: access,
            rows: rows.sorted {
                ($0.key.resource.kind, $0.key.resource.id) < ($1.key.resource.kind, $1.key.resource.id)
            },
            summary: summary,
            coverage: AccountCoverage(
                of: id,
                coverage[id],
                now: now,
                maximumAgeHours: maximumSweepAgeHours,
                possession: share?.standing ?? .noMatter
            )
        )
    }

    var output: CommandOutput {
        let accounts = accounts
        return CommandOutput(document: document(accounts), blocks(accounts))
    }

    // MARK: For programs

    private func document(_ accounts: [Account]) -> YAMLValue {
        [
            "image_id": .string(image.text),
            "image_name": YAMLValue(record?.name),
            "image_status": YAMLValue(record?.status.rawValue),
            "recorded": .boolean(isRecorded),
            "owner": YAMLValue(owner?.text),
            "region": .string(region.text),
            "account_count": .integer(accounts.count { !$0.rows.isEmpty }),
            "resource_count": .integer(rows.count),
            "unreadable_rows": .integer(unreadableRows),
            "unknown_account_count": .integer(accounts.count { !$0.coverage.isKnown }),
            "groups": .sequence(groups.map { .string($0.description) }),
            "accounts": .sequence(
                accounts.map { account in
                    [
                        "account_id": .string(account.id.text),
                        "owner": .boolean(account.access == .owner),
                        "shared": account.access.isShared.map { .boolean($0) } ?? .null,
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
            "first_seen": .string(row.firstSeen.description),
            "last_seen": .string(row.lastObserved.description),
            "source": .string(row.source.rawValue),
        ]
    }

    // MARK: For people

    private func blocks(_ accounts: [Account]) -> [CommandOutput.Block] {
        var blocks: [CommandOutput.Block] = [
            .facts([
                ("Image", .init(image.text, .strong)),
                ("Name", .init(optional: record?.name)),
                ("Status", .init(record?.status.rawValue ?? "not recorded", record == nil ? .faint : .plain)),
                ("Owner", .init(owner?.text ?? "not known", owner == nil ? .faint : .plain)),
                ("Known use", knownUse(accounts)),
            ])
        ]
        blocks += doubts(accounts).map { .text($0, .warning) }
        if rows.isEmpty || accounts.contains(where: { !$0.coverage.isKnown || $0.access == .notRecorded }) {
            blocks.append(
                .text(
                    "amictl check \(image) asks EC2 as well: who has the image now, and how many resources use it.",
                    .faint
                )
            )
        }
        if !accounts.isEmpty { blocks += [.heading("Accounts"), .table(table(of: accounts))] }
        if !rows.isEmpty { blocks += [.heading("Resources"), .table(resources(of: accounts))] }
        return blocks
    }

    private func knownUse(_ accounts: [Account]) -> Table.Cell {
        guard rows.isEmpty else {
            let using = Counted.text(accounts.count { !$0.rows.isEmpty }, "account")
            return .init("\(Counted.text(rows.count, "resource")) in \(using)", .strong)
        }
        return doubts(accounts).isEmpty
            ? .init("none that is recorded")
            : .init("none that is recorded; whether there is any is not known", .warning)
    }

    /// Why there may be more than is listed.
    private func doubts(_ accounts: [Account]) -> [String] {
        var doubts: [String] = []
        if !isRecorded {
            doubts.append(
                "No share or change of the image is recorded: it is older than the installation, or there is no such image."
                    + " Who has it is not known."
            )
        }
        for group in groups {
            doubts.append("It is shared with \(group.words): not every account that has it is known.")
        }
        if owner == nil { doubts.append("Whose image it is, and whether the owner uses it, is not known.") }
        let unknown = accounts.count { !$0.coverage.isKnown }
        if unknown > 0 {
            doubts.append("The use by \(unknown) of \(Counted.text(accounts.count, "account")) is not known well.")
        }
        if unreadableRows > 0 { doubts.append("\(Counted.text(unreadableRows, "row")) cannot be read.") }
        return doubts
    }

    private func table(of accounts: [Account]) -> Table {
        var table = Table([
            .init("ACCOUNT"), .init("SHARED"), .init("KNOWN USE", minimumWidth: 12),
            .init("COVERAGE", minimumWidth: 16),
            .init("LAST EVENT"),
        ])
        for account in accounts {
            table.add([
                .init(account.id.text), account.access.cell, account.knownUse, account.coverage.cell(at: now),
                account.coverage.lastEventCell,
            ])
        }
        return table
    }

    private func resources(of accounts: [Account]) -> Table {
        var table = Table([
            .init("ACCOUNT"), .init("KIND"), .init("RESOURCE", minimumWidth: 22), .init("NAME", minimumWidth: 8),
            .init("FIRST SEEN"), .init("LAST SEEN"), .init("BY"),
        ])
        for account in accounts {
            for row in account.rows {
                table.add([
                    .init(account.id.text), .init(row.key.resource.kind.rawValue), .init(row.key.resource.id),
                    .init(optional: row.resourceName), .init(Moment.text(row.firstSeen)),
                    .init(Moment.text(row.lastObserved)), .init(row.source.rawValue, .faint),
                ])
            }
        }
        return table
    }
}

extension UsageAnswer.Account {
    fileprivate var knownUse: Table.Cell {
        if !rows.isEmpty { return .init(Counted.text(summary)) }
        return coverage.isKnown ? .init("none", .faint) : .init("none recorded", .faint)
    }
}

extension UsageAnswer.Access {
    /// Whether the image is shared with the account; nil where the tables do not tell, and of the owner, who needs no share.
    fileprivate var isShared: Bool? {
        switch self {
        case .shared: true
        case .lost: false
        case .owner, .notRecorded: nil
        }
    }

    fileprivate var cell: Table.Cell {
        switch self {
        case .owner: .init("owner")
        case .shared: .init("yes")
        case .lost: .init("no longer", .faint)
        case .notRecorded: .init("not recorded", .faint)
        }
    }
}
