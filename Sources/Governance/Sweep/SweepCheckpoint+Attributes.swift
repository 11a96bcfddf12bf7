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
            "phase": phase.rawValue,
            "failures": String(failures),
            // Earlier versions, to which one may go back, expect it.
            "restarts": "0",
            "resources": String(resources),
            "released": String(released),
            "revived": String(revived),
            "incomplete_before": String(incompleteBefore),
        ]
        attributes["completed"] = completed?.description
        attributes["token"] = token
        attributes["throttled_since"] = throttledSince?.description
        if !listed.isEmpty { attributes["listed"] = Self.names(listed).joined(separator: ",") }
        for (section, place) in places {
            for (name, value) in place.attributes { attributes["\(section.rawValue).\(name)"] = value }
        }
        if !skipped.isEmpty { attributes["skipped"] = Self.names(skipped).joined(separator: ",") }
        if !leftOut.isEmpty {
            attributes["left_out"] = leftOutNames.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: ",")
        }
        if !unavailable.isEmpty { attributes["unavailable"] = unavailableNames.joined(separator: ",") }
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
        if let known = Phase(rawValue: phase) {
            self.phase = known
            token = attributes["token"]
            listed = Self.sections(attributes["listed"])
            for section in InventorySection.allCases where !listed.contains(section) {
                places[section] = try SectionPlace(of: section.rawValue, attributes)
            }
        } else if let section = Self.section(ofPhase: phase) {
            listed = Set(InventorySection.allCases.prefix { $0 != section })
            places[section] = try SectionPlace(ofEarlierVersion: attributes)
        }
        revision = try attributes.count(Self.revisionAttribute)
        completed = try attributes.moment("completed")
        skipped = Self.sections(attributes["skipped"])
        unavailable = Self.sections(attributes["unavailable"])
        for entry in (attributes["left_out"] ?? "").split(separator: ",") {
            let parts = entry.split(separator: "=").map(String.init)
            guard parts.count == 2, let count = Int(parts[1]), count > 0 else {
                throw MalformedItem(attribute: "left_out")
            }
            if let section = InventorySection(rawValue: parts[0]) { leftOut[section] = count }
        }
        if self.phase != .listing {
            failures = try attributes.count("failures")
            throttledSince = try attributes.moment("throttled_since")
        }
        resources = try attributes.count("resources")
        released = try attributes.count("released")
        // Earlier versions do not have these.
        if attributes["revived"] != nil { revived = try attributes.count("revived") }
        if attributes["incomplete_before"] != nil { incompleteBefore = try attributes.count("incomplete_before") }
        heldUntil = try attributes.moment("held_until")
        // What was left may have been a section that this version does not have.
        if self.phase == .listing, unlisted.isEmpty { endPhase() }
    }
}

extension SweepCheckpoint {
    /// Of a phase as earlier versions wrote it, which listed one section after the other: `listing instances`.
    fileprivate static func section(ofPhase text: String) -> InventorySection? {
        let prefix = "listing "
        return text.hasPrefix(prefix) ? InventorySection(rawValue: String(text.dropFirst(prefix.count))) : nil
    }
}

extension SectionPlace {
    fileprivate var attributes: ItemAttributes {
        var attributes: ItemAttributes = ["failures": String(failures), "restarts": String(restarts)]
        attributes["started"] = started?.description
        attributes["token"] = token
        attributes["unresolved_since"] = unresolvedSince?.description
        attributes["throttled_since"] = throttledSince?.description
        return attributes
    }

    /// Nil where the section has not been begun.
    fileprivate init?(of section: String, _ attributes: ItemAttributes) throws(MalformedItem) {
        guard attributes["\(section).failures"] != nil else { return nil }
        started = try attributes.moment("\(section).started")
        token = attributes["\(section).token"]
        failures = try attributes.count("\(section).failures")
        restarts = try attributes.count("\(section).restarts")
        unresolvedSince = try attributes.moment("\(section).unresolved_since")
        throttledSince = try attributes.moment("\(section).throttled_since")
    }

    fileprivate init(ofEarlierVersion attributes: ItemAttributes) throws(MalformedItem) {
        started = try attributes.moment("section_started")
        token = attributes["token"]
        failures = try attributes.count("failures")
        restarts = try attributes.count("restarts")
        unresolvedSince = try attributes.moment("unresolved_since")
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
