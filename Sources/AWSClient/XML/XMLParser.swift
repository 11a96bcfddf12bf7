import CExpat

/// Parses whole XML documents into ``XMLNode`` trees, with expat.
///
/// UTF-8, UTF-16, ISO-8859-1 and ASCII documents are read, as declared. A document type declaration is refused, so there
/// are no entities but the five of XML and no entity expansion; depth and size are bounded.
public struct XMLParser: Sendable {
    /// The largest document in bytes. The tree takes at most about twenty times as much memory.
    public var maximumBytes: Int
    /// The deepest nesting of elements.
    public var maximumDepth: Int
    /// Names of elements that are left out of the tree, with all that is in them, wherever they are but at the root. What
    /// is in them must still be well formed.
    public var omitted: Set<String>

    public init(
        maximumBytes: Int = AWSRequest.defaultMaximumResponseBytes,
        maximumDepth: Int = 64,
        omitted: Set<String> = []
    ) {
        self.maximumBytes = maximumBytes
        self.maximumDepth = maximumDepth
        self.omitted = omitted
    }

    /// The root element of a document.
    public func parse(_ bytes: [UInt8]) throws(XMLError) -> XMLNode {
        guard bytes.count <= maximumBytes else {
            throw XMLError(message: "\(bytes.count) bytes are more than \(maximumBytes)", line: 1, column: 1)
        }
        guard let parser = XML_ParserCreate(nil) else {
            throw XMLError(message: "out of memory", line: 1, column: 1)
        }
        defer { XML_ParserFree(parser) }
        let builder = XMLTreeBuilder(parser: parser, maximumDepth: maximumDepth, omitted: omitted)
        // The builder outlives the parse below, the only time in which expat calls back.
        return try withExtendedLifetime(builder) { () throws(XMLError) -> XMLNode in
            builder.install()
            let status = bytes.withUnsafeBytes { buffer in
                XML_Parse(parser, buffer.bindMemory(to: CChar.self).baseAddress, Int32(buffer.count), 1)
            }
            guard status == XML_STATUS_OK, let root = builder.root else {
                let code = XML_GetErrorCode(parser)
                let message = XML_ErrorString(code).map { String(cString: $0) } ?? "error \(code.rawValue)"
                throw XMLError(
                    message: builder.refusal ?? message,
                    line: Int(XML_GetCurrentLineNumber(parser)),
                    column: Int(XML_GetCurrentColumnNumber(parser)) + 1
                )
            }
            return root
        }
    }
}

/// Why a document is not taken.
public struct XMLError: Error, Sendable, Hashable, CustomStringConvertible {
    public var message: String
    /// From 1.
    public var line: Int
    /// From 1, in bytes.
    public var column: Int

    public init(message: String, line: Int, column: Int) {
        self.message = message
        self.line = line
        self.column = column
    }

    public var description: String { "XML line \(line) column \(column): \(message)" }
}
