/// An event that cannot be understood. It names the field, as a path from the event's root.
public struct MalformedEvent: Error, Hashable, Sendable, CustomStringConvertible {
    /// For example `detail.requestParameters.imageId` or `detail.responseElements.instancesSet.items[3].imageId`;
    /// `event` where the whole is no JSON object.
    public let field: String
    /// What is wrong with it, without the value itself.
    public let reason: String

    public init(field: String, reason: String) {
        self.field = field
        self.reason = reason
    }

    public var description: String { "malformed event: \(field): \(reason)" }
}
