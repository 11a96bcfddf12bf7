import AWSClient
import AWSServices
import Governance

/// An image of the source account, as a plan looks at it.
public struct SourceImage: Hashable, Sendable {
    public let id: ImageID
    public let region: Region
    public let name: String
    /// nil where EC2 does not say, which counts as older than anything.
    public let created: Timestamp?
    /// All of them, those of AWS as well.
    public let tags: [String: String]
    /// Of its volumes, sorted.
    public let snapshots: [SnapshotID]
    public let hasEncryptedSnapshots: Bool

    public init(
        id: ImageID,
        region: Region,
        name: String,
        created: Timestamp?,
        tags: [String: String] = [:],
        snapshots: [SnapshotID] = [],
        hasEncryptedSnapshots: Bool = false
    ) {
        self.id = id
        self.region = region
        self.name = name
        self.created = created
        self.tags = tags
        self.snapshots = snapshots
        self.hasEncryptedSnapshots = hasEncryptedSnapshots
    }

    /// - Returns: nil for an image that is not the account's own or not available.
    public init?(_ image: EC2.Image, in region: Region, owner: AccountID) {
        guard image.ownerID == owner.text, image.state == "available", let id = ImageID(image.imageID) else {
            return nil
        }
        self.init(
            id: id,
            region: region,
            name: image.name ?? "",
            created: image.creationDate.flatMap { Timestamp(dateTime: $0) },
            tags: image.tags,
            snapshots: Set(image.blockDevices.compactMap { $0.snapshotID.flatMap { SnapshotID($0) } }).sorted(),
            hasEncryptedSnapshots: image.blockDevices.contains { $0.isEncrypted && $0.snapshotID != nil }
        )
    }

    public var key: RegionalID { RegionalID(region: region, id: id.text) }

    /// The snapshots in their region.
    var snapshotKeys: [RegionalID] { snapshots.map { RegionalID(region: region, id: $0.text) } }
}

/// An EBS snapshot, `snap-…`.
public struct SnapshotID: ValidatedText {
    public static let expectation = "a snapshot id (snap-…)"
    public let text: String

    public init?(_ text: String) {
        let bytes = text.utf8
        guard text.hasPrefix("snap-"), (6...40).contains(bytes.count),
            bytes.dropFirst(5).allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) })
        else { return nil }
        self.text = text
    }
}

/// An image or snapshot in its region.
public struct RegionalID: Hashable, Comparable, Sendable {
    public let region: Region
    public let id: String

    public init(region: Region, id: String) {
        self.region = region
        self.id = id
    }

    public static func < (a: Self, b: Self) -> Bool { (a.region, a.id) < (b.region, b.id) }
}
