/// The fields of an HTTP message, in order; names compare without regard to ASCII case (RFC 9110, section 5.1).
public struct HTTPHeaders: Sendable, Equatable, ExpressibleByDictionaryLiteral, Sequence {
    /// One field line.
    public struct Field: Sendable, Equatable {
        public var name: String
        public var value: String
    }

    private var fields: [Field] = []

    public init() {}

    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name: name, value: value) }
    }

    public var count: Int { fields.count }

    public mutating func reserveCapacity(_ count: Int) { fields.reserveCapacity(count) }

    /// The value of the first field of this name. Setting replaces every field of the name; `nil` removes them.
    public subscript(name: String) -> String? {
        get { fields.first { Self.equal($0.name, name) }?.value }
        set {
            guard let newValue else {
                fields.removeAll { Self.equal($0.name, name) }
                return
            }
            guard let index = fields.firstIndex(where: { Self.equal($0.name, name) }) else {
                fields.append(Field(name: name, value: newValue))
                return
            }
            fields[index] = Field(name: name, value: newValue)
            // The first one stays, where it is.
            var isFirst = true
            fields.removeAll { field in
                guard Self.equal(field.name, name) else { return false }
                defer { isFirst = false }
                return !isFirst
            }
        }
    }

    /// Every value of this name, in order.
    public func values(of name: String) -> [String] {
        fields.filter { Self.equal($0.name, name) }.map(\.value)
    }

    /// Appends a field; fields of the same name stay.
    public mutating func add(name: String, value: String) {
        fields.append(Field(name: name, value: value))
    }

    public func makeIterator() -> IndexingIterator<[Field]> { fields.makeIterator() }

    /// Whether two names are the same but for ASCII case.
    package static func equal(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        if left == right { return true }
        var left = left
        var right = right
        return left.withUTF8 { left in
            right.withUTF8 { right in left.indices.allSatisfy { lowercase(left[$0]) == lowercase(right[$0]) } }
        }
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }
}
