import AWSServices

/// A value that is the same in every region, or one for each region named.
enum RegionalValue<Value: Sendable & Equatable>: Sendable, Equatable {
    case everywhere(Value)
    case byRegion([String: Value])

    /// The value for a region; nil where the template says nothing about it.
    func value(in region: String) -> Value? {
        switch self {
        case .everywhere(let value): value
        case .byRegion(let values): values[region]
        }
    }

    /// The regions named, where there are any.
    var regions: [String] {
        guard case .byRegion(let values) = self else { return [] }
        return values.keys.sorted()
    }
}

extension PropertyReader {
    /// A value of either form: an object whose every member is named like a region holds one for each region.
    func regional<Value>(
        _ member: String,
        _ read: (JSONValue, String) throws(PropertyError) -> Value
    ) throws(PropertyError) -> RegionalValue<Value>? {
        guard let value = members[member], value != .null else { return nil }
        guard let object = value.object, !object.isEmpty, object.keys.contains(where: { Identifiers.isRegion($0) })
        else {
            return .everywhere(try read(value, name(member)))
        }
        var values: [String: Value] = [:]
        for (region, value) in object {
            guard Identifiers.isRegion(region) else {
                throw PropertyError(name(member), "\(quoted(region)) is not a region")
            }
            values[region] = try read(value, "\(name(member)).\(region)")
        }
        return .byRegion(values)
    }
}
