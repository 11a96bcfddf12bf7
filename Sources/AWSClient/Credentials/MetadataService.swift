import Transport

/// Plain HTTP to a credentials endpoint on the same host or network, past every proxy.
struct MetadataService: Sendable {
    let http: HTTPClient
    let effects: AWSEffects
    /// What is asked, for errors.
    let name: String
    var attempts = 3
    var timeout = Duration.seconds(2)

    static let maximumResponseBytes = 256 << 10

    /// Sends a request; connections that break and answers of 5xx are tried again after 100 and 200 ms.
    ///
    /// - Returns: The response, of whatever status below 500.
    /// - Throws: ``AWSError/Kind/credentials``, ``AWSError/Kind/deadline`` or ``AWSError/Kind/cancelled``.
    func send(
        _ method: String,
        _ url: String,
        headers: HTTPHeaders,
        deadline: ContinuousClock.Instant?
    ) async throws(AWSError) -> HTTPResponse {
        var attempt = 1
        while true {
            let failure: AWSError
            do throws(HTTPError) {
                let response = try await http.send(
                    request(method, url, headers: headers, timeout: remaining(deadline))
                )
                if response.status < 500 { return response }
                failure = .credentials("MetadataServiceFailure", "\(name) answered with status \(response.status)")
            } catch {
                if error.code == .cancelled { throw Self.cancelled }
                failure = .credentials("MetadataServiceFailure", "\(name): \(error)", underlying: error)
                // Nobody listens there: not a fault that a moment heals.
                if error.code == .couldNotConnect || error.code == .timedOut { attempt = attempts }
            }
            if deadline.map({ effects.instant() >= $0 }) ?? false { throw Self.deadline(name, after: failure) }
            guard attempt < attempts else { throw failure }
            do {
                try await effects.sleep(.milliseconds(100 * attempt))
            } catch {
                throw Self.cancelled
            }
            attempt += 1
        }
    }

    private func remaining(_ deadline: ContinuousClock.Instant?) -> Duration {
        guard let deadline else { return timeout }
        return max(.milliseconds(1), min(timeout, effects.instant().duration(to: deadline)))
    }

    private func request(
        _ method: String,
        _ url: String,
        headers: HTTPHeaders,
        timeout: Duration
    ) -> HTTPRequest {
        var request = HTTPRequest(method: method, url: url, headers: headers)
        request.connectTimeout = min(.seconds(1), timeout)
        request.timeout = timeout
        request.maximumResponseBytes = Self.maximumResponseBytes
        request.usesProxy = false
        return request
    }

    static let cancelled = AWSError(
        kind: .cancelled,
        code: "Cancelled",
        message: "the task was cancelled while fetching credentials"
    )

    private static func deadline(_ name: String, after failure: AWSError) -> AWSError {
        AWSError(
            kind: .deadline,
            code: "DeadlineExceeded",
            message: "the deadline passed while asking \(name) for credentials",
            underlying: failure
        )
    }
}
