import Synchronization
import Transport

/// Sends the requests of AWS operations: addressed, signed, retried.
///
/// A client is safe to use from many tasks at once; their transfers run side by side on the loop of the ``HTTPClient``.
public final class AWSClient: Sendable {
    public let configuration: AWSConfiguration
    public let credentials: any CredentialsProvider
    let http: HTTPClient
    public let effects: AWSEffects
    private let keys = SigningKeyCache()
    let skew: ClockSkew
    private let quotas = Mutex<[String: RetryQuota]>([:])
    /// Few: to look through them takes less than to hash one.
    private let known = Mutex<[ServiceFacts]>([])

    public convenience init(
        configuration: AWSConfiguration,
        http: HTTPClient = HTTPClient(),
        credentials: any CredentialsProvider,
        effects: AWSEffects = .live()
    ) {
        self.init(
            configuration: configuration,
            http: http,
            credentials: credentials,
            effects: effects,
            skew: ClockSkew()
        )
    }

    /// - Parameter skew: What this client and others that have it, too, correct the same clock by.
    init(
        configuration: AWSConfiguration,
        http: HTTPClient,
        credentials: any CredentialsProvider,
        effects: AWSEffects,
        skew: ClockSkew
    ) {
        self.configuration = configuration
        self.http = http
        self.credentials = credentials
        self.effects = effects
        self.skew = skew
    }

    /// Sends a request until it succeeds, cannot succeed, or may not be sent again.
    ///
    /// - Parameter deadline: No attempt and no wait goes past it.
    /// - Returns: A response with a status of 200 to 299.
    /// - Throws: ``AWSError``; of ``AWSError/Kind/cancelled`` when the task is cancelled, whatever it was doing.
    public func send(
        _ request: AWSRequest,
        deadline: ContinuousClock.Instant? = nil
    ) async throws(AWSError) -> HTTPResponse {
        let facts = try facts(for: request)
        var schedule = RetrySchedule(
            policy: RetryPolicy(service: request.service, maximumAttempts: configuration.maximumAttempts),
            quota: facts.quota
        )
        let invocation = Invocation(
            request: request,
            endpoint: facts.endpoint,
            userAgent: facts.userAgent,
            id: effects.uuid(),
            maximumAttempts: schedule.policy.maximumAttempts,
            deadline: deadline
        )
        var last: AWSError?
        while true {
            if Task.isCancelled { throw .cancelled(request, attempts: schedule.attempt - 1).after(last) }
            guard let timeout = timeout(before: deadline) else {
                throw .deadline(request, attempts: schedule.attempt - 1, last: last)
            }
            switch await attempt(schedule.attempt, of: invocation, timeout: timeout) {
            case .success(let response):
                schedule.succeeded()
                return response
            case .failure(let failure):
                let attempts = schedule.attempt
                var error = failure.error.after(last)
                error.attempts = failure.wasSent ? attempts : attempts - 1
                let decision = schedule.next(
                    after: failure.reason,
                    retryAfter: failure.retryAfter,
                    random: effects.random
                )
                guard case .retry(let delay) = decision else { throw error }
                if let deadline, effects.instant() + delay >= deadline {
                    throw .deadline(request, attempts: attempts, last: error)
                }
                last = error
                if delay > .zero {
                    do {
                        try await effects.sleep(delay)
                    } catch {
                        throw .cancelled(request, attempts: attempts).after(last)
                    }
                }
            }
        }
    }

    /// What is the same for all requests to one service.
    private struct ServiceFacts {
        let service: AWSService
        let quota: RetryQuota
        let endpoint: AWSEndpoint
        let userAgent: String
    }

    /// What stays the same over the attempts of one request.
    private struct Invocation {
        let request: AWSRequest
        let endpoint: AWSEndpoint
        let userAgent: String
        let id: String
        let maximumAttempts: Int
        let deadline: ContinuousClock.Instant?
    }

    private struct Failure: Error {
        var error: AWSError
        var reason: RetryReason?
        var retryAfter: Duration?
        /// Whether the request left, or was about to.
        var wasSent = true
    }

    private func attempt(
        _ number: Int,
        of invocation: Invocation,
        timeout: Duration
    ) async -> Result<HTTPResponse, Failure> {
        let request = invocation.request
        var credentials: AWSCredentials?
        do throws(AWSError) {
            if request.isSigned {
                credentials = try await self.credentials.credentials(deadline: invocation.deadline)
            }
        } catch {
            return .failure(Failure(error: error.occurred(in: request), wasSent: false))
        }
        // Credentials may have taken their time.
        guard let timeout = self.timeout(before: invocation.deadline) else {
            return .failure(Failure(error: .deadline(request, attempts: number - 1, last: nil), wasSent: false))
        }
        // Kept for the answer: another request may correct the clock while this one is on its way.
        let offset = skew.offset
        let message = message(
            number,
            of: invocation,
            credentials: credentials,
            time: effects.now() + offset,
            timeout: timeout
        )
        do throws(HTTPError) {
            let response = try await http.send(message)
            if (200...299).contains(response.status) { return .success(response) }
            return .failure(failure(response, to: request, offset: offset, credentials: credentials))
        } catch {
            return .failure(failure(error, to: request, deadline: invocation.deadline))
        }
    }

    /// The signed HTTP request of one attempt.
    private func message(
        _ number: Int,
        of invocation: Invocation,
        credentials: AWSCredentials?,
        time: Timestamp,
        timeout: Duration
    ) -> HTTPRequest {
        let request = invocation.request
        let endpoint = invocation.endpoint
        var headers = HTTPHeaders()
        let token = credentials?.sessionToken?.utf8.count ?? 0
        headers.reserveCapacity(request.headers.count + 9, byteCount: request.headers.text.count + token + 768)
        headers.add(name: "Host", value: endpoint.authority)
        headers.append(contentsOf: request.headers)
        headers["User-Agent"] = invocation.userAgent
        headers["amz-sdk-invocation-id"] = invocation.id
        headers["amz-sdk-request"] =
            "ttl=\((time + timeout).basic); attempt=\(number); max=\(invocation.maximumAttempts)"
        if let traceID = configuration.traceID() { headers["X-Amzn-Trace-Id"] = traceID }
        let path = request.path.isEmpty ? "/" : request.path
        if let credentials {
            let signer = SigV4Signer(
                region: endpoint.signingRegion,
                service: request.service.signingName,
                pathSigning: request.service.pathSigning,
                keys: keys
            )
            let signed = SigV4Signer.Request(
                method: request.method,
                path: endpoint.basePath + path,
                query: request.query,
                headers: headers,
                payload: request.payloadSigning == .unsigned && endpoint.scheme == "https"
                    ? .unsigned : .bytes(request.body)
            )
            headers = signer.sign(signed, with: credentials, at: time)
        }
        var message = HTTPRequest(
            method: request.method,
            url: endpoint.url(path: path, query: request.encodedQuery),
            headers: headers,
            body: request.body
        )
        message.connectTimeout = min(configuration.connectTimeout, timeout)
        message.timeout = timeout
        message.maximumResponseBytes = request.maximumResponseBytes
        return message
    }

    /// - Parameter offset: By how much the clock was corrected when the request was signed.
    private func failure(
        _ response: HTTPResponse,
        to request: AWSRequest,
        offset: Duration,
        credentials: AWSCredentials?
    ) -> Failure {
        let details = request.parseError(response)
        let date = response.headers["Date"].flatMap { Timestamp(httpDate: $0) }
        let difference = date.map { $0 - effects.now() }
        let reason = RetryReason(
            code: details.code,
            status: response.status,
            skew: difference.map { $0 - offset }
        )
        if reason == .clockSkew, let difference { skew.set(difference) }
        if reason == .expiredCredentials, let credentials { self.credentials.invalidate(credentials) }
        return Failure(
            error: AWSError(response, to: request, details: details, reason: reason),
            reason: reason,
            retryAfter: RetryPolicy.retryAfter(response.headers["x-amz-retry-after"])
        )
    }

    private func failure(_ error: HTTPError, to request: AWSRequest, deadline: ContinuousClock.Instant?) -> Failure {
        switch error.code {
        case .cancelled:
            return Failure(error: .cancelled(request, attempts: 0))
        case .timedOut where deadline.map { effects.instant() >= $0 } ?? false:
            return Failure(error: .deadline(request, attempts: 0, last: nil))
        default:
            let reason = RetryReason(error)
            return Failure(error: AWSError(error, to: request), reason: reason)
        }
    }

    /// The longest time of an attempt that begins now; `nil` where the deadline has passed.
    private func timeout(before deadline: ContinuousClock.Instant?) -> Duration? {
        guard let deadline else { return configuration.attemptTimeout }
        let remaining = effects.instant().duration(to: deadline)
        return remaining > .zero ? min(remaining, configuration.attemptTimeout) : nil
    }

    private func facts(for request: AWSRequest) throws(AWSError) -> ServiceFacts {
        let facts = known.withLock { known in known.first { $0.service == request.service } }
        if let facts { return facts }
        let endpoint: AWSEndpoint
        do throws(AWSError) {
            endpoint = try configuration.endpoint(for: request.service)
        } catch {
            throw error.occurred(in: request)
        }
        let found = ServiceFacts(
            service: request.service,
            quota: quota(for: request.service),
            endpoint: endpoint,
            userAgent: configuration.userAgent.value(for: request.service)
        )
        known.withLock { $0.append(found) }
        return found
    }

    /// The quota for retries of one service: one service's trouble does not use up another's.
    func quota(for service: AWSService) -> RetryQuota {
        quotas.withLock { quotas in
            if let quota = quotas[service.sdkID] { return quota }
            let quota = RetryQuota()
            quotas[service.sdkID] = quota
            return quota
        }
    }
}
