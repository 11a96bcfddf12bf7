extension DynamoDB {
    /// A condition, key condition, filter or update expression whose names and values are placed by interpolation:
    ///
    ///     "attribute_not_exists(\(name: "event_time")) OR \(name: "event_time") < \(.string(time))"
    ///
    /// becomes `attribute_not_exists(#0) OR #0 < :0` with the names and values beside it, so that reserved words and
    /// values need no care. Text outside interpolations is sent as it is.
    public struct Expression: Sendable, Hashable, ExpressibleByStringInterpolation {
        enum Part: Sendable, Hashable {
            case text(String)
            case name(String)
            case value(AttributeValue)
        }

        var parts: [Part]

        init(parts: [Part]) {
            self.parts = parts
        }

        public init(stringLiteral value: String) {
            parts = [.text(value)]
        }

        public init(stringInterpolation: StringInterpolation) {
            parts = stringInterpolation.parts
        }

        public struct StringInterpolation: StringInterpolationProtocol {
            var parts: [Part] = []

            public init(literalCapacity: Int, interpolationCount: Int) {
                parts.reserveCapacity(interpolationCount * 2 + 1)
            }

            public mutating func appendLiteral(_ literal: String) {
                if !literal.isEmpty { parts.append(.text(literal)) }
            }

            /// The name of a top-level attribute.
            public mutating func appendInterpolation(name: String) {
                parts.append(.name(name))
            }

            public mutating func appendInterpolation(_ value: AttributeValue) {
                parts.append(.value(value))
            }

            /// Another expression.
            public mutating func appendInterpolation(_ expression: Expression) {
                parts += expression.parts
            }
        }

        /// A projection of top-level attributes.
        static func projection(_ names: [String]) -> Expression {
            var parts: [Part] = []
            for name in names {
                if !parts.isEmpty { parts.append(.text(", ")) }
                parts.append(.name(name))
            }
            return Expression(parts: parts)
        }

        /// The bytes of the names and values, about.
        var estimatedBytes: Int {
            parts.reduce(0) { total, part in
                switch part {
                case .text(let text): total + text.utf8.count
                case .name(let name): total + name.utf8.count
                case .value(let value): total + value.estimatedBytes
                }
            }
        }
    }

    /// Writes the expressions of one request with placeholders in common: `#0`, `#1`… for names, `:0`, `:1`… for values.
    struct ExpressionWriter {
        private(set) var names: [String: String] = [:]
        private(set) var values: [String: AttributeValue] = [:]
        private var placeholders: [String: String] = [:]

        mutating func write(_ expression: Expression?) -> String? {
            guard let expression else { return nil }
            var text = ""
            for part in expression.parts {
                switch part {
                case .text(let literal):
                    text += literal
                case .name(let name):
                    text += placeholder(of: name)
                case .value(let value):
                    let placeholder = ":\(values.count)"
                    values[placeholder] = value
                    text += placeholder
                }
            }
            return text
        }

        private mutating func placeholder(of name: String) -> String {
            if let placeholder = placeholders[name] { return placeholder }
            let placeholder = "#\(placeholders.count)"
            placeholders[name] = placeholder
            names[placeholder] = name
            return placeholder
        }
    }

    /// The members of a request that hold an expression, or what its placeholders stand for.
    enum ExpressionKey: String, CodingKey {
        case condition = "ConditionExpression"
        case filter = "FilterExpression"
        case keyCondition = "KeyConditionExpression"
        case projection = "ProjectionExpression"
        case update = "UpdateExpression"
        case names = "ExpressionAttributeNames"
        case values = "ExpressionAttributeValues"
    }

    /// Writes the expressions that are there, their names and their values.
    static func encode(_ expressions: [(ExpressionKey, Expression?)], to encoder: any Encoder) throws {
        var writer = ExpressionWriter()
        var container = encoder.container(keyedBy: ExpressionKey.self)
        for (key, expression) in expressions {
            try container.encodeIfPresent(writer.write(expression), forKey: key)
        }
        if !writer.names.isEmpty { try container.encode(writer.names, forKey: .names) }
        if !writer.values.isEmpty { try container.encode(writer.values, forKey: .values) }
    }
}
