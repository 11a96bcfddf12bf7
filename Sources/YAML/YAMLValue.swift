/// A tree of values, as YAML and JSON documents have them; mappings keep the order in which they were made.
public indirect enum YAMLValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int)
    case string(String)
    case sequence([YAMLValue])
    case mapping([Member])

    /// A name and its value in a mapping.
    public struct Member: Hashable, Sendable {
        public var name: String
        public var value: YAMLValue

        public init(_ name: String, _ value: YAMLValue) {
            self.name = name
            self.value = value
        }
    }
}

extension YAMLValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .integer(value) }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    public init(nilLiteral: ()) { self = .null }
    public init(arrayLiteral elements: YAMLValue...) { self = .sequence(elements) }
    public init(dictionaryLiteral elements: (String, YAMLValue)...) {
        self = .mapping(elements.map { Member($0.0, $0.1) })
    }

    /// The text, or null where there is none.
    public init(_ text: String?) { self = text.map(YAMLValue.string) ?? .null }

    /// The value of the first member of that name, where this is a mapping that has it.
    public subscript(name: String) -> YAMLValue? {
        guard case .mapping(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }
}
