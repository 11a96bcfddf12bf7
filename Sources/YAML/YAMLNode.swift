/// A value of a YAML document and where it stands.
public struct YAMLNode: Sendable {
    public enum Content: Sendable {
        case scalar(Scalar)
        case sequence([YAMLNode])
        case mapping([Entry])
        /// What stands there cannot be told, and is among the faults: a placeholder without a value, an alias of nothing.
        case unknown
    }

    /// A text. Whether it means a number, a truth value or nothing at all is for the reader to say, who knows what is
    /// wanted.
    public struct Scalar: Sendable, Hashable {
        public var text: String
        /// Whether it stands without quotation marks, is no block and nothing of it was filled in: only such a text can mean
        /// anything but itself.
        public var isPlain: Bool

        public init(_ text: String, isPlain: Bool = false) {
            self.text = text
            self.isPlain = isPlain
        }
    }

    /// One key of a mapping with its value. The key is a scalar.
    public struct Entry: Sendable {
        public var key: String
        public var keyPosition: YAMLPosition
        public var value: YAMLNode

        public init(key: String, keyPosition: YAMLPosition, value: YAMLNode) {
            self.key = key
            self.keyPosition = keyPosition
            self.value = value
        }
    }

    public var content: Content
    /// Where it begins; of what an alias stands for, where the alias points to.
    public var position: YAMLPosition

    public init(_ content: Content, at position: YAMLPosition) {
        self.content = content
        self.position = position
    }

    /// The text of a scalar.
    public var text: String? {
        if case .scalar(let scalar) = content { scalar.text } else { nil }
    }

    /// The values of a sequence.
    public var sequence: [YAMLNode]? {
        if case .sequence(let nodes) = content { nodes } else { nil }
    }

    /// The entries of a mapping, in their order; no key stands there twice.
    public var mapping: [Entry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    /// Whether what it is cannot be told; that is a fault already.
    public var isUnknown: Bool {
        if case .unknown = content { true } else { false }
    }

    /// Whether it is nothing: an empty plain scalar, `~` or `null` (<https://yaml.org/spec/1.2.2/#10321-tag-resolution>).
    public var isNull: Bool {
        guard case .scalar(let scalar) = content, scalar.isPlain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.text)
    }
}
