import Transport

/// Carries out a ``CredentialsSource``.
public struct CredentialsChain: Sendable {
    private let environment: AWSEnvironment
    private let configuration: AWSConfiguration
    private let profile: AWSProfile?
    private let http: HTTPClient
    private let effects: AWSEffects
    /// Of the clients that ask STS; expirations are compared with the time that it corrects.
    let skew = ClockSkew()

    /// - Parameters:
    ///   - configuration: Region and endpoints of the STS requests.
    ///   - profile: The selected profile, for the settings of the instance metadata service.
    public init(
        environment: AWSEnvironment = .process,
        configuration: AWSConfiguration,
        profile: AWSProfile? = nil,
        http: HTTPClient = HTTPClient(),
        effects: AWSEffects = .live()
    ) {
        self.environment = environment
        self.configuration = configuration
        self.profile = profile
        self.http = http
        self.effects = effects
    }

    /// A provider that caches where fetching costs anything.
    public func provider(_ source: CredentialsSource) -> any CredentialsProvider {
        switch source {
        case .environment:
            EnvironmentCredentialsProvider(environment: environment)
        case .keys(let credentials):
            StaticCredentialsProvider(credentials)
        case .role(let session, let base):
            cached(AssumeRoleProvider(session, sts: sts(provider(base))))
        case .webIdentity(let session, let tokenFile):
            cached(WebIdentityProvider(session, tokenFile: tokenFile, sts: sts(NoCredentialsProvider())))
        case .process(let command):
            cached(ProcessCredentialsProvider(command: command))
        case .container:
            cached(ContainerCredentialsProvider(environment: environment, http: http, effects: effects))
        case .instance:
            cached(
                InstanceCredentialsProvider(
                    environment: environment,
                    profile: profile,
                    http: http,
                    effects: corrected
                )
            )
        }
    }

    private var corrected: AWSEffects { effects.corrected(by: skew) }

    private func cached(_ provider: any CredentialsProvider) -> any CredentialsProvider {
        RefreshingCredentialsProvider(provider, effects: corrected)
    }

    private func sts(_ credentials: any CredentialsProvider) -> AWSClient {
        AWSClient(configuration: configuration, http: http, credentials: credentials, effects: effects, skew: skew)
    }
}

/// For requests that are not signed.
private struct NoCredentialsProvider: CredentialsProvider {
    func credentials(deadline: ContinuousClock.Instant?) throws(AWSError) -> AWSCredentials {
        throw .credentials("MissingCredentials", "this client sends unsigned requests only")
    }
}

extension AWSClient {
    /// A client set up as the AWS CLI would be: environment, shared config and credentials files, container, instance.
    ///
    /// - Parameters:
    ///   - profileName: A profile that wins over `AWS_PROFILE` and over keys in the environment.
    ///   - region: A region that wins over every setting.
    public static func standard(
        environment: AWSEnvironment = .process,
        profileName: String? = nil,
        region: String? = nil,
        http: HTTPClient = HTTPClient(),
        effects: AWSEffects = .live()
    ) throws(AWSError) -> AWSClient {
        let profiles = try AWSProfiles(environment: environment)
        let profile = profiles.profile(named: profileName ?? AWSProfiles.selectedName(environment))
        var configuration = try AWSConfiguration(environment: environment, profile: profile)
        if let region { configuration.region = region }
        let source = try CredentialsSource(environment: environment, profiles: profiles, profileName: profileName)
        let chain = CredentialsChain(
            environment: environment,
            configuration: configuration,
            profile: profile,
            http: http,
            effects: effects
        )
        return AWSClient(
            configuration: configuration,
            http: http,
            credentials: chain.provider(source),
            effects: effects,
            skew: chain.skew
        )
    }

    /// A client of a Lambda function: settings and the role's credentials from the environment alone.
    public static func lambda(
        environment: AWSEnvironment = .process,
        http: HTTPClient = HTTPClient(),
        effects: AWSEffects = .live()
    ) throws(AWSError) -> AWSClient {
        var configuration = try AWSConfiguration(environment: environment)
        // Short enough that a connection that leads nowhere leaves time for other attempts.
        configuration.connectTimeout = .seconds(3)
        configuration.attemptTimeout = .seconds(15)
        return AWSClient(
            configuration: configuration,
            http: http,
            credentials: EnvironmentCredentialsProvider(environment: environment),
            effects: effects
        )
    }
}
