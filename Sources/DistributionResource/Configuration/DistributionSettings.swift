import AWSServices

/// What `UpdateDistributionConfiguration` writes of a distribution configuration: all of it but name, timeout and tags,
/// which stay as they are.
struct DistributionSettings: Sendable, Equatable {
    var description: String?
    /// One object for each region, members in the API's spelling; also those that this program knows nothing of.
    var distributions: [JSONValue]

    init(description: String? = nil, distributions: [JSONValue]) {
        self.description = description
        self.distributions = distributions
    }

    var regions: [String] { distributions.compactMap { $0["region"]?.string } }

    subscript(region: String) -> JSONValue? {
        get { distributions.first { $0["region"]?.string == region } }
        set {
            let index = distributions.firstIndex { $0["region"]?.string == region }
            switch (index, newValue) {
            case (let index?, let value?): distributions[index] = value
            case (let index?, nil): distributions.remove(at: index)
            case (nil, let value?): distributions.append(value)
            case (nil, nil): break
            }
        }
    }

    /// The value of a field.
    subscript(field: FieldPath) -> JSONValue? {
        guard let region = field.region else {
            return field == .configurationDescription ? description.map(JSONValue.string) : nil
        }
        return self[region]?[field.members]
    }

    /// Whether both mean the same to Image Builder, where regions and lists have no order.
    func isEquivalent(to other: DistributionSettings) -> Bool {
        description == other.description
            && JSONValue.array(distributions).canonical == JSONValue.array(other.distributions).canonical
    }

    /// The fields of `fields`, and the regions, in which the two differ: sorted, for the log.
    func changes(to other: DistributionSettings, within fields: Set<FieldPath>) -> [String] {
        let named = fields.filter { self[$0]?.canonical != other[$0]?.canonical && !$0.members.isEmpty }
        let added = Set(other.regions).subtracting(regions).map { "\($0) added" }
        let removed = Set(regions).subtracting(other.regions).map { "\($0) removed" }
        return named.map(\.description).sorted() + added.sorted() + removed.sorted()
    }
}
