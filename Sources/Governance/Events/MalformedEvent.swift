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

    init(_ error: any Error) {
        switch error {
        case let malformed as MalformedEvent:
            self = malformed
        case DecodingError.keyNotFound(let key, let context):
            self.init(field: Self.path(context.codingPath + [key]), reason: "missing")
        case DecodingError.valueNotFound(_, let context):
            self.init(field: Self.path(context.codingPath), reason: "null")
        case DecodingError.typeMismatch(_, let context):
            self.init(field: Self.path(context.codingPath), reason: "of the wrong type")
        case DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty:
            self.init(field: "event", reason: "not valid JSON")
        case DecodingError.dataCorrupted(let context):
            self.init(field: Self.path(context.codingPath), reason: context.debugDescription)
        default:
            self.init(field: "event", reason: "not readable")
        }
    }

    static func path(_ keys: [any CodingKey]) -> String {
        var text = ""
        for key in keys {
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += text.isEmpty ? key.stringValue : "." + key.stringValue
            }
        }
        return text.isEmpty ? "event" : text
    }
}
