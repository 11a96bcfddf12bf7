import AWSServices

/// A part of a distribution configuration that a template has taken charge of.
struct FieldPath: Sendable, Hashable {
    /// The region of the distribution; nil for members of the configuration itself.
    var region: String?
    /// The names of members from the outside to the inside; empty for the whole distribution of a region.
    var members: [String]

    /// The member with everything that concerns AMIs.
    static let image = "amiDistributionConfiguration"
    static let configurationDescription = FieldPath(region: nil, members: ["description"])

    static func wholeRegion(_ region: String) -> FieldPath { FieldPath(region: region, members: []) }
}

extension FieldPath: CustomStringConvertible {
    /// `eu-central-1 targetAccountIds`, for logs.
    var description: String {
        let name = members.drop { $0 == Self.image || $0 == "launchPermission" }.joined(separator: ".")
        guard let region else { return name }
        return name.isEmpty ? region : "\(region) \(name)"
    }
}

extension FieldPath {
    /// Fields grouped by their members, which are mostly the same in every region: `[{"members": […], "regions": […]}]`.
    static func document(_ fields: Set<FieldPath>) -> JSONValue {
        let groups = Dictionary(grouping: fields, by: \.members)
        return .array(
            groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { members, fields in
                let regions = fields.map { $0.region ?? "" }.sorted()
                return .object(["members": JSONValue(strings: members), "regions": JSONValue(strings: regions)])
            }
        )
    }

    /// The fields in such a document.
    static func fields(in document: JSONValue) -> Set<FieldPath> {
        var fields: Set<FieldPath> = []
        for group in document.array ?? [] {
            for region in group["regions"]?.strings ?? [] {
                fields.insert(
                    FieldPath(region: region.isEmpty ? nil : region, members: group["members"]?.strings ?? [])
                )
            }
        }
        return fields
    }
}
