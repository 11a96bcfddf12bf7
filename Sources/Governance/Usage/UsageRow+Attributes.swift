extension UsageRow.Key {
    /// The partition key of the usage table.
    public static let accountKey = "account_id"
    /// The sort key of the usage table.
    public static let resourceKey = "resource"
    /// The partition key of the index by image; its sort key is `accountKey`.
    public static let imageKey = "image_id"

    /// `<image_id>#<kind>#<resource_id>`
    public var sortKey: String { "\(image)#\(resource.kind.rawValue)#\(resource.id)" }

    public init?(account: AccountID, sortKey: String) {
        let parts = sortKey.split(separator: "#", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let image = ImageID(String(parts[0])),
            let kind = ResourceKind(rawValue: String(parts[1])),
            let resource = Resource(kind: kind, id: String(parts[2]))
        else { return nil }
        self.init(account: account, image: image, resource: resource)
    }
}

extension UsageRow {
    /// With `event_id`, the row's mark: what a conditional write compares.
    public static let firstSeenAttribute = "first_seen"
    public static let eventIDAttribute = "event_id"
    public static let lastSeenAttribute = "last_seen"

    /// Everything but the keys of the table.
    public var attributes: ItemAttributes {
        var attributes: ItemAttributes = [
            Key.imageKey: key.image.text,
            "kind": key.resource.kind.rawValue,
            "resource_id": key.resource.id,
            "region": region.text,
            Self.firstSeenAttribute: mark.time.description,
            Self.lastSeenAttribute: lastSeen.description,
            Self.eventIDAttribute: mark.eventID,
            "source": source.rawValue,
        ]
        attributes["resource_name"] = resourceName
        return attributes
    }

    public init(account: AccountID, sortKey: String, attributes: ItemAttributes) throws(MalformedItem) {
        guard let key = Key(account: account, sortKey: sortKey) else { throw MalformedItem(attribute: Key.resourceKey) }
        guard let firstSeen = attributes[Self.firstSeenAttribute].flatMap({ EventTime($0) }) else {
            throw MalformedItem(attribute: Self.firstSeenAttribute)
        }
        guard let eventID = attributes[Self.eventIDAttribute] else {
            throw MalformedItem(attribute: Self.eventIDAttribute)
        }
        guard let lastSeen = attributes[Self.lastSeenAttribute].flatMap({ EventTime($0) }) else {
            throw MalformedItem(attribute: Self.lastSeenAttribute)
        }
        guard let source = attributes["source"].flatMap(UsageSource.init(rawValue:)) else {
            throw MalformedItem(attribute: "source")
        }
        self.init(
            key: key,
            resourceName: attributes["resource_name"],
            region: try attributes.region(),
            mark: EventMark(time: firstSeen, eventID: eventID),
            lastSeen: lastSeen,
            source: source
        )
    }
}

extension MappingRecord {
    /// The partition key and the sort key of the mapping table.
    public static let resourceKey = "resource_id"
    public static let partKey = "part"
    /// Epoch seconds, as DynamoDB's time to live wants them: the only number of the item, see `expiry(afterDays:)`.
    public static let expiryAttribute = "expires_at"

    /// The mark's time of the latest sweep that saw the resource so.
    public static let seenAttribute = "seen"
    /// When a sweep came across it.
    public static let foundAttribute = "found"
    /// From when on a release counts, after a wrong one.
    public static let revivedAttribute = "revived"
    /// A number as text; absent for none.
    public static let touchesAttribute = "touches"

    /// Everything but the keys and the expiry. `state`, `event_time` and `event_id` say how things stand; the acquisition
    /// and the release that count are under `acquired_…` and `released_…`.
    public var attributes: ItemAttributes {
        var attributes: ItemAttributes = ["state": state.rawValue]
        attributes["kind"] = (key.resource?.kind ?? .launchTemplate).rawValue
        attributes["event_time"] = mark?.time.description
        attributes["event_id"] = mark?.eventID
        if let acquired {
            attributes["image_id"] = acquired.image.text
            attributes["resource_name"] = acquired.resourceName
            attributes["acquired_time"] = acquired.mark.time.description
            attributes["acquired_id"] = acquired.mark.eventID
            if acquired.isIntended { attributes["intended"] = "true" }
            attributes[Self.foundAttribute] = acquired.found?.description
        }
        attributes[Self.seenAttribute] = seen?.description
        if isIdle { attributes["idle"] = "true" }
        attributes[Self.revivedAttribute] = revived?.description
        if touches > 0 { attributes[Self.touchesAttribute] = String(touches) }
        attributes["released_time"] = released?.time.description
        attributes["released_id"] = released?.eventID
        return attributes
    }

    /// When a released record may be forgotten: no event of the resource is delivered that late. Nil while it is in use.
    public func expiry(afterDays days: Int64) -> Int64? {
        guard state == .released, let released else { return nil }
        return released.time.advanced(bySeconds: days * 86_400).epochSeconds
    }

    public init(key: MappingKey, attributes: ItemAttributes) throws(MalformedItem) {
        var acquired: Acquired?
        if let text = attributes["image_id"] {
            guard let image = ImageID(text) else { throw MalformedItem(attribute: "image_id") }
            guard let mark = try Self.mark("acquired_", in: attributes) else {
                throw MalformedItem(attribute: "acquired_time")
            }
            acquired = Acquired(
                image: image,
                resourceName: attributes["resource_name"],
                mark: mark,
                isIntended: attributes["intended"] == "true",
                found: try Self.time(Self.foundAttribute, in: attributes)
            )
        }
        self.init(
            key: key,
            acquired: acquired,
            released: try Self.mark("released_", in: attributes),
            seen: try Self.time(Self.seenAttribute, in: attributes),
            isIdle: attributes["idle"] == "true",
            revived: try Self.time(Self.revivedAttribute, in: attributes),
            touches: try Self.touches(in: attributes)
        )
    }

    private static func touches(in attributes: ItemAttributes) throws(MalformedItem) -> Int {
        guard let text = attributes[touchesAttribute] else { return 0 }
        guard let count = Int(text), count > 0 else { throw MalformedItem(attribute: touchesAttribute) }
        return count
    }

    private static func time(_ name: String, in attributes: ItemAttributes) throws(MalformedItem) -> EventTime? {
        guard let text = attributes[name] else { return nil }
        guard let time = EventTime(text) else { throw MalformedItem(attribute: name) }
        return time
    }

    private static func mark(_ prefix: String, in attributes: ItemAttributes) throws(MalformedItem) -> EventMark? {
        guard let time = try time(prefix + "time", in: attributes) else { return nil }
        guard let id = attributes[prefix + "id"] else { throw MalformedItem(attribute: prefix + "id") }
        return EventMark(time: time, eventID: id)
    }
}
