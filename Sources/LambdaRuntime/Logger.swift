/// Writes log records as AWS Lambda documents them: one line a record, whole, with one `write(2)` where the system takes it.
///
/// JSON (`AWS_LAMBDA_LOG_FORMAT=JSON`):
/// `{"timestamp":"2026-11-20T08:00:00.123Z","level":"INFO","message":"…","requestId":"…","tenantId":"…", fields…}`.
/// Text: `[INFO]`, timestamp, request id and message separated by tabs, then `name=value` for each field; a line break
/// in a value is written as a carriage return, as Lambda's own runtimes do, so that a record stays one log event.
///
/// Records go to standard error, from where Lambda takes them for CloudWatch Logs. (`_LAMBDA_TELEMETRY_LOG_FD`, a framed
/// channel that some of Lambda's managed runtimes are given, is neither documented nor needed for records of one line.)
///
/// A logger is a small value: `with(_:_:)` gives another one that adds a field to each of its records.
public struct Logger: Sendable {
    /// Records below this level are dropped; their messages and fields are never evaluated.
    public var level: LogLevel

    let format: LogFormat
    let sink: LogSink
    private(set) var requestID = ""
    /// Fields of every record, encoded in the logger's format.
    private var scope: [UInt8] = []

    /// A logger in the given format and from the given level on.
    public init(level: LogLevel = .info, format: LogFormat = .text, sink: LogSink = .standardError) {
        self.level = level
        self.format = format
        self.sink = sink
    }

    /// The same logger for one invocation.
    func with(requestID: String, tenantID: String?) -> Logger {
        var logger = self
        logger.requestID = requestID
        if format == .json { Self.appendJSON("requestId", .string(requestID), to: &logger.scope) }
        if let tenantID { logger.append("tenantId", .string(tenantID), to: &logger.scope) }
        return logger
    }

    /// The same logger with one more field in each of its records.
    public func with(_ name: String, _ value: some LogFieldConvertible) -> Logger {
        guard let field = value.logField else { return self }
        var logger = self
        logger.appendOwn(name, field, to: &logger.scope)
        return logger
    }

    public typealias Fields = KeyValuePairs<String, any LogFieldConvertible>

    public func trace(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> Fields = [:]) {
        log(.trace, message(), fields())
    }

    public func debug(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> Fields = [:]) {
        log(.debug, message(), fields())
    }

    public func info(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> Fields = [:]) {
        log(.info, message(), fields())
    }

    public func warn(
        _ message: @autoclosure () -> String,
        error: (any Error)? = nil,
        _ fields: @autoclosure () -> Fields = [:]
    ) {
        log(.warn, message(), error: error, fields())
    }

    public func error(
        _ message: @autoclosure () -> String,
        error: (any Error)? = nil,
        _ fields: @autoclosure () -> Fields = [:]
    ) {
        log(.error, message(), error: error, fields())
    }

    public func fatal(
        _ message: @autoclosure () -> String,
        error: (any Error)? = nil,
        _ fields: @autoclosure () -> Fields = [:]
    ) {
        log(.fatal, message(), error: error, fields())
    }

    /// Writes a record, unless its level is filtered out. An error adds `errorType`, `errorMessage` and, where it has
    /// causes, `stackTrace`.
    public func log(
        _ level: LogLevel,
        _ message: @autoclosure () -> String,
        error: (any Error)? = nil,
        _ fields: @autoclosure () -> Fields = [:]
    ) {
        guard level >= self.level else { return }
        write(level, message(), report: error.map(ErrorReport.init), fields())
    }

    /// The same for an error that has become a report already.
    func log(_ level: LogLevel, _ message: String, report: ErrorReport, _ fields: Fields = [:]) {
        guard level >= self.level else { return }
        write(level, message, report: report, fields)
    }

    private func write(_ level: LogLevel, _ message: String, report: ErrorReport?, _ fields: Fields) {
        sink.write { time, record in
            switch format {
            case .json:
                record.append(UInt8(ascii: "{"))
                JSONText.appendName("timestamp", to: &record)
                record.append(UInt8(ascii: "\""))
                Timestamp.append(millisecondsSinceEpoch: time, to: &record)
                record.append(UInt8(ascii: "\""))
                JSONText.appendName("level", to: &record)
                record.append(UInt8(ascii: "\""))
                level.name.withUTF8Buffer { record.append(contentsOf: $0) }
                record.append(UInt8(ascii: "\""))
                JSONText.appendName("message", to: &record)
                JSONText.append(message, to: &record)
            case .text:
                record.append(UInt8(ascii: "["))
                level.name.withUTF8Buffer { record.append(contentsOf: $0) }
                record += "]\t".utf8
                Timestamp.append(millisecondsSinceEpoch: time, to: &record)
                record.append(UInt8(ascii: "\t"))
                LogText.append(requestID, to: &record)
                record.append(UInt8(ascii: "\t"))
                LogText.append(message, to: &record)
            }
            record += scope
            if let report {
                append("errorType", .string(report.error.type), to: &record)
                append("errorMessage", .string(report.error.message), to: &record)
                if !report.causes.isEmpty { append("stackTrace", .list(report.stackTrace), to: &record) }
            }
            for (name, value) in fields {
                if let field = value.logField { appendOwn(name, field, to: &record) }
            }
            if format == .json { record.append(UInt8(ascii: "}")) }
            record.append(UInt8(ascii: "\n"))
        }
    }

    /// Names that Lambda and the logger give a meaning to; a field of that name gets an underscore in front.
    private static let reservedNames: Set<String> = [
        "timestamp", "level", "message", "requestId", "tenantId", "errorType", "errorMessage", "stackTrace",
    ]

    private func appendOwn(_ name: String, _ field: LogField, to record: inout [UInt8]) {
        append(Self.reservedNames.contains(name) ? "_" + name : name, field, to: &record)
    }

    private func append(_ name: String, _ field: LogField, to record: inout [UInt8]) {
        switch format {
        case .json: Self.appendJSON(name, field, to: &record)
        case .text: LogText.append(name, field, to: &record)
        }
    }

    static func appendJSON(_ name: String, _ field: LogField, to record: inout [UInt8]) {
        record.append(UInt8(ascii: ","))
        JSONText.append(name, to: &record)
        record.append(UInt8(ascii: ":"))
        switch field {
        case .string(let value): JSONText.append(value, to: &record)
        case .integer(let value): JSONText.append(value, to: &record)
        case .number(let value): record += (value.isFinite ? "\(value)" : "\"\(value)\"").utf8
        case .boolean(let value): record += (value ? "true" : "false").utf8
        case .list(let values): JSONText.append(values, to: &record)
        }
    }
}
