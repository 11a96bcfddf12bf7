import Synchronization
import Transport

/// Credentials of the role of an EC2 instance, by version 2 of the instance metadata service; version 1 is never asked.
///
/// While the service cannot get new credentials it gives the old ones on, past their expiration; AWS goes on accepting them
/// for that long. They are used, as by the other SDKs, under an expiration that has a ``RefreshingCredentialsProvider`` ask
/// again after 5 to 10 minutes.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html>
public final class InstanceCredentialsProvider: CredentialsProvider {
    private struct Token {
        let value: String
        let expiration: Timestamp
    }

    private let endpoint: Result<String, AWSError>
    private let isDisabled: Bool
    private let service: MetadataService
    private let effects: AWSEffects
    private let token = Mutex<Token?>(nil)

    /// 6 hours, the longest the service gives.
    private static let tokenSeconds = 21600
    private static let rolePath = "/latest/meta-data/iam/security-credentials/"

    public init(
        environment: AWSEnvironment = .process,
        profile: AWSProfile? = nil,
        http: HTTPClient = HTTPClient(),
        effects: AWSEffects = .live()
    ) {
        let settings = SettingsReader(environment: environment, profile: profile)
        endpoint = Result { () throws(AWSError) in try Self.endpoint(settings) }
        isDisabled = environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() == "true"
        // Where nobody listens this is no instance: not a fault that a moment heals.
        service = MetadataService(http: http, effects: effects, name: "the instance metadata service")
        self.effects = effects
    }

    public func credentials(deadline: ContinuousClock.Instant?) async throws(AWSError) -> AWSCredentials {
        guard !isDisabled else {
            throw .credentials("MetadataDisabled", "AWS_EC2_METADATA_DISABLED is true")
        }
        let list = try await get(Self.rolePath, deadline: deadline)
        let role = String(decoding: list, as: UTF8.self).prefix { !$0.isNewline }
        guard !role.isEmpty else {
            throw .credentials("NoInstanceRole", "the instance has no role")
        }
        let body = try await get(Self.rolePath + PercentEncoding.encode(String(role)), deadline: deadline)
        let document = try CredentialsDocument.parse(body, from: service.name)
        if let code = document.code, code != "Success" {
            let message = document.message.map { ": \($0)" } ?? ""
            throw .credentials("InstanceCredentialsFailure", "\(service.name) gave \(code)\(message)")
        }
        return extended(try document.credentials(from: service.name))
    }

    /// The least time after which credentials that have expired are asked for again; the greatest is twice that.
    private static let pauseAfterExpired = Duration.seconds(300)

    /// The credentials; with an expiration to come where theirs has passed.
    private func extended(_ credentials: AWSCredentials) -> AWSCredentials {
        let now = effects.now()
        guard let expiration = credentials.expiration, expiration <= now else { return credentials }
        var extended = credentials
        extended.expiration =
            now + Self.pauseAfterExpired * (1 + effects.random()) + RefreshingCredentialsProvider.advisoryWindow
        return extended
    }

    /// `AWS_EC2_METADATA_SERVICE_ENDPOINT`, else the address of the mode (IPv4 or IPv6).
    private static func endpoint(_ settings: SettingsReader) throws(AWSError) -> String {
        if let url = settings.text("AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint") {
            let endpoint = try AWSEndpoint(
                url: url,
                signingRegion: "",
                setting: "AWS_EC2_METADATA_SERVICE_ENDPOINT or ec2_metadata_service_endpoint"
            )
            return endpoint.url(path: "", query: "")
        }
        let mode = settings.text("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode")
        switch mode?.lowercased() {
        case nil, "ipv4": return "http://169.254.169.254"
        case "ipv6": return "http://[fd00:ec2::254]"
        default:
            throw SettingsReader.invalid(
                "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE or ec2_metadata_service_endpoint_mode",
                mode ?? "",
                "IPv4 or IPv6"
            )
        }
    }

    private func get(_ path: String, deadline: ContinuousClock.Instant?) async throws(AWSError) -> [UInt8] {
        let endpoint = try endpoint.get()
        var isRenewed = false
        while true {
            let token = try await sessionToken(endpoint, deadline: deadline)
            let response = try await service.send(
                "GET",
                endpoint + path,
                headers: ["X-aws-ec2-metadata-token": token],
                deadline: deadline
            )
            switch response.status {
            case 200:
                return response.body
            // The token was issued before the instance moved, or has expired early.
            case 401 where !isRenewed:
                isRenewed = true
                self.token.withLock { $0 = nil }
            case 404 where path == Self.rolePath:
                throw .credentials("NoInstanceRole", "the instance has no role")
            default:
                throw .credentials(
                    "MetadataServiceFailure",
                    "\(service.name) answered with status \(response.status)"
                )
            }
        }
    }

    private func sessionToken(
        _ endpoint: String,
        deadline: ContinuousClock.Instant?
    ) async throws(AWSError) -> String {
        let now = effects.now()
        if let token = token.withLock({ $0 }), token.expiration - now > .seconds(60) { return token.value }
        let response = try await service.send(
            "PUT",
            endpoint + "/latest/api/token",
            headers: ["X-aws-ec2-metadata-token-ttl-seconds": String(Self.tokenSeconds)],
            deadline: deadline
        )
        let value = String(decoding: response.body, as: UTF8.self)
        guard response.status == 200, !value.isEmpty, value.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw .credentials(
                "MetadataServiceFailure",
                "\(service.name) gave no session token (status \(response.status))"
            )
        }
        // Never longer than it was asked for.
        let told = response.headers["X-aws-ec2-metadata-token-ttl-seconds"].flatMap { Int($0) } ?? Self.tokenSeconds
        let expiration = now + .seconds(min(max(told, 0), Self.tokenSeconds))
        token.withLock { $0 = Token(value: value, expiration: expiration) }
        return value
    }
}
