/// The state of an image. The greater takes more away.
public enum ImageStatus: String, Hashable, Sendable, CaseIterable, Comparable {
    case available
    case disabled
    case deregistered

    public static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

    private var rank: Int {
        switch self {
        case .available: 0
        case .disabled: 1
        case .deregistered: 2
        }
    }
}

/// What is known of an image itself.
public struct ImageRecord: Hashable, Sendable {
    public let image: ImageID
    public let region: Region
    /// The last events that enabled, disabled or deregistered it.
    public internal(set) var states: Sightings<ImageStatus>
    /// The last events that took it from every principal. They stay here, so that a share that is older but comes later
    /// ends as it must.
    public internal(set) var revocations: Sightings<ShareStatus>
    public internal(set) var name: String?
    /// When EC2 was first seen not to list the image, though it is recorded as shared; nil while EC2 lists it.
    var unlistedSince: EventTime?

    public init(
        image: ImageID,
        region: Region,
        states: Sightings<ImageStatus> = Sightings(),
        revocations: Sightings<ShareStatus> = Sightings(),
        name: String? = nil,
        unlistedSince: EventTime? = nil
    ) {
        self.image = image
        self.region = region
        self.states = states
        self.revocations = revocations
        self.name = name
        self.unlistedSince = unlistedSince
    }

    public var status: ImageStatus { states.effective?.status ?? .available }

    /// When it was last taken from every principal, as far as events told.
    public var lastRevoked: EventTime? {
        [revocations.call, revocations.stateChange].compactMap { $0?.occurrence.time }.max()
    }

    /// A time by which the image was there; nil where nothing is recorded of what happened to it.
    public var wasThere: EventTime? {
        let states = [states.call, states.stateChange].compactMap { $0?.occurrence.time }
        let revocations = [revocations.call, revocations.stateChange].compactMap { $0?.occurrence.time }
        return (states + revocations).min()
    }
}

/// What an event does to an image itself.
public struct ImageChange: Hashable, Sendable {
    public var states = Sightings<ImageStatus>()
    public var revocations = Sightings<ShareStatus>()
    /// The image's name, which never changes.
    public var name: String?

    public init() {}
}

extension ImageRecord {
    /// The record after a change.
    /// - Returns: nil where there is nothing to write.
    public static func merge(
        _ current: ImageRecord?,
        _ change: ImageChange,
        of image: ImageID,
        in region: Region
    ) -> ImageRecord? {
        var merged = current ?? ImageRecord(image: image, region: region)
        merged.states = merged.states.merging(change.states)
        merged.revocations = merged.revocations.merging(change.revocations)
        merged.name = merged.name ?? change.name
        // An event tells what has become of it.
        if merged.states != current?.states || merged.revocations != current?.revocations { merged.unlistedSince = nil }
        return merged == current ? nil : merged
    }
}
