/// The answer to a direct question about one resource.
public enum Presence: Hashable, Sendable {
    /// It is there, and names these images: none where it is there but names no image any more.
    case uses([ImageReference])
    /// It is not there, by the service's own word; for an instance also: it is terminated.
    case gone
}
