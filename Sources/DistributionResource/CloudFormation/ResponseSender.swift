import AWSClient
import LambdaRuntime
import Transport

/// Delivers responses to the pre-signed URL that CloudFormation gave, and sees to it that they arrive.
struct ResponseSender: Sendable {
    /// The response did not arrive. It names the host at most: who has the URL may answer in the resource's name.
    struct DeliveryError: Error, CustomStringConvertible {
        let attempts: Int
        let problem: String
        var description: String {
            "the response to CloudFormation was not delivered in \(attempts) attempt\(attempts == 1 ? "" : "s"): \(problem)"
        }
    }

    static let maximumAttempts = 8

    let http: HTTPClient
    let effects: AWSEffects

    /// Puts the document until it is accepted, refused for good, or no time is left.
    ///
    /// The URL's signature covers an empty `Content-Type`; with any other, S3 answers 403.
    func send(
        _ document: [UInt8],
        to url: String,
        deadline: ContinuousClock.Instant?,
        logger: Logger
    ) async throws(DeliveryError) {
        var attempt = 0
        while true {
            attempt += 1
            var request = HTTPRequest(method: "PUT", url: url, headers: ["Content-Type": ""], body: document)
            request.maximumResponseBytes = 64 << 10
            let left = deadline.map { effects.instant().duration(to: $0) } ?? .seconds(30)
            guard left > .zero else { throw DeliveryError(attempts: attempt - 1, problem: "the time is over") }
            request.timeout = min(left, .seconds(10))
            request.connectTimeout = min(left, .seconds(5))
            let problem: String
            let isFinal: Bool
            do throws(HTTPError) {
                let response = try await http.send(request)
                if (200...299).contains(response.status) { return }
                problem = "status \(response.status)\(Self.code(in: response.body).map { " \($0)" } ?? "")"
                isFinal = response.status < 500 && response.status != 408 && response.status != 429
            } catch {
                problem = error.code.rawValue
                isFinal = error.code == .badURL || error.code == .cancelled
            }
            let delay = Self.delay(after: attempt, random: effects.random())
            let hasTime = deadline.map { effects.instant() + delay < $0 } ?? true
            guard !isFinal, attempt < Self.maximumAttempts, hasTime else {
                throw DeliveryError(attempts: attempt, problem: problem)
            }
            logger.warn("the response to CloudFormation is sent again", ["attempt": attempt, "problem": problem])
            do {
                try await effects.sleep(delay)
            } catch {
                throw DeliveryError(attempts: attempt, problem: problem)
            }
        }
    }

    /// 100 ms at most after the first attempt, doubled with each up to 2 s.
    private static func delay(after attempt: Int, random: Double) -> Duration {
        let longest = min(2_000, 100 << min(attempt - 1, 10))
        return .milliseconds(Int(Double(longest) * (0.5 + random / 2)))
    }

    /// The error code in S3's answer. Nothing else of it is used: it quotes the request.
    static func code(in body: [UInt8]) -> String? {
        let text = String(decoding: body, as: UTF8.self)
        guard let after = text.components(after: "<Code>") else { return nil }
        let code = after.prefix { $0.isASCII && $0.isLetter }
        return code.isEmpty || code.count > 64 ? nil : String(code)
    }
}

extension String {
    /// What follows the first occurrence of `mark`.
    fileprivate func components(after mark: String) -> Substring? {
        var rest = Substring(self)
        while !rest.isEmpty {
            if rest.hasPrefix(mark) { return rest.dropFirst(mark.count) }
            rest.removeFirst()
        }
        return nil
    }
}
