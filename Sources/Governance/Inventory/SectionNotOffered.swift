import LambdaRuntime

/// A section cannot be listed since the region does not offer the service, or the operation: nothing can be there.
public struct SectionNotOffered: LambdaError, Hashable {
    public let section: InventorySection
    /// The service itself says so. Else its endpoint has no address, which may pass: names are looked up over the network.
    public let isCertain: Bool

    public init(section: InventorySection, isCertain: Bool) {
        self.section = section
        self.isCertain = isCertain
    }

    public var errorMessage: String {
        isCertain
            ? "\(section.rawValue) are not offered in this region"
            : "\(section.rawValue) cannot be listed: the service's endpoint cannot be found in this region"
    }
}
