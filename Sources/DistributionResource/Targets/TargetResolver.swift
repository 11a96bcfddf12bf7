import AWSClient
import AWSServices

/// Turns the names of parameters and organizational units in a template into regions and accounts.
struct TargetResolver: Sendable {
    let parameters: SSM
    let organizations: Organizations

    /// How many requests are made at a time for one level of the organization.
    private static let concurrency = 4

    /// - Throws: ``PropertyError`` that names property and parameter, or `AWSError`.
    func resolve(_ properties: DistributionProperties) async throws -> DesiredDistribution {
        let values = try await values(of: properties.parameters)
        let regions = try list(properties.regions, "AwsDistributionRegions", values, "a region") {
            Identifiers.isRegion($0)
        }
        guard !regions.isEmpty else { throw PropertyError("AwsDistributionRegions", "must name at least one region") }
        func accounts(_ sources: [TargetSource], _ property: String) throws(PropertyError) -> [String] {
            try list(sources, property, values, "an account id of 12 digits") { Identifiers.isAccount($0) }
        }
        var publishing = try properties.publishingAccounts.map { try accounts($0, "PublishingAccountIds") }
        if let units = properties.publishingUnits {
            publishing = TextList.unique((publishing ?? []) + (try await self.accounts(below: units)))
        }
        return try DesiredDistribution(
            properties: properties,
            regions: regions,
            publishingAccounts: publishing,
            sharingAccounts: try properties.sharingAccounts.map { try accounts($0, "SharingAccountIds") }
        )
    }

    private func list(
        _ sources: [TargetSource],
        _ property: String,
        _ values: [String: SSM.Parameter],
        _ kind: String,
        where isValid: (String) -> Bool
    ) throws(PropertyError) -> [String] {
        var elements: [String] = []
        for source in sources {
            switch source {
            case .literal(let element):
                elements.append(element)
            case .parameter(let name):
                guard let parameter = values[name] else {
                    throw PropertyError(property, "there is no SSM parameter \(quoted(name))")
                }
                guard parameter.type != .secureString else {
                    throw PropertyError(
                        property,
                        "the SSM parameter \(quoted(name)) is no StringList but a SecureString"
                    )
                }
                for element in TextList.elements(of: parameter.value) {
                    guard isValid(element) else {
                        throw PropertyError(
                            property,
                            "\(quoted(element)) in the SSM parameter \(quoted(name)) is not \(kind)"
                        )
                    }
                    elements.append(element)
                }
            }
        }
        return TextList.unique(elements)
    }

    /// The parameters there are, by the names they were asked with.
    private func values(of names: [String]) async throws(AWSError) -> [String: SSM.Parameter] {
        guard !names.isEmpty else { return [:] }
        let (found, _) = try await parameters.parameters(names: names, withDecryption: false)
        var values: [String: SSM.Parameter] = [:]
        for parameter in found {
            values[parameter.name] = parameter
            if let arn = parameter.arn { values[arn] = parameter }
        }
        return values
    }

    /// The active accounts of units or roots and of all units below: those of each one given together, level by level.
    private func accounts(below units: [String]) async throws(AWSError) -> [String] {
        var accounts: [String] = []
        for unit in units {
            var level = [unit]
            // The tree is five levels deep at most; a service that answered in circles would not end it.
            var seen: Set<String> = []
            while !level.isEmpty {
                level = level.filter { seen.insert($0).inserted }
                let found = try await concurrentMap(level, limit: Self.concurrency) { parent throws(AWSError) in
                    (try await directAccounts(of: parent), try await directUnits(of: parent))
                }
                accounts += found.flatMap(\.0)
                level = found.flatMap(\.1)
            }
        }
        return TextList.unique(accounts)
    }

    private func directAccounts(of parent: String) async throws(AWSError) -> [String] {
        var ids: [String] = []
        for try await page in organizations.accounts(parentID: parent) {
            ids += (page.accounts ?? []).filter(\.isActive).map(\.id)
        }
        return ids
    }

    private func directUnits(of parent: String) async throws(AWSError) -> [String] {
        var ids: [String] = []
        for try await page in organizations.organizationalUnits(parentID: parent) {
            ids += (page.organizationalUnits ?? []).map(\.id)
        }
        return ids
    }
}
