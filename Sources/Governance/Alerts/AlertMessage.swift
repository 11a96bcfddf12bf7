import AWSClient

/// The one form of JSON that is written: sorted names in snake_case.
public enum GovernanceJSON {
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        try JSONDocument.encode(value, name: snakeCase)
    }

    /// `consoleUrl` as `console_url`.
    static func snakeCase(_ name: String) -> String {
        name.reduce(into: "") { text, character in
            text += character.isUppercase ? "_" + character.lowercased() : String(character)
        }
    }
}

/// A resource as JSON.
struct ResourceMessage: Encodable {
    let id: String
    let name: String?
    let region: Region
    let firstSeen: EventTime
    let lastSeen: EventTime
    let consoleUrl: String

    init(_ row: UsageRow, links: ConsoleLinks) {
        id = row.key.resource.id
        name = row.resourceName
        region = row.region
        firstSeen = row.firstSeen
        lastSeen = row.lastObserved
        consoleUrl = links.resource(row.key.resource)
    }
}

struct KindMessage: Encodable {
    let kind: String
    let count: Int
    let first: [ResourceMessage]

    init(_ kind: ResourceKind, _ found: UsageSummary.Kind, links: ConsoleLinks) {
        self.kind = kind.rawValue
        count = found.count
        first = found.first.map { ResourceMessage($0, links: links) }
    }
}

/// An alert as JSON, for SNS. Contains no address.
public struct AlertMessage: Encodable, Sendable {
    /// SNS takes 256 KiB, attributes included.
    public static let maximumBytes = 250_000

    private let alert: ImageAlert
    private let links: ConsoleLinks
    private let delivery: AlertDelivery

    public init(_ alert: ImageAlert, links: ConsoleLinks, delivery: AlertDelivery) {
        self.alert = alert
        self.links = links
        self.delivery = delivery
    }

    /// At most `maximumBytes`: should the first 50 of each kind be too much, fewer of them are listed. Counts are whole.
    public func json() throws -> [UInt8] {
        var limit = alert.usage.limit
        while true {
            let bounded = ImageAlert(
                loss: alert.loss,
                imageName: alert.imageName,
                usage: alert.usage.limited(to: limit),
                coverage: alert.coverage,
                isMembershipUnknown: alert.isMembershipUnknown,
                foundAfter: alert.foundAfter
            )
            let json = try GovernanceJSON.encode(AlertMessage(bounded, links: links, delivery: delivery))
            if json.count <= Self.maximumBytes || limit == 0 { return json }
            limit /= 2
        }
    }

    private enum Key: String, CodingKey {
        case type, accountId, region, imageId, imageName, imageOwner, imageUrl, status, principals, description
        case actor, eventTime, eventId, eventName, membershipUnknown, foundAfter, email, resourceCount, resources,
            coverage
    }

    public func encode(to encoder: any Encoder) throws {
        var message = encoder.container(keyedBy: Key.self)
        let loss = alert.loss
        try message.encode("image_lost", forKey: .type)
        try message.encode(alert.account, forKey: .accountId)
        try message.encode(loss.region, forKey: .region)
        try message.encode(loss.image, forKey: .imageId)
        try message.encodeIfPresent(alert.imageName, forKey: .imageName)
        try message.encode(loss.creator, forKey: .imageOwner)
        try message.encode(links.image(loss.image), forKey: .imageUrl)
        try message.encode(loss.status.rawValue, forKey: .status)
        try message.encode(
            loss.principals(concerning: alert.account).prefix(100).map(\.description),
            forKey: .principals
        )
        try message.encode(alert.whatHappened, forKey: .description)
        try message.encodeIfPresent(loss.occurrence.actor, forKey: .actor)
        try message.encode(loss.occurrence.time, forKey: .eventTime)
        try message.encode(loss.occurrence.eventID, forKey: .eventId)
        try message.encode(loss.occurrence.eventName, forKey: .eventName)
        try message.encode(alert.isMembershipUnknown, forKey: .membershipUnknown)
        try message.encodeIfPresent(alert.foundAfter, forKey: .foundAfter)
        try message.encode(delivery, forKey: .email)
        try message.encode(CoverageMessage(alert.coverage), forKey: .coverage)
        try message.encode(alert.usage.count, forKey: .resourceCount)
        try message.encode(
            alert.usage.presentKinds.map { KindMessage($0, alert.usage[$0], links: links) },
            forKey: .resources
        )
    }
}
