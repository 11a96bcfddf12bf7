/// The retries of one request: which attempt it is, what was taken from the quota, what may follow.
package struct RetrySchedule {
    package enum Decision: Equatable {
        case retry(after: Duration)
        case giveUp
    }

    let policy: RetryPolicy
    let quota: RetryQuota
    /// From 1.
    private(set) var attempt = 1
    private var lastCost: Int?
    private var hasCorrectedClock = false
    private var hasRenewedCredentials = false

    package init(policy: RetryPolicy, quota: RetryQuota) {
        self.policy = policy
        self.quota = quota
    }

    /// Decides what follows a failed attempt; a retry advances ``attempt``.
    package mutating func next(after reason: RetryReason?, retryAfter: Duration?, random: () -> Double) -> Decision {
        guard let reason, attempt < policy.maximumAttempts else { return .giveUp }
        switch reason {
        case .clockSkew:
            if hasCorrectedClock { return .giveUp }
            hasCorrectedClock = true
            attempt += 1
            return .retry(after: .zero)
        case .expiredCredentials:
            if hasRenewedCredentials { return .giveUp }
            hasRenewedCredentials = true
            attempt += 1
            return .retry(after: .zero)
        case .throttling, .transient:
            let cost = RetryPolicy.cost(of: reason)
            guard quota.acquire(cost) else { return .giveUp }
            lastCost = cost
            let delay = policy.delay(after: attempt, reason: reason, random: random(), retryAfter: retryAfter)
            attempt += 1
            return .retry(after: delay)
        }
    }

    /// Puts back what the last retry took, or one token where there was none.
    package func succeeded() {
        quota.release(lastCost ?? RetryPolicy.firstSuccessReturn)
    }
}
