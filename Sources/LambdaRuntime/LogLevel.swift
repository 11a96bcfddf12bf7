/// The application log levels of AWS Lambda, from the most to the least detail.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>
public enum LogLevel: Int, Sendable, Comparable, CaseIterable {
    case trace, debug, info, warn, error, fatal

    /// Reads `AWS_LAMBDA_LOG_LEVEL` in any case; nil where it is none of the six.
    public init?(name: String) {
        switch name.uppercased() {
        case "TRACE": self = .trace
        case "DEBUG": self = .debug
        case "INFO": self = .info
        case "WARN": self = .warn
        case "ERROR": self = .error
        case "FATAL": self = .fatal
        default: return nil
        }
    }

    /// As it is written into a record.
    var name: StaticString {
        switch self {
        case .trace: "TRACE"
        case .debug: "DEBUG"
        case .info: "INFO"
        case .warn: "WARN"
        case .error: "ERROR"
        case .fatal: "FATAL"
        }
    }

    public static func < (lhs: LogLevel, rhs: LogLevel) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// The log formats of AWS Lambda (`AWS_LAMBDA_LOG_FORMAT`).
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html>
public enum LogFormat: Sendable {
    case json, text

    /// `JSON` in any case is JSON, anything else is text, as in Lambda's own runtimes.
    public init(name: String?) {
        self = name?.uppercased() == "JSON" ? .json : .text
    }
}
