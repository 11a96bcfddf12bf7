/// What an encodable value came to, before it is written: containers are filled in any order.
enum JSONOutput {
    case null
    case boolean(Bool)
    /// As it is written.
    case number(String)
    case string(String)
    case array(Elements)
    case object(Members)

    final class Elements {
        var values: [JSONOutput] = []
    }

    final class Members {
        var values: [String: JSONOutput] = [:]
    }

    func write(to json: inout JSONWriter) {
        switch self {
        case .null: json.literal("null")
        case .boolean(let value): json.boolean(value)
        case .number(let text): json.literal(text)
        case .string(let text): json.string(text)
        case .array(let elements): json.array(elements.values) { $1.write(to: &$0) }
        case .object(let members): json.map(members.values) { $1.write(to: &$0) }
        }
    }
}
