import AWSClient

/// An identifier from outside, checked when it is made: its text has a shape that is safe in keys, requests and pages.
public protocol ValidatedText: Hashable, Comparable, Sendable, Encodable, CustomStringConvertible {
    /// What the text must be, for error messages: "an image id (ami-…)".
    static var expectation: String { get }
    var text: String { get }
    /// - Returns: nil where the text is not of the type's shape.
    init?(_ text: String)
}

extension ValidatedText {
    public static func < (a: Self, b: Self) -> Bool { a.text < b.text }

    public var description: String { text }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    /// Whether `text` is `prefix` followed by 1 to 32 letters (lower case) and digits.
    static func isIdentifier(_ text: String, prefix: StaticString) -> Bool {
        let bytes = text.utf8
        guard bytes.count > prefix.utf8CodeUnitCount, bytes.count <= prefix.utf8CodeUnitCount + 32,
            text.hasPrefix(prefix.description)
        else { return false }
        return bytes.dropFirst(prefix.utf8CodeUnitCount).allSatisfy(\.isLowercaseLetterOrDigit)
    }
}

extension EventReadable where Self: ValidatedText {
    init(reading value: JSONElement) throws(MalformedEvent) {
        guard let identifier = Self(try LenientString(reading: value).text) else {
            throw value.isMalformed("not \(Self.expectation)")
        }
        self = identifier
    }
}

extension UInt8 {
    var isDigit: Bool { (0x30...0x39).contains(self) }
    var isLowercaseLetterOrDigit: Bool { isDigit || (0x61...0x7A).contains(self) }
    var isLetterOrDigit: Bool { isLowercaseLetterOrDigit || (0x41...0x5A).contains(self) }
}
