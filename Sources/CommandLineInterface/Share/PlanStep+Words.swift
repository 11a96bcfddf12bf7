import Governance
import Sharing

extension PlanStep {
    /// What the step changes, in words, without what is there now and then.
    func words(in plan: SharePlan) -> String {
        switch change {
        case .launchPermission: "\(verb) \(image) with \(targetWords(plan))"
        case .volumePermission(let snapshot, _, _): "\(verb) \(snapshot) with \(targetWords(plan))"
        case .keyGrant(let key, _, let change):
            change.then ? "grant \(targetWords(plan)) the key \(key)" : "take the key \(key) from \(targetWords(plan))"
        case .tags(let resource, let account, let changes):
            (changes.allSatisfy { $0.then == nil } ? "remove" : "set")
                + " \(Counted.text(changes.count, "tag")) of \(resource)"
                + (account == plan.source.id ? "" : " in \(targetWords(plan))")
        }
    }

    private var verb: String {
        switch change {
        case .launchPermission(_, let change), .volumePermission(_, _, let change): change.then ? "share" : "unshare"
        case .keyGrant, .tags: ""
        }
    }

    /// `account 222222222222 (dev)`
    private func targetWords(_ plan: SharePlan) -> String {
        guard let label = target, let target = plan.target(label) else { return target ?? "" }
        let name = target.principal.name
        return label == target.principal.identifier ? name : "\(name) (\(label))"
    }

    /// The rows of a table: what, now, then.
    func rows(in plan: SharePlan) -> [(what: String, now: Table.Cell, then: Table.Cell)] {
        func cell(_ isThere: Bool) -> Table.Cell { isThere ? .init("yes", .good) : .init("no", .faint) }
        switch change {
        case .launchPermission(_, let change), .volumePermission(_, _, let change), .keyGrant(_, _, let change):
            return [(words(in: plan), cell(change.now), cell(change.then))]
        case .tags(let resource, let account, let changes):
            let place = account == plan.source.id ? "" : " in \(targetWords(plan))"
            return changes.map { change in
                let verb = change.then == nil ? "remove tag" : purpose == .copiedTags ? "copy tag" : "tag"
                let what = "\(verb) \(change.name) \(change.then == nil ? "of" : "to") \(resource)\(place)"
                return (what, .init(optional: change.now), .init(optional: change.then))
            }
        }
    }
}
