import AWSServices
import Governance
import YAML

/// What the question came to whether an image may go.
struct CheckOutcome: Sendable {
    /// What in the owner's account refers to the image.
    enum References: Sendable {
        case notAsked
        case found([EC2.ImageReference])
        case notAvailable(reason: String)

        var list: [EC2.ImageReference] { if case .found(let list) = self { list } else { [] } }
    }

    let question: CheckQuestion
    let owner: AccountID?
    let result: ImageCheck.Result
    let references: References

    /// The verdict; a reference in the owner's account is a use as well, whether or not a usage tracker knows of it.
    var outcome: Verdict.Outcome { references.list.isEmpty ? result.verdict.outcome : .inUse }

    func output(at now: EventTime) throws -> CommandOutput {
        let answer = try JSONValue(parsing: result.json)
        return CommandOutput(document: document(answer), blocks(answer, now))
    }

    // MARK: For programs

    /// The deregistration checker's own answer, and what in the owner's account refers to the image.
    private func document(_ answer: JSONValue) -> YAMLValue {
        var members = answer.object ?? [:]
        members["verdict"] = .string(outcome.rawValue)
        members["in_use"] = .boolean(outcome == .inUse)
        // The checker leaves out what is not known; every command of this program says that it is not.
        for name in ["image_name", "image_status"] where members[name] == nil { members[name] = .null }
        members["coverage"] = answer["coverage"]?.array.map { .array($0.map(Self.whole)) }
        switch references {
        case .notAsked: break
        case .found(let list):
            members["image_references"] = .array(
                list.map { .object(["resource_type": .string($0.resourceType), "arn": .string($0.arn)]) }
            )
        case .notAvailable(let reason):
            members["image_references_reason"] = .string("references not available: \(reason)")
        }
        let first = ["image_id", "image_name", "image_status", "verdict", "in_use", "reasons", "reason_count", "notes"]
        let names = first.filter { members[$0] != nil } + members.keys.filter { !first.contains($0) }.sorted()
        return .mapping(names.map { .init($0, YAMLValue(members[$0] ?? .null)) })
    }

    /// The coverage of an account with all the members that `AccountCoverage.document` has.
    static func whole(_ coverage: JSONValue) -> JSONValue {
        guard var members = coverage.object else { return coverage }
        let times = ["last_sweep_started", "last_sweep_completed", "current_sweep_started", "last_event"]
        for name in times where members[name] == nil { members[name] = .null }
        if members["left_out"] == nil { members["left_out"] = .object([:]) }
        if members["unavailable"] == nil { members["unavailable"] = .array([]) }
        return .object(members)
    }

    // MARK: For people

    private func blocks(_ answer: JSONValue, _ now: EventTime) -> [CommandOutput.Block] {
        var blocks: [CommandOutput.Block] = [.text(headline(answer), outcome.style)]
        let reasons = answer["reasons"]?.strings ?? []
        if outcome == .unknown { blocks += reasons.map { .text("  - \($0)") } }
        if outcome == .clear { blocks += (answer["notes"]?.strings ?? []).map { .text("Note: \($0).", .faint) } }
        blocks += accounts(answer, now)
        blocks += ownerView(answer)
        blocks += referenceBlocks
        return blocks
    }

    private func headline(_ answer: JSONValue) -> String {
        let name = answer["image_name"]?.string.map { " (\($0))" } ?? ""
        let image = "\(question.image)\(name)"
        let scope = question.accounts.map { " in \($0.map(\.text).joined(separator: ", "))" } ?? ""
        switch outcome {
        case .inUse:
            let resources = answer["resource_count"]?.integer ?? 0
            let accounts = answer["account_count"]?.integer ?? 0
            let known =
                resources == 0
                ? "EC2 knows of use that the tables do not have"
                : "\(Counted.text(resources, "resource")) in \(Counted.text(accounts, "account"))"
            return "\(image) is in use\(scope): \(known)."
        case .clear: return "\(image) is clear: nothing\(scope) uses it, and that is known well."
        case .unknown: return "\(image): no use\(scope) is known, but that is not known well enough:"
        }
    }

    private func accounts(_ answer: JSONValue, _ now: EventTime) -> [CommandOutput.Block] {
        var use: [AccountID: String] = [:]
        for account in answer["accounts"]?.array ?? [] {
            guard let id = account["account_id"]?.string.flatMap(AccountID.init(_:)) else { continue }
            let kinds = (account["resources"]?.array ?? []).compactMap { entry -> String? in
                guard let kind = entry["kind"]?.string.flatMap(ResourceKind.init(rawValue:)) else { return nil }
                return Counted.text(entry["count"]?.integer ?? 0, kind.name)
            }
            use[id] = kinds.joined(separator: ", ")
        }
        let coverage = Dictionary(result.verdict.coverage.map { ($0.account, $0) }) { first, _ in first }
        let ids = Set(use.keys).union(coverage.keys).sorted()
        guard !ids.isEmpty else { return [] }
        var table = Table([
            .init("ACCOUNT"), .init("KNOWN USE", minimumWidth: 12), .init("COVERAGE", minimumWidth: 16),
            .init("LAST EVENT"),
        ])
        for id in ids {
            let own = id == owner ? " (owner)" : ""
            table.add([
                .init(id.text + own), use[id].map { .init($0) } ?? .init("none", .faint),
                cell(coverage[id], now), coverage[id]?.lastEventCell ?? .init("-", .faint),
            ])
        }
        return [.heading("Accounts"), .table(table)]
    }

    private func cell(_ coverage: AccountCoverage?, _ now: EventTime) -> Table.Cell {
        guard let coverage else { return .init("has the image no longer", .faint) }
        return coverage.cell(at: now)
    }

    private func ownerView(_ answer: JSONValue) -> [CommandOutput.Block] {
        switch result.ownerView {
        case .notAsked: return []
        case .notAvailable(let reason):
            return [.heading("EC2's own count"), .text("not available: \(reason)", .warning)]
        case .pending(let since):
            let text = "EC2 has been making it since \(Moment.text(since)) UTC: ask again in a few minutes"
            return [.heading("EC2's own count"), .text(text, .warning)]
        case .occupied(let since):
            let text = "EC2 has been making another one since \(Moment.text(since)) UTC: ask again in a few minutes"
            return [.heading("EC2's own count"), .text(text, .warning)]
        case .available(let report):
            var blocks: [CommandOutput.Block] = [.heading("EC2's own count, of \(Moment.text(report.created)) UTC")]
            guard !result.gaps.isEmpty else { return blocks + [.text("It agrees with the tables.", .good)] }
            var table = Table([
                .init("ACCOUNT"), .init("KIND"), .init("TABLES", isNumber: true), .init("EC2", isNumber: true),
                .init("DIFFERENCE", minimumWidth: 20),
            ])
            for gap in result.gaps {
                let explanation = gap.explanation(created: report.created)
                table.add([
                    .init(gap.account?.text ?? "not named"), .init(gap.kind.rawValue), .init(count: gap.table),
                    .init(count: gap.report), .init(explanation, gap.isExplained ? .faint : .warning),
                ])
            }
            blocks += [.text("It differs from the tables:", .warning), .table(table)]
            return blocks
        }
    }

    private var referenceBlocks: [CommandOutput.Block] {
        switch references {
        case .notAsked: return []
        case .notAvailable(let reason):
            return [.heading("References in this account"), .text("not available: \(reason)", .warning)]
        case .found(let list):
            guard !list.isEmpty else { return [] }
            return [.heading("References in this account")] + list.map { .text("  \($0.arn)") }
        }
    }
}

extension Verdict.Outcome {
    var style: TextStyle {
        switch self {
        case .inUse: .bad
        case .clear: .good
        case .unknown: .warning
        }
    }
}

extension JSONValue {
    var integer: Int? {
        guard case .integer(let value) = self else { return nil }
        return Int(value)
    }
}

extension YAMLValue {
    /// The same tree; members in the order of their names.
    init(_ value: JSONValue) {
        switch value {
        case .null: self = .null
        case .boolean(let value): self = .boolean(value)
        case .integer(let value): self = .integer(Int(value))
        case .number(let value): self = .string("\(value)")
        case .string(let text): self = .string(text)
        case .array(let elements): self = .sequence(elements.map(YAMLValue.init(_:)))
        case .object(let members):
            self = .mapping(members.keys.sorted().map { .init($0, YAMLValue(members[$0] ?? .null)) })
        }
    }
}
