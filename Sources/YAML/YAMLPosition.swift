/// A place in a text: its line and column, both from 1. Columns count characters, not bytes.
public struct YAMLPosition: Hashable, Comparable, Sendable, CustomStringConvertible {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// `12:5`, as compilers write it after the name of the file.
    public var description: String { "\(line):\(column)" }

    public static func < (a: Self, b: Self) -> Bool { (a.line, a.column) < (b.line, b.column) }
}

/// What is wrong with a YAML text, and where.
public struct YAMLFault: Error, Hashable, Sendable, CustomStringConvertible {
    public var message: String
    public var position: YAMLPosition

    public init(_ message: String, at position: YAMLPosition) {
        self.message = message
        self.position = position
    }

    public var description: String { "\(position): \(message)" }
}
