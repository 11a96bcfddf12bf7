/// What a template says with every list at its elements: regions and accounts read from parameters and Organizations.
struct DesiredDistribution: Sendable, Equatable {
    var properties: DistributionProperties
    var regions: [String]
    /// The accounts AMIs are published to; nil where the template names neither accounts nor units.
    var publishingAccounts: [String]?
    /// The accounts that may launch AMIs; nil where the template names none.
    var sharingAccounts: [String]?

    /// - Throws: ``PropertyError`` for a list longer than Image Builder takes, and for a region that is given a value but
    ///   not distributed to.
    init(
        properties: DistributionProperties,
        regions: [String],
        publishingAccounts: [String]?,
        sharingAccounts: [String]?
    ) throws(PropertyError) {
        self.properties = properties
        self.regions = regions
        self.publishingAccounts = publishingAccounts
        self.sharingAccounts = sharingAccounts
        try Self.check("PublishingAccountIds", publishingAccounts)
        try Self.check("SharingAccountIds", sharingAccounts)
        var regional = [("KmsKeyIds", properties.keys?.regions ?? [])]
        for (member, value) in properties.outputs.sorted(by: { $0.key < $1.key }) {
            regional.append((member.prefix(1).uppercased() + member.dropFirst(), value.regions))
        }
        for (property, named) in regional {
            guard let other = named.first(where: { !regions.contains($0) }) else { continue }
            throw PropertyError("\(property).\(other)", "is not among AwsDistributionRegions")
        }
    }

    private static func check(_ property: String, _ accounts: [String]?) throws(PropertyError) {
        guard let count = accounts?.count, count > ServiceLimits.accounts else { return }
        throw PropertyError(
            property,
            "comes to \(count) accounts; Image Builder takes at most \(ServiceLimits.accounts)"
        )
    }
}
