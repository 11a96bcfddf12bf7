import Glibc

/// Environment variables; one that is set to nothing counts as not set, as Lambda's emulator sets `AWS_SESSION_TOKEN`.
public struct AWSEnvironment: Sendable, ExpressibleByDictionaryLiteral {
    private let lookup: @Sendable (String) -> String?

    /// The process's own.
    public static let process = AWSEnvironment { name in getenv(name).map { String(cString: $0) } }

    public init(_ lookup: @escaping @Sendable (String) -> String?) {
        self.lookup = lookup
    }

    public init(_ values: [String: String]) {
        lookup = { values[$0] }
    }

    public init(dictionaryLiteral elements: (String, String)...) {
        self.init(Dictionary(elements) { _, last in last })
    }

    public subscript(name: String) -> String? {
        guard let value = lookup(name), !value.isEmpty else { return nil }
        return value
    }

    /// The value as it is: one that is set to nothing is the empty text.
    public func value(of name: String) -> String? { lookup(name) }
}
