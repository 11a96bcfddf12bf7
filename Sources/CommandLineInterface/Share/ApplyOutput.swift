import Sharing
import YAML

/// What became of a plan, as people and programs see it.
struct ApplyOutput {
    let plan: SharePlan
    let report: ApplyReport

    var output: CommandOutput {
        var table = Table([
            .init("STEP", isNumber: true), .init("REGION"), .init("WHAT", minimumWidth: 30), .init("OUTCOME"),
            .init("REASON", minimumWidth: 30),
        ])
        var steps: [YAMLValue] = []
        for (index, (step, outcome)) in zip(report.steps, report.outcomes).enumerated() {
            steps.append([
                "step": .integer(index + 1),
                "do": .string(step.purpose.rawValue),
                "region": .string(step.region.text),
                "image_id": .string(step.image.text),
                "target": YAMLValue(step.target),
                "outcome": .string(outcome.word),
                "reason": YAMLValue(outcome.reason),
            ])
            guard !outcome.isGood else { continue }
            table.add([
                .init(String(index + 1)), .init(step.region.text), .init(step.words(in: plan)),
                .init(outcome.word, .bad), .init(optional: outcome.reason),
            ])
        }
        var blocks: [CommandOutput.Block] = report.isComplete ? [] : [.table(table)]
        blocks.append(.text(summary, report.isComplete ? .good : .bad))
        return CommandOutput(
            document: [
                "complete": .boolean(report.isComplete), "summary": .string(summary), "steps": .sequence(steps),
            ],
            blocks
        )
    }

    private var summary: String {
        report.outcomes.isEmpty ? "Nothing to do." : "\(report.summary)."
    }
}
