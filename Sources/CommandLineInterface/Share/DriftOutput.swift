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
                    .init(surplus.region.text), .init(optional: surplus.image?.id.text),
                    .init(optional: surplus.image?.name), .init(surplus.target), .init(surplus.words, .warning),
                ])
            }
            blocks += [.heading("Not asked for"), .table(table)]
        }
        blocks.append(.text(conclusion, drift.isNone ? .good : .warning))
        return CommandOutput(
            document: [
                "drift": .boolean(!drift.isNone),
                "missing": plan.document(digest: try plan.digest()),
                "surplus": .sequence(drift.surplus.map(\.document)),
                "regions": .integer(drift.regionCount),
                "unseen": .sequence(drift.unseen.map { .string($0) }),
            ],
            blocks
        )
    }

    private var conclusion: String {
        let regions = Counted.text(drift.regionCount, "region")
        guard !drift.isNone else { return "No drift in \(regions): all is shared as the manifest wishes." }
        let missing = Counted.text(drift.plan.steps.count, "step")
        let surplus = Counted.text(drift.surplus.count, "share")
        return "Drift in \(regions): \(missing) missing, \(surplus) not asked for."
    }
}

extension ShareDrift.Surplus {
    fileprivate var words: String {
        let why = isInManifest ? "not asked for" : "not in the manifest"
        switch what {
        case .launchPermission: return "shared, and \(why)"
        case .shareTag: return "tagged as shared, and is not"
        case .snapshotPermission(let snapshot): return "\(snapshot) shared, and \(why)"
        case .keyGrant(let key): return "has a grant for \(key), and \(why)"
        }
    }

    fileprivate var document: YAMLValue {
        var (kind, snapshot, key, isShared, isTagged) = ("image", String?.none, String?.none, false, false)
        switch what {
        case .launchPermission(let tagged): (isShared, isTagged) = (true, tagged)
        case .shareTag: isTagged = true
        case .snapshotPermission(let id): (kind, snapshot, isShared) = ("snapshot", id.text, true)
        case .keyGrant(let arn): (kind, key, isShared) = ("key", arn, true)
        }
        return [
            "kind": .string(kind),
            "region": .string(region.text),
            "image_id": YAMLValue(image?.id.text),
            "image_name": YAMLValue(image?.name),
            "snapshot_id": YAMLValue(snapshot),
            "key": YAMLValue(key),
            "target": .string(target),
            "in_manifest": .boolean(isInManifest),
            "shared": .boolean(isShared),
            "tagged": .boolean(isTagged),
        ]
    }
}
