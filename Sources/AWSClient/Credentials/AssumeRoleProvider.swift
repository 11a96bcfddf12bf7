import Synchronization

/// The credentials of a role, by `sts:AssumeRole` with the credentials of `sts`. Every call asks STS anew: put a
/// ``RefreshingCredentialsProvider`` in front, or use ``AssumedRoles``.
public struct AssumeRoleProvider: CredentialsProvider {
    private let session: RoleSession
    private let sts: AWSClient

    public init(_ session: RoleSession, sts: AWSClient) {
        self.session = session
        self.sts = sts
    }

    public func credentials(deadline: ContinuousClock.Instant?) async throws(AWSError) -> AWSCredentials {
        try session.validate()
        let call = AssumeRoleCall(session: session)
        return try call.credentials(in: try await sts.send(call.request(), deadline: deadline))
    }
}

/// The credentials of a role for a token of another identity provider that a file holds, as EKS gives it to a pod.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html>
public struct WebIdentityProvider: CredentialsProvider {
    private let session: RoleSession
    private let tokenFile: String
    private let sts: AWSClient

    /// - Parameter sts: Its credentials are not used: the operation is not signed.
    public init(_ session: RoleSession, tokenFile: String, sts: AWSClient) {
        self.session = session
        self.tokenFile = tokenFile
        self.sts = sts
    }

    /// The file is read each time: its token is replaced before it expires.
    public func credentials(deadline: ContinuousClock.Instant?) async throws(AWSError) -> AWSCredentials {
        try session.validate()
        let token = try LocalFile.text(tokenFile)?.split(whereSeparator: \.isWhitespace).first
        guard let token else {
            throw .credentials("MissingTokenFile", "no web identity token in \(tokenFile)")
        }
        let call = AssumeRoleCall(session: session, webIdentityToken: String(token))
        return try call.credentials(in: try await sts.send(call.request(), deadline: deadline))
    }
}

/// The roles a process assumes, each session once: a function that serves many events asks STS once an hour.
public final class AssumedRoles: Sendable {
    private let sts: AWSClient
    private let providers = Mutex<[RoleSession: RefreshingCredentialsProvider]>([:])

    /// - Parameter sts: Its credentials assume the roles.
    public init(sts: AWSClient) {
        self.sts = sts
    }

    /// The one provider of this role, session name, external id and duration.
    public func provider(for session: RoleSession) -> RefreshingCredentialsProvider {
        providers.withLock { providers in
            if let provider = providers[session] { return provider }
            let provider = RefreshingCredentialsProvider(
                AssumeRoleProvider(session, sts: sts),
                effects: sts.effects.corrected(by: sts.skew)
            )
            providers[session] = provider
            return provider
        }
    }

    /// A client like that of STS, with the role's credentials.
    public func client(for session: RoleSession) -> AWSClient {
        sts.with(credentials: provider(for: session))
    }
}

extension AWSClient {
    /// A client with the same settings and connections and other credentials.
    public func with(credentials: any CredentialsProvider) -> AWSClient {
        AWSClient(configuration: configuration, http: http, credentials: credentials, effects: effects, skew: skew)
    }

    /// A client with the same settings, credentials and connections that sends every request to `endpoint`.
    public func with(endpoint: String) -> AWSClient {
        with { $0.endpoints.explicitGlobal = endpoint }
    }

    /// A client that makes so many attempts in all, of which throttled ones wait longer and longer.
    public func with(maximumAttempts: Int) -> AWSClient {
        with { $0.maximumAttempts = maximumAttempts }
    }

    /// A client with the same credentials and connections for another region.
    public func with(region: String) -> AWSClient {
        with { $0.region = region }
    }

    /// The correction of the clock is this client's, too; the quota for retries is a new one.
    private func with(_ change: (inout AWSConfiguration) -> Void) -> AWSClient {
        var configuration = configuration
        change(&configuration)
        return AWSClient(
            configuration: configuration,
            http: http,
            credentials: credentials,
            effects: effects,
            skew: skew
        )
    }
}
