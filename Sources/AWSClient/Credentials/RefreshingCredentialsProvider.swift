import Synchronization

/// Keeps the credentials of another provider and fetches new ones ahead of their expiration, one fetch at a time.
///
/// - Up to 5 minutes before expiration the credentials are used as they are.
/// - From then on the first caller fetches new ones; the others go on with those that are still valid.
/// - In the last minute every caller waits for the fetch.
/// - A failed fetch changes nothing: credentials that are still valid stay in use. Without valid ones the failure is every
///   waiting caller's, and the next call fetches anew.
/// - After a fetch, failed or not, no other is made for 30 to 60 seconds while there are valid credentials.
/// - A caller that is cancelled, or whose deadline passes, while it fetches for others leaves the fetch to one of them.
public final class RefreshingCredentialsProvider: CredentialsProvider {
    static let advisoryWindow = Duration.seconds(300)
    static let mandatoryWindow = Duration.seconds(60)
    /// The shortest pause between fetches while the credentials are valid; the longest is twice that.
    static let pause = Duration.seconds(30)

    private struct State {
        var current: AWSCredentials?
        var isFetching = false
        var waiters: [RefreshWaiter] = []
        /// No fetch before this time while the credentials are valid.
        var pausedUntil: Timestamp?
    }

    private enum Step {
        case use(AWSCredentials)
        case fetch
        case wait(RefreshWaiter)
    }

    private let source: any CredentialsProvider
    private let effects: AWSEffects
    private let state = Mutex(State())

    public init(_ source: any CredentialsProvider, effects: AWSEffects = .live()) {
        self.source = source
        self.effects = effects
    }

    public func credentials(deadline: ContinuousClock.Instant?) async throws(AWSError) -> AWSCredentials {
        while true {
            switch nextStep() {
            case .use(let credentials):
                return credentials
            case .fetch:
                return try await fetch(deadline: deadline)
            case .wait(let waiter):
                let limit = deadline.map { effects.instant().duration(to: $0) }
                switch await waiter.wait(limit: limit, sleep: effects.sleep) {
                case .refreshed, .abandoned:
                    if Task.isCancelled { throw Self.cancelled }
                case .failed(let error):
                    throw error
                case .cancelled:
                    throw Self.cancelled
                case .deadline:
                    throw AWSError(
                        kind: .deadline,
                        code: "DeadlineExceeded",
                        message: "the deadline passed while waiting for credentials"
                    )
                }
            }
        }
    }

    public func invalidate(_ credentials: AWSCredentials) {
        let isCurrent = state.withLock { state in
            // Refused, but replaced meanwhile.
            guard state.current == credentials else { return false }
            state.current = nil
            state.pausedUntil = nil
            return true
        }
        if isCurrent { source.invalidate(credentials) }
    }

    /// What a caller does now; a caller that is to fetch is entered as the one that does.
    private func nextStep() -> Step {
        let now = effects.now()
        return state.withLock { state in
            if let current = state.current {
                guard let expiration = current.expiration else { return .use(current) }
                let remaining = expiration - now
                if remaining > Self.advisoryWindow { return .use(current) }
                let isPaused = state.pausedUntil.map { now < $0 } ?? false
                if remaining > .zero, isPaused { return .use(current) }
                if remaining > Self.mandatoryWindow, state.isFetching { return .use(current) }
            }
            if state.isFetching {
                let waiter = RefreshWaiter()
                state.waiters.append(waiter)
                return .wait(waiter)
            }
            state.isFetching = true
            return .fetch
        }
    }

    private func fetch(deadline: ContinuousClock.Instant?) async throws(AWSError) -> AWSCredentials {
        let result: Result<AWSCredentials, AWSError>
        do throws(AWSError) {
            let fetched = try await source.credentials(deadline: deadline)
            if let expiration = fetched.expiration, expiration <= effects.now() {
                throw AWSError.credentials(
                    "ExpiredCredentials",
                    "the provider gave credentials that expired at \(expiration.dateTime)"
                )
            }
            result = .success(fetched)
        } catch {
            result = .failure(error)
        }
        return try finish(result).get()
    }

    /// Records how a fetch ended, tells the waiting callers, and gives what the fetching caller gets.
    private func finish(_ result: Result<AWSCredentials, AWSError>) -> Result<AWSCredentials, AWSError> {
        let now = effects.now()
        let pause = Self.pause * (1 + effects.random())
        let (waiters, outcome, answer) = state.withLock { state in
            state.isFetching = false
            let waiters = state.waiters
            state.waiters = []
            switch result {
            case .success(let fetched):
                state.current = fetched
                // A source whose credentials are always about to expire is not asked with every call.
                state.pausedUntil = now + pause
                return (waiters, RefreshWaiter.Outcome.refreshed, result)
            case .failure(let error):
                let isOwn = error.kind == .cancelled || error.kind == .deadline
                if let current = state.current, current.expiration.map({ $0 > now }) ?? true {
                    if !isOwn { state.pausedUntil = now + pause }
                    return (waiters, .refreshed, error.kind == .cancelled ? result : .success(current))
                }
                return (waiters, isOwn ? .abandoned : .failed(error), result)
            }
        }
        for waiter in waiters { waiter.resume(outcome) }
        return answer
    }

    private static let cancelled = AWSError(
        kind: .cancelled,
        code: "Cancelled",
        message: "the task was cancelled while waiting for credentials"
    )
}
