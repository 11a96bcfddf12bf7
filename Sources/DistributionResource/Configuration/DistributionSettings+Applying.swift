import AWSServices

extension DistributionSettings {
    /// The settings as a template wants them, and the fields it took charge of. Whatever the template does not name stays.
    ///
    /// - Throws: ``PropertyError`` where the AMI's tags come to more than Image Builder takes.
    func applying(
        _ desired: DesiredDistribution
    ) throws(PropertyError) -> (settings: DistributionSettings, fields: Set<FieldPath>) {
        var settings = self
        var fields: Set<FieldPath> = []
        if let builderName = desired.properties.builderName {
            settings.description = DistributionProperties.description(builderName: builderName)
            fields.insert(.configurationDescription)
        }
        for region in desired.regions {
            var distribution = settings[region] ?? .object(["region": .string(region)])
            for (members, value) in desired.values(in: region) {
                fields.insert(FieldPath(region: region, members: members))
                distribution.put(value, at: members)
            }
            for (tag, targets) in TargetTag.targets(of: distribution) {
                let members = [FieldPath.image, "amiTags", tag]
                fields.insert(FieldPath(region: region, members: members))
                let text = TargetList.text(targets, limit: ServiceLimits.tagValueCharacters)
                distribution.put(text.isEmpty ? nil : .string(text), at: members)
            }
            // Image Builder refuses a region without any output.
            if !distribution.hasOutput { distribution.set(.object([:]), at: [FieldPath.image]) }
            let tags = distribution[[FieldPath.image, "amiTags"]]?.object?.count ?? 0
            guard tags <= ServiceLimits.tags else {
                throw PropertyError(
                    "AmiTags",
                    "AMIs in \(region) would have \(tags) tags; at most \(ServiceLimits.tags) are possible"
                )
            }
            settings[region] = distribution
        }
        if desired.properties.removesOtherRegions {
            for region in settings.regions where !desired.regions.contains(region) {
                settings[region] = nil
                fields.insert(.wholeRegion(region))
            }
        }
        return (settings, fields)
    }
}

extension DesiredDistribution {
    /// What the template says of a region: members and their values, nil to take the member away.
    fileprivate func values(in region: String) -> [(members: [String], value: JSONValue?)] {
        func image(_ names: String...) -> [String] { [FieldPath.image] + names }
        func list(_ elements: [String]) -> JSONValue? { elements.isEmpty ? nil : JSONValue(strings: elements) }
        var values: [(members: [String], value: JSONValue?)] = []
        if let name = properties.imageName { values.append((image("name"), .string(name))) }
        if let accounts = publishingAccounts { values.append((image("targetAccountIds"), list(accounts))) }
        if let accounts = sharingAccounts { values.append((image("launchPermission", "userIds"), list(accounts))) }
        if let organizations = properties.sharingOrganizations {
            values.append((image("launchPermission", "organizationArns"), list(organizations)))
        }
        if let units = properties.sharingUnits {
            values.append((image("launchPermission", "organizationalUnitArns"), list(units)))
        }
        if let key = properties.keys?.value(in: region) { values.append((image("kmsKeyId"), .string(key))) }
        for (key, value) in properties.imageTags { values.append((image("amiTags", key), .string(value))) }
        for (member, output) in properties.outputs {
            guard let value = output.value(in: region) else { continue }
            values.append(([member], value == .array([]) || value == .object([:]) ? nil : value))
        }
        return values
    }
}

extension JSONValue {
    /// Sets the value, or takes it away where there is none.
    fileprivate mutating func put(_ value: JSONValue?, at path: [String]) {
        if let value { set(value, at: path) } else { remove(at: path) }
    }

    /// Whether a distribution says anything besides its region.
    var hasOutput: Bool { (object ?? [:]).contains { $0.key != "region" && $0.value != .null } }
}
