import AWSServices

/// What items of the shares table say.
public struct SharesContents: Sendable {
    public private(set) var images: [ImageID: ImageRecord] = [:]
    public private(set) var shares: [ShareRecord] = []
    public private(set) var alerts: [AlertEntry] = []
    public private(set) var unreadable: [UnreadableItem] = []

    public init() {}

    /// The partition keys of items that are about the work of functions.
    private static let keysOfNoImage: Set = [
        DynamoDBGuardStore.cursorKeyValue, ShareSearchProgress.key, LossFollowUp.partitionKey,
    ]

    var itemCount: Int { images.count + shares.count + alerts.count + unreadable.count }

    mutating func add(_ item: DynamoDB.Item) {
        let key = item[ShareRecord.imageKey]?.stringValue
        if let key, Self.keysOfNoImage.contains(key) { return }
        do throws(MalformedItem) {
            guard let image = key.flatMap(ImageID.init(_:)) else {
                throw MalformedItem(attribute: ShareRecord.imageKey)
            }
            guard let sortKey = item[ShareRecord.principalKey]?.stringValue else {
                throw MalformedItem(attribute: ShareRecord.principalKey)
            }
            if sortKey == ImageRecord.sortKey {
                images[image] = try ImageRecord(image: image, attributes: item.texts)
            } else if let principal = Principal(sortKey) {
                shares.append(try ShareRecord(image: image, principal: principal, attributes: item.texts))
            } else if let alert = try AlertEntry(image: image, sortKey: sortKey, attributes: item.texts) {
                alerts.append(alert)
            }
        } catch {
            unreadable.append(UnreadableItem(table: "shares", key: key ?? "unknown", attribute: error.attribute))
        }
    }
}

/// The record of an alert, and what it is about.
public struct AlertEntry: Hashable, Sendable {
    public let image: ImageID
    public let account: AccountID
    /// How the image was lost: `removed`, `disabled` or `deregistered`.
    public let loss: ShareStatus
    /// Whether the administrator was told of accounts whose use is not known; the account is the images' own then.
    public let isAboutUnknownUse: Bool
    /// The loss's (``ImageLoss/identity``), or of a notice of it.
    let identity: String
    public let record: AlertRecord

    /// - Returns: nil where the sort key is not an alert's.
    init?(image: ImageID, sortKey: String, attributes: ItemAttributes) throws(MalformedItem) {
        guard let key = DynamoDBAlertStore.Key(image: image, sortKey: sortKey) else { return nil }
        guard let loss = ShareStatus(rawValue: String(key.loss.prefix { $0 != "#" })) else {
            throw MalformedItem(attribute: ShareRecord.principalKey)
        }
        self.image = image
        account = key.account
        identity = key.loss
        isAboutUnknownUse = key.loss.hasSuffix(UnknownUseNotice.suffix)
        self.loss = loss
        record = try AlertRecord(attributes: attributes)
    }
}
