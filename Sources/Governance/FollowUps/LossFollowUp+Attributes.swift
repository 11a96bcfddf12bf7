import AWSServices

/// An item of the shares table that is no image's: all of them have the partition key `loss-follow-up`, and `<image>#<loss>` as
/// their sort key (``ImageLoss/identity``), with `#part-<number>` behind it from the second part of a loss on.
extension LossFollowUp {
    static let partitionKey = "loss-follow-up"

    /// Of ``stateAttribute``, while it is looked at.
    static let pending = "pending"
    static let stateAttribute = "follow_up"
    static let expiryAttribute = "expires_at"
    private static let settled = "settled"
    private static let creator = "image_owner"
    private static let status = "loss_status"
    /// A list of principals' texts; absent where the loss is everybody's.
    private static let principals = "principals"
    private static let part = "part"
    private static let lookedAt = "looked_at"
    private static let toldAt = "told_at"
    private static let occurrence = "event_"

    var sortKey: String { Self.sortKey(of: loss, part: part) }

    static func sortKey(of loss: ImageLoss, part: Int) -> String {
        "\(loss.image)#\(loss.identity)" + (part == 0 ? "" : "#part-\(part)")
    }

    static func key(_ sortKey: String) -> DynamoDB.Item {
        [ShareRecord.imageKey: .string(partitionKey), ShareRecord.principalKey: .string(sortKey)]
    }

    /// Its attributes that are text.
    private var texts: ItemAttributes {
        var texts: ItemAttributes = [
            Self.stateAttribute: isSettled ? Self.settled : Self.pending,
            "region": loss.region.text,
            Self.creator: loss.creator.text,
            Self.status: loss.status.rawValue,
        ]
        texts.write(loss.occurrence, as: Self.occurrence)
        if part > 0 { texts[Self.part] = String(part) }
        texts[Self.lookedAt] = lookedAt?.description
        texts[Self.toldAt] = toldAt?.description
        return texts
    }

    /// Puts it, if what is there is still as it was read.
    func put(revision: Int?, table: String) -> DynamoDB.PutItem {
        var put = RevisedItem.put(texts, at: Self.key(sortKey), revision: revision, table: table)
        put.item[Self.expiryAttribute] = .number(Int(expires.epochSeconds))
        if case .principals(let principals) = loss.scope {
            put.item[Self.principals] = .list(principals.map { .string($0.description) })
        }
        return put
    }

    init(_ item: DynamoDB.Item) throws(MalformedItem) {
        let texts = item.texts
        guard let sortKey = texts[ShareRecord.principalKey],
            let image = ImageID(String(sortKey.prefix { $0 != "#" }))
        else { throw MalformedItem(attribute: ShareRecord.principalKey) }
        guard let creator = texts[Self.creator].flatMap(AccountID.init(_:)) else {
            throw MalformedItem(attribute: Self.creator)
        }
        guard let status = texts[Self.status].flatMap(ShareStatus.init(rawValue:)), status != .shared else {
            throw MalformedItem(attribute: Self.status)
        }
        guard let expiry = item[Self.expiryAttribute]?.integerValue,
            let milliseconds = Int64(exactly: expiry)?.multipliedReportingOverflow(by: 1000), !milliseconds.overflow
        else { throw MalformedItem(attribute: Self.expiryAttribute) }
        guard let part = texts[Self.part].map({ Int($0) }) ?? 0, part >= 0 else {
            throw MalformedItem(attribute: Self.part)
        }
        self.init(
            ImageLoss(
                image: image,
                region: try texts.region(),
                creator: creator,
                status: status,
                scope: try Self.scope(item[Self.principals]),
                occurrence: try texts.occurrence(Self.occurrence)
            ),
            part: part,
            expires: EventTime(milliseconds: milliseconds.partialValue)
        )
        // Whatever is made of the rest, it would be of another loss.
        guard self.sortKey == sortKey else { throw MalformedItem(attribute: ShareRecord.principalKey) }
        lookedAt = try texts.time(at: Self.lookedAt)
        toldAt = try texts.time(at: Self.toldAt)
        switch texts[Self.stateAttribute] {
        case Self.pending: isSettled = false
        case Self.settled: isSettled = true
        default: throw MalformedItem(attribute: Self.stateAttribute)
        }
    }

    private static func scope(_ value: AttributeValue?) throws(MalformedItem) -> ImageLoss.Scope {
        guard let value else { return .everyone }
        guard case .list(let values) = value else { throw MalformedItem(attribute: principals) }
        let read = values.compactMap { $0.stringValue.flatMap(Principal.init(_:)) }
        guard !read.isEmpty, read.count == values.count else { throw MalformedItem(attribute: principals) }
        return .principals(read)
    }
}
