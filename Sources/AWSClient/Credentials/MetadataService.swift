import Transport

/// Plain HTTP to a credentials endpoint on the same host or network, past every proxy.
struct MetadataService: Sendable {
    let http: HTTPClient
    let effects: AWSEffects
    /// What is asked, for errors.
    let name: String
    var attempts = 3
    var timeout = Duration.seconds(2)
    /// The pause before it is tried again where nobody listened, or answered in time; `nil` where that is final.
    var pauseWithoutAnswer: Duration?

    static let maximumResponseBytes = 256 << 10

    /// Sends a request; connections that break and answers of 5xx are tried again after 100 and 200 ms, within the deadline.
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
            var pause: Duration? = .milliseconds(100 * attempt)
            do throws(HTTPError) {
                let response = try await http.send(
                    request(method, url, headers: headers, timeout: remaining(deadline))
                )
                if response.status < 500 { return response }
                failure = .credentials("MetadataServiceFailure", "\(name) answered with status \(response.status)")
            } catch {
                if error.code == .cancelled { throw Self.cancelled }
                failure = .credentials("MetadataServiceFailure", "\(name): \(error)", underlying: error)
                if error.code == .couldNotConnect || error.code == .timedOut { pause = pauseWithoutAnswer }
            }
            if attempt == attempts { pause = nil }
            if let deadline, effects.instant() + (pause ?? .zero) >= deadline {
                throw Self.deadline(name, after: failure)
            }
            guard let pause else { throw failure }
            do {
                try await effects.sleep(pause)
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
