/// What a run of the guard came to.
public struct GuardReport: Hashable, Sendable {
    public struct Failure: Hashable, Sendable {
        public let image: ImageID
        public let reason: String
    }

    /// How many images were looked at.
    public internal(set) var images = 0
    public internal(set) var given: [ImageID] = []
    public internal(set) var taken: [ImageID] = []
    /// Newly found with protection of which it cannot be told whose it is.
    public internal(set) var left: [ImageID] = []
    public internal(set) var failures: [Failure] = []
    /// Whether it came to every image; the next run goes on where this one ended.
    public internal(set) var isComplete = true
}
