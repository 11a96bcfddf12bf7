/// A part of what a section of an inventory lists.
public struct InventoryPage: Hashable, Sendable {
    public let sightings: [ResourceSighting]
    /// Continues after this page; nil after the last one. Opaque, less than 4 KB, and good in another invocation as well,
    /// as long as the service honours its own token (an hour or more).
    public let nextToken: String?
    /// What of this page may not be looked at, as a person would name it. The rest of the page is complete.
    public let leftOut: [String]

    public init(sightings: [ResourceSighting], nextToken: String? = nil, leftOut: [String] = []) {
        self.sightings = sightings
        self.nextToken = nextToken
        self.leftOut = leftOut
    }
}
