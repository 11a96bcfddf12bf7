/// The figures of the AWS SDKs' standard retry mode since November 2026.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>
public struct RetryPolicy: Sendable, Hashable {
    /// Attempts in all, at least 1.
    public var maximumAttempts: Int
    /// The upper bound of the first delay after a transient failure.
    public var transientBase: Duration
    /// The upper bound of the first delay after a throttled attempt.
    public var throttlingBase: Duration

    static let maximumDelay = Duration.seconds(20)
    /// How far above the computed delay `x-amz-retry-after` may go.
    static let maximumRetryAfterExcess = Duration.seconds(5)
    static let transientCost = 14
    static let throttlingCost = 5
    /// What a success at the first attempt puts back.
    static let firstSuccessReturn = 1

    /// - Parameter maximumAttempts: from the settings; `nil` for the service's own: 4 for DynamoDB, else 3.
    public init(service: AWSService, maximumAttempts: Int? = nil) {
        let isDynamoDB = service.sdkID == AWSService.dynamoDB.sdkID || service.sdkID == "DynamoDB Streams"
        self.maximumAttempts = max(1, maximumAttempts ?? (isDynamoDB ? 4 : 3))
        transientBase = isDynamoDB ? .milliseconds(25) : .milliseconds(50)
        throttlingBase = .seconds(1)
    }

    /// The time to wait after a failed attempt: `random × min(base × 2^(attempt - 1), 20 s)`, and where the service sent
    /// `x-amz-retry-after`, that, but no less than the computed time and at most 5 s more.
    ///
    /// - Parameters:
    ///   - attempt: The number of the failed attempt, from 1.
    ///   - random: 0 ..< 1.
    public func delay(
        after attempt: Int,
        reason: RetryReason,
        random: Double,
        retryAfter: Duration? = nil
    ) -> Duration {
        let base = reason == .throttling ? throttlingBase : transientBase
        // From 2^20 on every base is above the maximum.
        let factor = 1 << min(max(attempt - 1, 0), 20)
        let computed = min(base * factor, Self.maximumDelay) * random
        guard let retryAfter else { return computed }
        return max(computed, min(retryAfter, computed + Self.maximumRetryAfterExcess))
    }

    /// The tokens a retry takes from the quota.
    static func cost(of reason: RetryReason) -> Int {
        switch reason {
        case .throttling: throttlingCost
        case .transient: transientCost
        // Retried once, at once, with another signature: no load that the quota is there to bound.
        case .clockSkew, .expiredCredentials: 0
        }
    }

    /// Reads `x-amz-retry-after`: whole milliseconds, not negative; anything else counts as absent.
    static func retryAfter(_ header: String?) -> Duration? {
        guard let header, let milliseconds = Int64(header), milliseconds >= 0 else { return nil }
        return .milliseconds(milliseconds)
    }
}
