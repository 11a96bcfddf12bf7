import Transport

/// Credentials of an ECS task or an EKS pod.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html>
public struct ContainerCredentialsProvider: CredentialsProvider {
    private let environment: AWSEnvironment
    private let service: MetadataService
    /// Where relative URIs go; a server of ours in tests.
    private let relativeBase: String

    public init(environment: AWSEnvironment = .process, http: HTTPClient = HTTPClient(), effects: AWSEffects = .live())
    {
        self.init(environment: environment, http: http, effects: effects, relativeBase: "http://169.254.170.2")
    }

    init(environment: AWSEnvironment, http: HTTPClient, effects: AWSEffects, relativeBase: String) {
        self.environment = environment
        self.relativeBase = relativeBase
        // The agent that answers there may start after the container.
        service = MetadataService(
            http: http,
            effects: effects,
            name: "the container credentials endpoint",
            pauseWithoutAnswer: .seconds(1)
        )
    }

    /// Whether the environment names an endpoint.
    static func isConfigured(_ environment: AWSEnvironment) -> Bool {
        environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] != nil
            || environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] != nil
    }

    public func credentials(deadline: ContinuousClock.Instant?) async throws(AWSError) -> AWSCredentials {
        var headers: HTTPHeaders = ["Accept": "application/json"]
        if let token = try token() { headers["Authorization"] = token }
        let response = try await service.send("GET", try url(), headers: headers, deadline: deadline)
        guard response.status == 200 else {
            let details = try? CredentialsDocument.parse(response.body, from: service.name)
            let reason = [details?.code, details?.message].compactMap { $0 }.joined(separator: ": ")
            throw .credentials(
                "ContainerCredentialsFailure",
                "\(service.name) answered with status \(response.status)" + (reason.isEmpty ? "" : ": \(reason)")
            )
        }
        return try CredentialsDocument.parse(response.body, from: service.name).credentials(from: service.name)
    }

    /// The relative URI wins over the full one.
    func url() throws(AWSError) -> String {
        if let relative = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] {
            guard relative.hasPrefix("/") else {
                throw .credentials(
                    "InvalidContainerURI",
                    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with /"
                )
            }
            return relativeBase + relative
        }
        guard let full = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] else {
            throw .credentials("MissingCredentials", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI are not set")
        }
        guard Self.isAllowed(full) else {
            throw .credentials(
                "InvalidContainerURI",
                "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor http to this host or to ECS or EKS"
            )
        }
        return full
    }

    /// Credentials are fetched in the clear only from this host, ECS (169.254.170.2) or EKS (169.254.170.23, fd00:ec2::23).
    static func isAllowed(_ uri: String) -> Bool {
        if uri.lowercased().hasPrefix("https://") { return uri.utf8.count > 8 }
        guard uri.lowercased().hasPrefix("http://") else { return false }
        let authority = uri.dropFirst(7).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else { return false }
        let host: String
        if authority.hasPrefix("[") {
            host = String(authority.dropFirst().prefix { $0 != "]" }).lowercased()
        } else {
            host = String(authority.prefix { $0 != ":" }).lowercased()
        }
        if ["localhost", "::1", "169.254.170.2", "169.254.170.23", "fd00:ec2::23"].contains(host) { return true }
        let octets = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return octets.count == 4 && octets[0] == 127 && !octets.contains(nil)
    }

    /// The file is read each time: EKS replaces it.
    private func token() throws(AWSError) -> String? {
        var token = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
        if let path = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] {
            guard let text = try LocalFile.text(path) else {
                throw .credentials("MissingTokenFile", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names no file: \(path)")
            }
            token = text
        }
        if let token, token.utf8.contains(where: { $0 == 10 || $0 == 13 }) {
            throw .credentials("InvalidToken", "the container authorization token has a line break")
        }
        return token
    }
}
