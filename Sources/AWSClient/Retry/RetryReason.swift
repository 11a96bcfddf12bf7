import Transport

/// Why a failed attempt may be followed by another.
public enum RetryReason: Sendable, Hashable {
    /// The service asks for fewer requests.
    case throttling
    /// A fault that the next attempt may not meet.
    case transient
    /// The signature's time is too far from the service's.
    case clockSkew
    /// The session token has expired, ahead of the time the provider gave.
    case expiredCredentials
}

extension RetryReason {
    /// What an error response means for a retry; `nil` where the same request would fail the same way.
    ///
    /// - Parameters:
    ///   - code: The error's code, where the protocol found one.
    ///   - skew: How far the service's clock is from ours, by the response's `Date`.
    public init?(code: String?, status: Int, skew: Duration?) {
        if let code {
            if Self.throttlingCodes.contains(code) {
                self = .throttling
                return
            }
            if Self.isSkewed(code: code, skew: skew) {
                self = .clockSkew
                return
            }
            if Self.expiredCredentialsCodes.contains(code) {
                self = .expiredCredentials
                return
            }
            // Whatever the code, 429 asks for fewer requests.
            if status != 429, Self.transientCodes.contains(code) {
                self = .transient
                return
            }
        }
        switch status {
        case 429: self = .throttling
        case 500, 502, 503, 504: self = .transient
        default: return nil
        }
    }

    /// What a request without a response means for a retry.
    init?(_ error: HTTPError) {
        switch error.code {
        case .couldNotResolve, .couldNotConnect, .connectionLost, .timedOut, .malformedResponse: self = .transient
        // CURLE_SSL_CONNECT_ERROR: the handshake broke off. A certificate that is not trusted stays so.
        case .tls where error.curlCode == 35: self = .transient
        case .tls, .badURL, .tooLarge, .cancelled, .other: return nil
        }
    }

    /// From here on a difference between the clocks is the likely cause of a refused signature. Services accept five
    /// minutes (S3: fifteen).
    static let skewTolerance = Duration.seconds(240)

    private static func isSkewed(code: String, skew: Duration?) -> Bool {
        guard let skew else { return false }
        if skewCodes.contains(code) { return true }
        return possibleSkewCodes.contains(code) && (skew > skewTolerance || skew < .zero - skewTolerance)
    }

    /// The union the SDKs use: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>.
    private static let throttlingCodes: Set<String> = [
        "BandwidthLimitExceeded", "EC2ThrottledException", "LimitExceededException", "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled",
        "RequestThrottledException", "SlowDown", "ThrottledException", "Throttling", "ThrottlingException",
        "TooManyRequestsException", "TransactionInProgressException",
    ]

    /// With those the models mark as retryable: `IDPCommunicationError` of STS, `ReplicatedWriteConflictException` of
    /// DynamoDB.
    private static let transientCodes: Set<String> = [
        "IDPCommunicationError", "ReplicatedWriteConflictException", "RequestTimeout", "RequestTimeoutException",
    ]

    /// EC2 says `RequestExpired` of credentials that have expired, too.
    private static let expiredCredentialsCodes: Set<String> = [
        "ExpiredToken", "ExpiredTokenException", "RequestExpired",
    ]

    /// Errors that say so.
    private static let skewCodes: Set<String> = ["RequestInTheFuture", "RequestTimeTooSkewed"]

    /// Errors that a wrong clock is one cause of.
    private static let possibleSkewCodes: Set<String> = [
        "AuthFailure", "InvalidSignatureException", "RequestExpired", "SignatureDoesNotMatch",
    ]
}
