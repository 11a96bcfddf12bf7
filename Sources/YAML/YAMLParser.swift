/// Reads a YAML text of one document.
///
/// Errors name line and column. What is taken for an error, besides what YAML itself forbids: a key that is there twice, a key
/// that is not a scalar, a tag other than `!!str`, `!!map` and `!!seq`, a second document, and a text that goes beyond the
/// limits, also by aliases that multiply (<https://en.wikipedia.org/wiki/Billion_laughs_attack>).
public struct YAMLParser: Sendable {
    /// How large a document may be.
    public struct Limits: Sendable {
        /// Of the text.
        public var bytes: Int
        /// Scalars, sequences and mappings, each counted as often as aliases repeat it.
        public var nodes: Int
        /// Collections within each other.
        public var depth: Int

        public init(bytes: Int = 1 << 20, nodes: Int = 100_000, depth: Int = 50) {
            self.bytes = bytes
            self.nodes = nodes
            self.depth = depth
        }
    }

    public var limits: Limits
    /// The values of `{{ .Name }}` by name; nil where the text has no such placeholders, and `{{` is YAML's own.
    public var placeholderValue: (@Sendable (_ name: String) -> String?)?

    public init(limits: Limits = Limits(), placeholderValue: (@Sendable (_ name: String) -> String?)? = nil) {
        self.limits = limits
        self.placeholderValue = placeholderValue
    }

    /// The document's root.
    ///
    /// - Throws: The first of what is wrong.
    public func parse(_ bytes: [UInt8]) throws(YAMLFault) -> YAMLNode {
        var faults: [YAMLFault] = []
        let root = parse(bytes, &faults)
        if let first = faults.min(by: { $0.position < $1.position }) { throw first }
        guard let root else { throw YAMLFault("the text has no document", at: YAMLPosition(line: 1, column: 1)) }
        return root
    }

    /// The document's root as far as it can be told, with what cannot as unknown nodes; nil where the text cannot be read to
    /// its end.
    ///
    /// - Parameter faults: Gets all that is wrong, up to what keeps the rest from being read.
    public func parse(_ bytes: [UInt8], _ faults: inout [YAMLFault]) -> YAMLNode? {
        do throws(YAMLFault) {
            var composer = try composer(of: bytes)
            defer { faults += composer.faults }
            return try composer.document()
        } catch {
            faults.append(error)
            return nil
        }
    }

    private func composer(of bytes: [UInt8]) throws(YAMLFault) -> YAMLComposer {
        let start = YAMLPosition(line: 1, column: 1)
        guard bytes.count <= limits.bytes else {
            throw YAMLFault("a text of \(bytes.count) bytes; the limit is \(limits.bytes)", at: start)
        }
        guard var text = String(validating: bytes, as: UTF8.self) else {
            throw YAMLFault("the text is not valid UTF-8", at: TextScanner.positionOfInvalidUTF8(in: bytes))
        }
        if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
        let placeholders = try placeholderValue.map { value throws(YAMLFault) in
            try YAMLPlaceholders(text, value: value)
        }
        let events = YAMLEvents(Array((placeholders?.text ?? text).utf8))
        return YAMLComposer(events: events, limits: limits, placeholders: placeholders)
    }
}
