/// Which images are meant, and which of them are the creator's.
public protocol ImageResolver: Sendable {
    /// Follows the references.
    func images(of references: Set<ImageReference>) async throws -> ResolvedReferences

    /// Those of the images that are the creator's.
    func tracked(_ images: Set<ImageID>) async throws -> Set<ImageID>
}

/// Where references lead. One that is in neither leads to no image.
public struct ResolvedReferences: Hashable, Sendable {
    public var images: [ImageReference: ImageID]
    /// References that may not be followed.
    public var refused: Set<ImageReference>

    public init(images: [ImageReference: ImageID] = [:], refused: Set<ImageReference> = []) {
        self.images = images
        self.refused = refused
    }
}
