import AWSClient

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
        private(set) var names: [String] = []
        private(set) var values: [AttributeValue] = []

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
                    text += ":\(values.count)"
                    values.append(value)
                }
            }
            return text
        }

        private mutating func placeholder(of name: String) -> String {
            if let index = names.firstIndex(of: name) { return "#\(index)" }
            names.append(name)
            return "#\(names.count - 1)"
        }
    }
}

extension JSONWriter {
    /// Members with the expressions that are there, the names and the values of their placeholders.
    mutating func expressions(_ expressions: (name: String, expression: DynamoDB.Expression?)...) {
        var writer = DynamoDB.ExpressionWriter()
        for (name, expression) in expressions { member(name, writer.write(expression)) }
        if !writer.names.isEmpty {
            member("ExpressionAttributeNames") { json in
                json.object { json in
                    for (index, name) in writer.names.enumerated() { json.member("#\(index)", name) }
                }
            }
        }
        if !writer.values.isEmpty {
            member("ExpressionAttributeValues") { json in
                json.object { json in
                    for (index, value) in writer.values.enumerated() {
                        json.member(":\(index)") { value.write(to: &$0) }
                    }
                }
            }
        }
    }
}
