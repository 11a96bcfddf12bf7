import Glibc

/// What a function finds when it starts: the environment variables set for it and by Lambda, and a logger.
public struct LambdaEnvironment: Sendable {
    /// Writes records without a request id, in the format and from the level on that Lambda's settings ask for.
    public let logger: Logger

    private let value: @Sendable (String) -> String?

    /// An environment of given variables, for tests.
    public init(_ variables: [String: String], logger: Logger = Logger()) {
        value = { variables[$0] }
        self.logger = logger
    }

    private init(value: @escaping @Sendable (String) -> String?, sink: LogSink) {
        self.value = value
        logger = Logger(
            level: value("AWS_LAMBDA_LOG_LEVEL").flatMap(LogLevel.init(name:)) ?? .info,
            format: LogFormat(name: value("AWS_LAMBDA_LOG_FORMAT")),
            sink: sink
        )
    }

    /// The environment of the process; `AWS_LAMBDA_LOG_FORMAT` and `AWS_LAMBDA_LOG_LEVEL` are applied.
    static let process = LambdaEnvironment(
        value: { name in getenv(name).map { String(cString: $0) } },
        sink: .standardError
    )

    /// The variable's value; nil where it is not set or empty.
    public subscript(name: String) -> String? {
        guard let value = value(name), !value.isEmpty else { return nil }
        return value
    }

    /// The value of a variable that the function cannot do without.
    ///
    /// - Throws: ``ConfigurationError``, which names the variable.
    public func required(_ name: String) throws(ConfigurationError) -> String {
        guard let value = self[name] else {
            throw ConfigurationError(message: "the environment variable \(name) is not set")
        }
        return value
    }
}

/// A function cannot start with the settings it was given.
public struct ConfigurationError: LambdaError, Equatable {
    public var message: String

    public init(message: String) {
        self.message = message
    }

    public var errorMessage: String { message }
}
