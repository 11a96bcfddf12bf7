import Synchronization

/// A bucket of tokens that bounds how much of a service's traffic is retries: when most requests fail, retries stop.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>
public final class RetryQuota: Sendable {
    public static let capacity = 500

    private let tokens = Mutex(RetryQuota.capacity)

    public init() {}

    /// The tokens there are.
    public var available: Int { tokens.withLock { $0 } }

    /// Takes `cost` tokens, or none where there are fewer.
    func acquire(_ cost: Int) -> Bool {
        tokens.withLock { tokens in
            guard tokens >= cost else { return false }
            tokens -= cost
            return true
        }
    }

    /// Puts tokens back, up to the capacity.
    func release(_ amount: Int) {
        tokens.withLock { $0 = min(Self.capacity, $0 + amount) }
    }
}
