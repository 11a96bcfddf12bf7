/// The settings of a client besides its credentials.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html>
public struct AWSConfiguration: Sendable {
    /// Empty where none is set, which fails with the first request.
    public var region: String
    public var endpoints: EndpointSettings
    /// Attempts in all; `nil` for each service's own number.
    public var maximumAttempts: Int?
    public var userAgent: UserAgent
    /// The longest time for name resolution, TCP and TLS handshakes together.
    public var connectTimeout: Duration = .seconds(5)
    /// The longest time for one attempt.
    public var attemptTimeout: Duration = .seconds(60)
    /// The trace header to send on, where the process is a Lambda function's: `_X_AMZN_TRACE_ID` of this moment.
    var traceID: @Sendable () -> String? = { nil }

    public init(region: String, endpoints: EndpointSettings = EndpointSettings(), maximumAttempts: Int? = nil) {
        self.region = region
        self.endpoints = endpoints
        self.maximumAttempts = maximumAttempts
        userAgent = UserAgent()
    }

    /// Reads the environment and, where it is given, a profile; the environment wins.
    ///
    /// - Throws: ``AWSError/Kind/configuration`` for a value that the setting does not take.
    public init(environment: AWSEnvironment, profile: AWSProfile? = nil) throws(AWSError) {
        let settings = SettingsReader(environment: environment, profile: profile)
        self.init(region: settings.text("AWS_REGION", nil) ?? settings.text("AWS_DEFAULT_REGION", "region") ?? "")
        endpoints.ignoresConfiguredURLs =
            try settings.boolean("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls") ?? false
        endpoints.usesFIPS = try settings.boolean("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint") ?? false
        endpoints.usesDualStack =
            try settings.boolean("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint") ?? false
        endpoints.environmentServices = { environment["AWS_ENDPOINT_URL_\($0.uppercased())"] }
        endpoints.environmentGlobal = environment["AWS_ENDPOINT_URL"]
        endpoints.profileServices = profile?.serviceEndpoints ?? [:]
        endpoints.profileGlobal = profile?["endpoint_url"]
        maximumAttempts = try settings.positiveNumber("AWS_MAX_ATTEMPTS", "max_attempts")
        if let mode = settings.text("AWS_RETRY_MODE", "retry_mode"), !["standard", "adaptive", "legacy"].contains(mode)
        {
            throw SettingsReader.invalid("AWS_RETRY_MODE or retry_mode", mode, "standard, adaptive or legacy")
        }
        userAgent = UserAgent(
            applicationID: settings.text("AWS_SDK_UA_APP_ID", "sdk_ua_app_id"),
            executionEnvironment: environment["AWS_EXECUTION_ENV"]
        )
        // <https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html>
        if environment["AWS_LAMBDA_FUNCTION_NAME"] != nil {
            traceID = { environment["_X_AMZN_TRACE_ID"] }
        }
    }
}

extension AWSConfiguration {
    /// Where requests to a service go: the URL given in code, the configured one, or the partition's.
    ///
    /// - Throws: ``AWSError/Kind/configuration`` for a region or a URL that is none, and for settings that contradict
    ///   each other.
    public func endpoint(for service: AWSService) throws(AWSError) -> AWSEndpoint {
        try EndpointResolver(region: region, settings: endpoints).endpoint(for: service)
    }
}

/// Reads one setting from the environment or, where that has none, from the profile.
struct SettingsReader {
    let environment: AWSEnvironment
    let profile: AWSProfile?

    func text(_ variable: String, _ key: String?) -> String? {
        environment[variable] ?? key.flatMap { profile?[$0] }
    }

    func boolean(_ variable: String, _ key: String) throws(AWSError) -> Bool? {
        guard let text = text(variable, key) else { return nil }
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default: throw Self.invalid("\(variable) or \(key)", text, "true or false")
        }
    }

    func positiveNumber(_ variable: String, _ key: String) throws(AWSError) -> Int? {
        guard let text = text(variable, key) else { return nil }
        guard let number = Int(text), number > 0 else {
            throw Self.invalid("\(variable) or \(key)", text, "a whole number above 0")
        }
        return number
    }

    static func invalid(_ setting: String, _ value: String, _ expected: String) -> AWSError {
        AWSError(
            kind: .configuration,
            code: "InvalidSetting",
            message: "\(setting) is \"\(value)\", and not \(expected)"
        )
    }
}
