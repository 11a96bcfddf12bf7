/// The attributes of an item of the shares table, all of them strings. This is the one place that knows their names.
///
/// `status`, `region` and `event_…` say how things stand and which event made it so. Under them lie what was seen last of
/// each kind (`permission_…`, `revoked_by_call_…`, `revoked_by_state_…`, `state_by_call_…`, `state_by_state_…`, each with
/// `status`, `time`, `id`, `name`, `actor`), from which the rest follows; and since when the permission has been told to be the same
/// (`permission_since`).
public typealias ItemAttributes = [String: String]

/// An item of a table that is not as this software writes it.
public struct MalformedItem: Error, Hashable, Sendable, CustomStringConvertible {
    public let attribute: String

    public init(attribute: String) { self.attribute = attribute }

    public var description: String { "malformed item: \(attribute)" }
}

extension ShareRecord {
    /// The partition key.
    public static let imageKey = "image_id"
    /// The sort key: a principal's text, or `ImageRecord.sortKey`.
    public static let principalKey = "principal"
    static let (statusAttribute, regionAttribute) = ("status", "region")
    /// Of the event that made the principal's status.
    static let timeAttribute = "event_time"
    /// Since when the permission is as it was told then, where that is earlier.
    static let sinceAttribute = "permission_since"

    /// Everything but the keys.
    public var attributes: ItemAttributes {
        var attributes: ItemAttributes = ["status": status.rawValue, "region": region.text]
        attributes.write(current.occurrence, as: "event_")
        attributes["first_shared"] = firstShared?.description
        if latestShare != firstShared { attributes["last_shared"] = latestShare?.description }
        attributes["unlisted_since"] = unlistedSince?.description
        if permission != current { attributes.write(permission, as: "permission_") }
        attributes[Self.sinceAttribute] = permissionSince?.description
        attributes.write(revocations, as: "revoked_by_")
        return attributes
    }

    public init(image: ImageID, principal: Principal, attributes: ItemAttributes) throws(MalformedItem) {
        let permission: Sighting<ShareStatus>
        if let kept: Sighting<ShareStatus> = try attributes.sighting("permission_") {
            permission = kept
        } else {
            permission = Sighting(try attributes.status(at: "status"), try attributes.occurrence("event_"))
        }
        self.init(
            image: image,
            principal: principal,
            region: try attributes.region(),
            permission: permission,
            permissionSince: try attributes.time(at: Self.sinceAttribute),
            revocations: try attributes.sightings("revoked_by_"),
            firstShared: try attributes.time(at: "first_shared"),
            lastShared: try attributes.time(at: "last_shared"),
            unlistedSince: try attributes.time(at: "unlisted_since")
        )
    }
}

extension ImageRecord {
    /// The sort key of an image's own item.
    public static let sortKey = "image"
    /// Of the last event that took the image from every principal.
    static let (revokedAtAttribute, revokedByAttribute) = ("revoked_at", "revoked_event_id")

    /// Everything but the keys. `revoked_at`, `revoked_status` and `revoked_event_id` tell the last event that took the
    /// image from every principal.
    public var attributes: ItemAttributes {
        var attributes: ItemAttributes = ["status": status.rawValue, "region": region.text]
        attributes["image_name"] = name
        attributes["unlisted_since"] = unlistedSince?.description
        if let state = states.effective { attributes.write(state.occurrence, as: "event_") }
        if let revocation = revocations.effective {
            attributes[Self.revokedAtAttribute] = revocation.occurrence.time.description
            attributes["revoked_status"] = revocation.status.rawValue
            attributes[Self.revokedByAttribute] = revocation.occurrence.eventID
        }
        attributes.write(states, as: "state_by_")
        attributes.write(revocations, as: "revoked_by_")
        return attributes
    }

    public init(image: ImageID, attributes: ItemAttributes) throws(MalformedItem) {
        self.init(
            image: image,
            region: try attributes.region(),
            states: try attributes.sightings("state_by_"),
            revocations: try attributes.sightings("revoked_by_"),
            name: attributes["image_name"],
            unlistedSince: try attributes.time(at: "unlisted_since")
        )
    }
}

extension ItemAttributes {
    mutating func write(_ occurrence: Occurrence, as prefix: String) {
        self[prefix + "time"] = occurrence.time.description
        self[prefix + "id"] = occurrence.eventID
        self[prefix + "name"] = occurrence.eventName
        self[prefix == "event_" ? "actor" : prefix + "actor"] = occurrence.actor
    }

    fileprivate mutating func write<Status>(_ sighting: Sighting<Status>, as prefix: String)
    where Status: RawRepresentable<String> {
        self[prefix + "status"] = sighting.status.rawValue
        write(sighting.occurrence, as: prefix)
    }

    fileprivate mutating func write<Status>(_ sightings: Sightings<Status>, as prefix: String)
    where Status: RawRepresentable<String> {
        if let call = sightings.call { write(call, as: prefix + "call_") }
        if let stateChange = sightings.stateChange { write(stateChange, as: prefix + "state_") }
    }

    func time(at name: String) throws(MalformedItem) -> EventTime? {
        guard let text = self[name] else { return nil }
        guard let time = EventTime(text) else { throw MalformedItem(attribute: name) }
        return time
    }

    func region() throws(MalformedItem) -> Region {
        guard let region = self["region"].flatMap(Region.init(_:)) else { throw MalformedItem(attribute: "region") }
        return region
    }

    fileprivate func status<Status: RawRepresentable<String>>(at name: String) throws(MalformedItem) -> Status {
        guard let status = self[name].flatMap(Status.init(rawValue:)) else { throw MalformedItem(attribute: name) }
        return status
    }

    func occurrence(_ prefix: String) throws(MalformedItem) -> Occurrence {
        guard let time = self[prefix + "time"].flatMap({ EventTime($0) }) else {
            throw MalformedItem(attribute: prefix + "time")
        }
        guard let id = self[prefix + "id"] else { throw MalformedItem(attribute: prefix + "id") }
        guard let name = self[prefix + "name"] else { throw MalformedItem(attribute: prefix + "name") }
        return Occurrence(
            time: time,
            eventID: id,
            eventName: name,
            actor: self[prefix == "event_" ? "actor" : prefix + "actor"]
        )
    }

    fileprivate func sighting<Status>(_ prefix: String) throws(MalformedItem) -> Sighting<Status>?
    where Status: RawRepresentable<String> {
        guard self[prefix + "status"] != nil else { return nil }
        return Sighting(try status(at: prefix + "status"), try occurrence(prefix))
    }

    fileprivate func sightings<Status>(_ prefix: String) throws(MalformedItem) -> Sightings<Status>
    where Status: RawRepresentable<String> {
        Sightings(call: try sighting(prefix + "call_"), stateChange: try sighting(prefix + "state_"))
    }
}
