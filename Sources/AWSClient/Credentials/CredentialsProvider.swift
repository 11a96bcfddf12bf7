/// Where credentials come from.
public protocol CredentialsProvider: Sendable {
    /// Credentials that are valid now.
    ///
    /// - Parameter deadline: The moment up to which the caller waits; `nil` for as long as it takes.
    /// - Throws: ``AWSError``, mostly of ``AWSError/Kind/credentials``.
    func credentials(deadline: ContinuousClock.Instant?) async throws(AWSError) -> AWSCredentials

    /// Says that a service refused these credentials as expired, so that the next call does not answer with them.
    func invalidate(_ credentials: AWSCredentials)
}

extension CredentialsProvider {
    public func invalidate(_ credentials: AWSCredentials) {}
}

/// The same credentials always.
public struct StaticCredentialsProvider: CredentialsProvider {
    private let value: AWSCredentials

    public init(_ credentials: AWSCredentials) {
        value = credentials
    }

    public func credentials(deadline: ContinuousClock.Instant?) -> AWSCredentials { value }
}

/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, as Lambda sets them for a function's role; read once.
public struct EnvironmentCredentialsProvider: CredentialsProvider {
    private let found: Result<AWSCredentials, AWSError>
    /// Whether the environment holds an access key.
    let isConfigured: Bool

    public init(environment: AWSEnvironment = .process) {
        found = Result { () throws(AWSError) in try Self.credentials(in: environment) }
        isConfigured = environment["AWS_ACCESS_KEY_ID"] != nil
    }

    /// - Throws: ``AWSError/Kind/credentials``, naming the variables that are missing.
    public func credentials(deadline: ContinuousClock.Instant?) throws(AWSError) -> AWSCredentials {
        try found.get()
    }

    private static func credentials(in environment: AWSEnvironment) throws(AWSError) -> AWSCredentials {
        let accessKeyID = environment["AWS_ACCESS_KEY_ID"]
        let secretAccessKey = environment["AWS_SECRET_ACCESS_KEY"]
        guard let accessKeyID, let secretAccessKey else {
            let missing = [
                accessKeyID == nil ? "AWS_ACCESS_KEY_ID" : nil,
                secretAccessKey == nil ? "AWS_SECRET_ACCESS_KEY" : nil,
            ]
            let names = missing.compactMap { $0 }.joined(separator: " and ")
            throw .credentials("MissingCredentials", "\(names) not set in the environment")
        }
        return AWSCredentials(
            accessKeyID: accessKeyID,
            secretAccessKey: secretAccessKey,
            sessionToken: environment["AWS_SESSION_TOKEN"],
            accountID: environment["AWS_ACCOUNT_ID"]
        )
    }
}

extension AWSError {
    static func credentials(_ code: String, _ message: String, underlying: (any Error)? = nil) -> AWSError {
        AWSError(kind: .credentials, code: code, message: message, underlying: underlying)
    }
}
