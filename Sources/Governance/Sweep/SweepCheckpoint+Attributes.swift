/// An item of the mapping table, under a key that is no resource's. Numbers are written as strings, like everything there
/// but the expiry.
extension SweepCheckpoint {
    public static let key = MappingKey(resourceID: "sweep", part: "-")

    /// What a conditional write compares.
    public static let revisionAttribute = "revision"

    public var attributes: ItemAttributes {
        var attributes: ItemAttributes = [
            Self.revisionAttribute: String(revision),
            "state": completed == nil ? "under way" : "completed",
            "started": started.description,
            "phase": phase.text,
            "failures": String(failures),
            "restarts": String(restarts),
            "resources": String(resources),
            "released": String(released),
            "revived": String(revived),
            "incomplete_before": String(incompleteBefore),
        ]
        attributes["completed"] = completed?.description
        attributes["section_started"] = sectionStarted?.description
        attributes["token"] = token
        if !skipped.isEmpty { attributes["skipped"] = Self.names(skipped).joined(separator: ",") }
        if !leftOut.isEmpty {
            attributes["left_out"] = leftOutNames.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: ",")
        }
        if !unavailable.isEmpty { attributes["unavailable"] = unavailableNames.joined(separator: ",") }
        attributes["unresolved_since"] = unresolvedSince?.description
        attributes["held_until"] = heldUntil?.description
        return attributes
    }

    /// As coverage records them.
    var skippedNames: [String] { Self.names(incomplete) }

    /// Of the sections that are left out in part, how many resources.
    var leftOutNames: [String: Int] {
        Dictionary(leftOut.map { ($0.key.rawValue, $0.value) }) { first, _ in first }
    }

    var unavailableNames: [String] { Self.names(unavailable) }

    private static func names(_ sections: Set<InventorySection>) -> [String] { sections.map(\.rawValue).sorted() }

    /// A section that this version does not have is none it could list.
    private static func sections(_ text: String?) -> Set<InventorySection> {
        Set((text ?? "").split(separator: ",").compactMap { .init(rawValue: String($0)) })
    }

    public init(attributes: ItemAttributes) throws(MalformedItem) {
        guard let started = try attributes.moment("started") else { throw MalformedItem(attribute: "started") }
        self.init(started: started)
        guard let phase = attributes["phase"] else { throw MalformedItem(attribute: "phase") }
        // A phase that this version does not have: the sweep is gone through from its beginning.
        if let known = Phase(text: phase) {
            self.phase = known
            sectionStarted = try attributes.moment("section_started")
            token = attributes["token"]
        }
        revision = try attributes.count(Self.revisionAttribute)
        completed = try attributes.moment("completed")
        skipped = Self.sections(attributes["skipped"])
        unavailable = Self.sections(attributes["unavailable"])
        unresolvedSince = try attributes.moment("unresolved_since")
        for entry in (attributes["left_out"] ?? "").split(separator: ",") {
            let parts = entry.split(separator: "=").map(String.init)
            guard parts.count == 2, let count = Int(parts[1]), count > 0 else {
                throw MalformedItem(attribute: "left_out")
            }
            if let section = InventorySection(rawValue: parts[0]) { leftOut[section] = count }
        }
        failures = try attributes.count("failures")
        restarts = try attributes.count("restarts")
        resources = try attributes.count("resources")
        released = try attributes.count("released")
        // Earlier versions do not have these.
        if attributes["revived"] != nil { revived = try attributes.count("revived") }
        if attributes["incomplete_before"] != nil { incompleteBefore = try attributes.count("incomplete_before") }
        heldUntil = try attributes.moment("held_until")
    }
}

extension SweepCheckpoint.Phase {
    private static let sectionPrefix = "listing "

    /// `listing instances`, `confirming`, …
    public var text: String {
        switch self {
        case .listing(let section): Self.sectionPrefix + section.rawValue
        case .confirming: "confirming"
        case .reconciling: "reconciling"
        case .completed: "completed"
        }
    }

    init?(text: String) {
        guard let phase = SweepCheckpoint.phases.first(where: { $0.text == text }) else { return nil }
        self = phase
    }
}

extension ItemAttributes {
    fileprivate func moment(_ name: String) throws(MalformedItem) -> EventTime? {
        guard let text = self[name] else { return nil }
        guard let time = EventTime(text) else { throw MalformedItem(attribute: name) }
        return time
    }

    fileprivate func count(_ name: String) throws(MalformedItem) -> Int {
        guard let count = self[name].flatMap({ Int($0) }), count >= 0 else { throw MalformedItem(attribute: name) }
        return count
    }
}
