import Sharing
import YAML

/// The difference of wish and reality, as people and programs see it.
struct DriftOutput {
    let drift: ShareDrift

    func output() throws -> CommandOutput {
        let plan = drift.plan
        var blocks: [CommandOutput.Block] = []
        if !plan.steps.isEmpty {
            var table = Table([
                .init("REGION"), .init("IMAGE"), .init("WHAT", minimumWidth: 30), .init("IS", minimumWidth: 6),
                .init("SHOULD BE", minimumWidth: 6),
            ])
            for step in plan.steps {
                for row in step.rows(in: plan) {
                    table.add([.init(step.region.text), .init(step.image.text), .init(row.what), row.now, row.then])
                }
            }
            blocks += [.heading("Missing"), .table(table)]
        }
        if !drift.surplus.isEmpty {
            var table = Table([
                .init("REGION"), .init("IMAGE"), .init("NAME", minimumWidth: 10), .init("TARGET"), .init("WHAT"),
            ])
            for surplus in drift.surplus {
                table.add([
                    .init(surplus.region.text), .init(surplus.image.text), .init(optional: surplus.name),
                    .init(surplus.target),
                    .init(surplus.isShared ? "shared, and not asked for" : "tagged as shared, and is not", .warning),
                ])
            }
            blocks += [.heading("Not asked for"), .table(table)]
        }
        blocks.append(.text(conclusion, drift.isNone ? .good : .warning))
        let surplus = drift.surplus.map { surplus -> YAMLValue in
            [
                "region": .string(surplus.region.text),
                "image_id": .string(surplus.image.text),
                "image_name": .string(surplus.name),
                "target": .string(surplus.target),
                "shared": .boolean(surplus.isShared),
                "tagged": .boolean(surplus.isTagged),
            ]
        }
        return CommandOutput(
            document: [
                "drift": .boolean(!drift.isNone),
                "missing": plan.document(digest: try plan.digest()),
                "surplus": .sequence(surplus),
            ],
            blocks
        )
    }

    private var conclusion: String {
        guard !drift.isNone else { return "No drift: all is shared as the manifest wishes." }
        let missing = Counted.text(drift.plan.steps.count, "step")
        let surplus = Counted.text(drift.surplus.count, "share")
        return "Drift: \(missing) missing, \(surplus) not asked for."
    }
}
