/// What is there in one account and region: the resources that use an image, and how each of them names it.
public protocol Inventory: Sendable {
    /// One page of a section. Pages of several sections may be asked for at the same time.
    ///
    /// A resource occurs once for each image that it names, and may come again on a later page. The listing is not one
    /// moment's: what begins or ends while it goes on may be missing or still there.
    ///
    /// - Parameter token: ``InventoryPage/nextToken`` of the page before, from this invocation or an earlier one; nil for
    ///   the section's first page.
    /// - Throws: ``ExpiredInventoryToken``, after which the section is listed from its beginning; ``SectionNotOffered``;
    ///   `AWSError` as the service gave it, by whose `isRefusal` a section is told that cannot be listed at all.
    func page(of section: InventorySection, after token: String?) async throws -> InventoryPage

    /// Asks for each of the resources directly, by its identifier.
    ///
    /// - Returns: what is known of them. One that is missing could not be asked for (the caller may not, say), and
    ///   nothing is known of it.
    func presence(of resources: [Resource]) async throws -> [Resource: Presence]
}
