/// A resource that was seen, and an image that it names.
public struct ResourceSighting: Hashable, Sendable {
    public let resource: Resource
    /// A name beside the identifier, such as a launch template's.
    public let resourceName: String?
    public let image: ImageReference

    public init(_ resource: Resource, named resourceName: String? = nil, of image: ImageReference) {
        self.resource = resource
        self.resourceName = resourceName
        self.image = image
    }
}
