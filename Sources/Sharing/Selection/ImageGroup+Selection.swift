import AWSClient
import Governance

extension ImageFilter {
    /// Whether an image passes.
    public func passes(_ image: SourceImage) -> Bool {
        let isEqual =
            switch property {
            case .tag(let name): image.tags[name] == value
            case .name: image.name == value
            case .id: image.id.text == value
            }
        return isEqual != isInverted
    }
}

extension ImageGroup {
    /// The images that the group stands for among those of one region: those that pass everything, the newest first, of
    /// two with the same date the one with the lesser id; no more than ``newest``.
    ///
    /// - Parameter now: From which ``maximumAge`` counts back.
    public func selection(from images: [SourceImage], at now: Timestamp) -> [SourceImage] {
        let oldest = maximumAge.map { now - .seconds($0.hours * 3600) }
        let passing = images.filter { image in
            guard filters.allSatisfy({ $0.passes(image) }), nameGlob?.matches(image.name) ?? true else { return false }
            guard let oldest else { return true }
            return image.created.map { $0 >= oldest } ?? false
        }
        let sorted = passing.sorted { a, b in
            let (first, second) = (a.created ?? .distantPast, b.created ?? .distantPast)
            return first == second ? a.id < b.id : first > second
        }
        return newest.map { Array(sorted.prefix($0)) } ?? sorted
    }
}

extension Timestamp {
    fileprivate static let distantPast = Timestamp(seconds: .min)
}

/// One image that is to be shared with one target.
public struct Wish: Hashable, Sendable {
    public let target: ShareTarget
    public let image: SourceImage
    /// The groups that chose it, sorted.
    public let groups: [String]

    public init(target: ShareTarget, image: SourceImage, groups: [String]) {
        self.target = target
        self.image = image
        self.groups = groups
    }
}

extension ShareManifest {
    /// A group that stands for no image in a region.
    public struct EmptyGroup: Hashable, Sendable, CustomStringConvertible {
        public let target: String
        public let group: String
        public let region: Region

        public var description: String { "no available image in \(region) matches the group \(group) of \(target)" }
    }

    /// What the manifest asks for, given the images there are: by region, image and then in the order of the targets.
    public func wishes(
        from images: [Region: [SourceImage]],
        at now: Timestamp
    ) -> (wishes: [Wish], empty: [EmptyGroup]) {
        var wishes: [(order: Int, wish: Wish)] = []
        var empty: [EmptyGroup] = []
        for (order, target) in targets.enumerated() {
            var chosen: [SourceImage: [String]] = [:]
            for group in target.groups {
                for region in group.regions {
                    let selection = group.selection(from: images[region] ?? [], at: now)
                    for image in selection { chosen[image, default: []].append(group.name) }
                    if selection.isEmpty {
                        empty.append(EmptyGroup(target: target.label, group: group.name, region: region))
                    }
                }
            }
            wishes += chosen.map { (order, Wish(target: target, image: $0.key, groups: $0.value.sorted())) }
        }
        wishes.sort { ($0.wish.image.key, $0.order) < ($1.wish.image.key, $1.order) }
        return (wishes.map(\.wish), empty)
    }
}
