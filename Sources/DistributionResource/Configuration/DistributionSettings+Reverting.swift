import AWSServices

extension DistributionSettings {
    /// The settings with `fields` as they were in `original`; everything else, also what others have changed since, stays.
    ///
    /// A region that was not there goes when nothing is left in it; one that was removed comes back.
    func reverting(_ fields: Set<FieldPath>, to original: DistributionSettings) -> DistributionSettings {
        var settings = self
        if fields.contains(.configurationDescription) { settings.description = original.description }
        for (region, fields) in Dictionary(grouping: fields, by: \.region) {
            guard let region else { continue }
            let before = original[region]
            guard var distribution = settings[region] else {
                if fields.contains(.wholeRegion(region)) { settings[region] = before }
                continue
            }
            for field in fields where !field.members.isEmpty {
                if let value = before?[field.members] {
                    distribution.set(value, at: field.members)
                } else {
                    distribution.remove(at: field.members, keepingObjectsOf: before)
                }
            }
            settings[region] = before == nil && !distribution.hasContent ? nil : distribution
        }
        let order = Dictionary(
            original.regions.enumerated().map { ($0.element, $0.offset) },
            uniquingKeysWith: { first, _ in first }
        )
        let ordered = settings.distributions.enumerated().sorted { left, right in
            let places = [left, right].map { order[$0.element["region"]?.string ?? ""] ?? original.distributions.count }
            return (places[0], left.offset) < (places[1], right.offset)
        }
        settings.distributions = ordered.map(\.element)
        return settings
    }
}

extension JSONValue {
    /// Whether a distribution says anything of weight: an empty object only stands in for an output.
    fileprivate var hasContent: Bool {
        (object ?? [:]).contains { $0.key != "region" && $0.value != .null && $0.value != .object([:]) }
    }
}
