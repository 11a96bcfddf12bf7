import Governance
import YAML

/// What the usage table has of an account that is to be forgotten, and what became of it.
struct ForgetAnswer: Sendable {
    let contents: AccountContents
    let region: Region
    let table: String
    let departedAfterDays: Int64
    let now: EventTime
    /// Nil for a dry run.
    var result: GovernanceTables.Forgetting?

    private var isDeparted: Bool { contents.isDeparted(after: departedAfterDays, now: now) }

    /// Why the account may be one that is not gone, without a full stop; nil where its tracker was not heard of for long
    /// enough, or there is nothing to delete.
    var doubt: String? {
        guard contents.itemCount > 0, !isDeparted else { return nil }
        let tracker = "the usage tracker of account \(contents.account)"
        // Where one item tells of a time that is long ago, there is another that tells nothing.
        guard let sign = contents.lastSign, sign.advanced(bySeconds: departedAfterDays * 86_400) >= now else {
            return "it is not known when \(tracker) was heard of last"
        }
        let age = "\(Moment.text(sign)) UTC (\(Moment.age(of: sign, at: now)))"
        return "\(tracker) was heard of at \(age), less than \(departedAfterDays) days ago"
    }

    /// `2 instances, 1 launch template version, 1 row that cannot be read and the coverage of eu-central-1`.
    var what: String {
        var parts = contents.counts.keys.sorted().map { Counted.text(contents.counts[$0] ?? 0, $0.name) }
        if !contents.unreadable.isEmpty {
            let count = contents.unreadable.count
            parts.append(Counted.text(count, "row that cannot be read", "rows that cannot be read"))
        }
        let coverage = coveredRegions.isEmpty ? [] : ["the coverage of \(coveredRegions.joined(separator: ", "))"]
        return ([parts.joined(separator: ", ")].filter { !$0.isEmpty } + coverage).joined(separator: " and ")
    }

    private var resourceCount: Int { contents.counts.values.reduce(0, +) }

    /// What follows `coverage#` in the sort keys.
    private var coveredRegions: [String] {
        contents.coverage.keys.sorted().map { String($0.drop { $0 != "#" }.dropFirst()) }
    }

    var output: CommandOutput { CommandOutput(document: document, blocks) }

    // MARK: For programs

    private var document: YAMLValue {
        [
            "account_id": .string(contents.account.text),
            "region": .string(region.text),
            "table": .string(table),
            "last_heard_of": YAMLValue(contents.lastSign?.description),
            "departed": .boolean(isDeparted),
            "images_used": .integer(contents.images.count),
            "resource_count": .integer(resourceCount),
            "resource_counts": .mapping(
                contents.counts.keys.sorted().map { .init($0.rawValue, .integer(contents.counts[$0] ?? 0)) }
            ),
            "unreadable_rows": .integer(contents.unreadable.count),
            "coverage_regions": .sequence(coveredRegions.map(YAMLValue.string)),
            "item_count": .integer(contents.itemCount),
            "dry_run": .boolean(result == nil),
            "deleted": .integer(result?.deleted ?? 0),
            "kept": .integer(result?.kept ?? 0),
        ]
    }

    // MARK: For people

    private var blocks: [CommandOutput.Block] {
        guard contents.itemCount > 0 else {
            let place = "the table \(table) in \(region)"
            return [.text("Nothing to do: \(place) has nothing of account \(contents.account).", .good)]
        }
        guard let result else { return [.facts(facts), .text(prospect, .strong)] }
        return [.text(outcome(result), result.kept == 0 ? .good : .bad)]
    }

    private var facts: [(name: String, value: Table.Cell)] {
        let age = contents.lastSign.map { "\(Moment.text($0)) UTC, \(Moment.age(of: $0, at: now))" }
        var facts: [(name: String, value: Table.Cell)] = [
            ("Account", .init(contents.account.text, .strong)),
            ("Table", .init("\(table) in \(region)")),
            ("Last heard of", age.map { .init($0, isDeparted ? .plain : .warning) } ?? .init("not known", .warning)),
            ("Images used", .init(count: contents.images.count)),
            ("Resources", .init(count: resourceCount)),
        ]
        facts += contents.counts.keys.sorted().map { ("  \($0.rawValue)", .init(count: contents.counts[$0] ?? 0)) }
        if !contents.unreadable.isEmpty {
            facts.append(("Rows not readable", .init(String(contents.unreadable.count), .warning)))
        }
        facts.append(("Coverage", .init(optional: coveredRegions.joined(separator: ", "))))
        return facts
    }

    private var prospect: String {
        "\(Counted.text(contents.itemCount, "item")) would be deleted with --no-dry-run; nothing has been changed."
    }

    private func outcome(_ result: GovernanceTables.Forgetting) -> String {
        let deleted = "\(Counted.text(result.deleted, "item")) deleted"
        guard result.kept > 0 else { return "\(deleted): \(what). Account \(contents.account) is forgotten." }
        let cause = "written meanwhile: the account has a usage tracker that is at work."
        if result.deleted == 0 { return "Nothing deleted, what is there was \(cause)" }
        return "\(deleted), \(result.kept) kept, \(cause)"
    }
}
