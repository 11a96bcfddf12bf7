import Governance
import Sharing

extension PlanStep {
    /// What the step does, on its own: `share ami-… with account 222222222222 (dev)`.
    func words(in plan: SharePlan) -> String {
        switch change {
        case .launchPermission(_, let change):
            change.then ? "share \(image) with \(receiver(plan))" : "take \(image) from \(receiver(plan))"
        case .volumePermission, .keyGrant:
            rows(in: plan).map(\.what).joined(separator: ", ")
        case .tags(let resource, _, let changes):
            Self.verb(changes.first, purpose) + " \(Self.names(changes)) \(changes.first?.then == nil ? "of" : "to") "
                + resource + place(plan)
        }
    }

    /// The rows of a table in which the image stands beside: what, now, then.
    func rows(in plan: SharePlan) -> [(what: String, now: Table.Cell, then: Table.Cell)] {
        func row(_ what: String, _ change: StateChange.Transition<Bool>) -> (String, Table.Cell, Table.Cell) {
            func cell(_ isThere: Bool) -> Table.Cell { isThere ? .init("yes", .good) : .init("no", .faint) }
            return (what, cell(change.now), cell(change.then))
        }
        func given(_ what: String, _ change: StateChange.Transition<Bool>) -> [(String, Table.Cell, Table.Cell)] {
            [row(change.then ? "\(what) with \(receiver(plan))" : "\(what) from \(receiver(plan))", change)]
        }
        switch change {
        case .launchPermission(_, let change):
            return given(change.then ? "share" : "take", change)
        case .volumePermission(let snapshot, _, let change):
            return given("\(change.then ? "share" : "take") \(snapshot)", change)
        case .keyGrant(let key, _, let change):
            let name = key.split(separator: "/").last.map(String.init) ?? key
            return given("\(change.then ? "share" : "take") the use of key \(name)", change)
        case .tags(let resource, _, let changes):
            return changes.map { change in
                var what = "\(Self.verb(change, purpose)) \(change.name)"
                if resource != image.text { what += " \(change.then == nil ? "of" : "to") \(resource)" }
                what += place(plan)
                return (what, .init(optional: change.now), .init(optional: change.then))
            }
        }
    }

    private static func verb(_ change: StateChange.TagChange?, _ purpose: Purpose) -> String {
        if change?.then == nil { return "remove tag" }
        return purpose == .copiedTags ? "copy tag" : "set tag"
    }

    private static func names(_ changes: [StateChange.TagChange]) -> String {
        let names = changes.map(\.name)
        return names.count <= 4
            ? names.joined(separator: ", ") : "\(names.prefix(3).joined(separator: ", ")) and \(names.count - 3) more"
    }

    /// In which account a tag is, where that is not the source.
    private func place(_ plan: SharePlan) -> String {
        guard case .tags(_, let account, _) = change, account != plan.source.id else { return "" }
        return " in \(receiver(plan))"
    }

    /// `account 222222222222 (dev)`
    private func receiver(_ plan: SharePlan) -> String {
        guard let label = target, let target = plan.target(label) else { return target ?? "" }
        let name = target.principal.name
        return label == target.principal.identifier ? name : "\(name) (\(label))"
    }
}
