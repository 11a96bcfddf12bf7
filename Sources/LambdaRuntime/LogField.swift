/// A value that can stand in a structured log record.
public enum LogField: Sendable, Equatable {
    case string(String)
    case integer(Int)
    case number(Double)
    case boolean(Bool)
    case list([String])
}

/// What may be given as a field of a log record; nil leaves the field out.
public protocol LogFieldConvertible: Sendable {
    var logField: LogField? { get }
}

extension LogField: LogFieldConvertible {
    public var logField: LogField? { self }
}

extension String: LogFieldConvertible {
    public var logField: LogField? { .string(self) }
}

extension Int: LogFieldConvertible {
    public var logField: LogField? { .integer(self) }
}

extension Double: LogFieldConvertible {
    public var logField: LogField? { .number(self) }
}

extension Bool: LogFieldConvertible {
    public var logField: LogField? { .boolean(self) }
}

extension [String]: LogFieldConvertible {
    public var logField: LogField? { .list(self) }
}

extension Optional: LogFieldConvertible where Wrapped: LogFieldConvertible {
    public var logField: LogField? { self?.logField }
}
