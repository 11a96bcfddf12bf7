import LambdaRuntime

/// A section cannot be continued where it was left: the service, or this version of the software, no longer knows the
/// token. The section is listed from its beginning.
public struct ExpiredInventoryToken: LambdaError, Hashable {
    public let section: InventorySection

    public init(section: InventorySection) {
        self.section = section
    }

    public var errorMessage: String { "the listing of \(section.rawValue) cannot be continued: its token has expired" }
}
