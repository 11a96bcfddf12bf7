import AWSClient
import Governance
import Sharing
import YAML

/// A plan as people and programs see it.
struct PlanOutput {
    let plan: SharePlan
    /// Where it was written.
    let file: String?

    func output() throws -> CommandOutput {
        let digest = try plan.digest()
        var blocks: [CommandOutput.Block] = []
        if !plan.steps.isEmpty {
            blocks += [.facts(facts(digest)), .heading("Steps"), .table(table)]
        }
        blocks.append(.text(conclusion, plan.steps.isEmpty ? .good : .strong))
        if !plan.steps.isEmpty, let next { blocks.append(.text(next, .faint)) }
        return CommandOutput(document: plan.document(digest: digest), blocks)
    }

    private func facts(_ digest: String) -> [(name: String, value: Table.Cell)] {
        var facts: [(name: String, value: Table.Cell)] = [
            ("Source", .init("account \(plan.source.id)\(plan.source.alias.map { " (\($0))" } ?? "")"))
        ]
        if let inputs = plan.inputs {
            facts.append(("Manifest", .init(inputs.manifest)))
            facts.append(("Looked at", .init(Counted.text(inputs.imageCount, "available image"))))
        }
        facts.append(("Digest", .init("sha256:\(digest)", .faint)))
        return facts
    }

    private var table: Table {
        var table = Table([
            .init("STEP", isNumber: true), .init("REGION"), .init("IMAGE"), .init("NAME", minimumWidth: 10),
            .init("WHAT", minimumWidth: 30), .init("NOW", minimumWidth: 6), .init("THEN", minimumWidth: 6),
        ])
        let names = Dictionary(plan.images.map { ($0.key, $0.name) }) { first, _ in first }
        for (index, step) in plan.steps.enumerated() {
            for row in step.rows(in: plan) {
                table.add([
                    .init(String(index + 1)), .init(step.region.text), .init(step.image.text),
                    .init(optional: names[step.imageKey]), .init(row.what), row.now, row.then,
                ])
            }
        }
        return table
    }

    private var conclusion: String {
        let images = Counted.text(plan.images.count { !$0.targets.isEmpty }, "image")
        let targets = Counted.text(Set(plan.images.flatMap(\.targets)).count, "target")
        if plan.steps.isEmpty {
            if plan.kind == .revoke { return "Nothing to do: nothing of \(images) is shared." }
            if plan.images.isEmpty { return "Nothing to do: no image matches." }
            return plan.problems.isEmpty
                ? "Nothing to do: \(images) shared with \(targets) as the manifest wishes."
                : "Nothing that can be done."
        }
        return "\(Counted.text(plan.steps.count, "step")) for \(images) and \(targets); nothing has been changed."
    }

    private var next: String? {
        file.map { "Written to \($0). Apply it with: amictl share apply \($0)" }
    }
}
