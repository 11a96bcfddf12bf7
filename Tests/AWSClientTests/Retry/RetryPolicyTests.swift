import Testing
import Transport

@testable import AWSClient

struct RetryPolicyTests {
    static let numbers: [(AWSService, Int?, Int)] = [
        (AWSService.ssm, nil, 3), (.dynamoDB, nil, 4), (.dynamoDB, 2, 2), (.ssm, 7, 7), (.ssm, 1, 1),
    ]

    @Test(arguments: numbers)
    func attempts(_ service: AWSService, _ configured: Int?, _ expected: Int) {
        #expect(RetryPolicy(service: service, maximumAttempts: configured).maximumAttempts == expected)
    }

    /// random × min(base × 2^(attempt - 1), 20 s), here with random = 1.
    @Test(arguments: [
        (AWSService.ssm, RetryReason.transient, [50, 100, 200, 400, 800]),
        (.dynamoDB, .transient, [25, 50, 100, 200, 400]),
        (.ssm, .throttling, [1000, 2000, 4000, 8000, 16000, 20000, 20000]),
        (.dynamoDB, .throttling, [1000, 2000, 4000, 8000, 16000, 20000, 20000]),
    ])
    func delays(_ service: AWSService, _ reason: RetryReason, _ milliseconds: [Int]) {
        let policy = RetryPolicy(service: service)
        for (index, expected) in milliseconds.enumerated() {
            #expect(policy.delay(after: index + 1, reason: reason, random: 1) == .milliseconds(expected))
            #expect(policy.delay(after: index + 1, reason: reason, random: 0.5) == .milliseconds(expected) / 2)
            #expect(policy.delay(after: index + 1, reason: reason, random: 0) == .zero)
        }
    }

    @Test func manyAttemptsDoNotOverflow() {
        let policy = RetryPolicy(service: .dynamoDB)
        #expect(policy.delay(after: 1000, reason: .transient, random: 1) == .seconds(20))
    }

    @Test(arguments: [
        // below the computed delay: the computed one
        (10, 50), (50, 50),
        // within five seconds above
        (700, 700), (5050, 5050),
        // further above: five seconds more
        (5051, 5050), (3_600_000, 5050),
    ])
    func retryAfterStaysNearTheComputedDelay(_ retryAfter: Int, _ expected: Int) {
        let delay = RetryPolicy(service: .ssm).delay(
            after: 1,
            reason: .transient,
            random: 1,
            retryAfter: .milliseconds(retryAfter)
        )
        #expect(delay == .milliseconds(expected))
    }

    static let retryAfterHeaders: [(String?, Int?)] = [
        ("0", 0), ("1500", 1500), (nil, nil), ("", nil), ("-1", nil), ("1.5", nil), ("soon", nil),
        ("99999999999999999999", nil),
    ]

    @Test(arguments: retryAfterHeaders)
    func theRetryAfterHeaderIsMillisecondsOrNothing(_ header: String?, _ expected: Int?) {
        #expect(RetryPolicy.retryAfter(header) == expected.map { .milliseconds($0) })
    }

    static let responses: [(String?, Int, RetryReason?)] = [
        ("ThrottlingException", 400, .throttling), ("Throttling", 400, .throttling),
        ("ProvisionedThroughputExceededException", 400, .throttling), ("RequestLimitExceeded", 503, .throttling),
        ("SlowDown", 503, .throttling), ("EC2ThrottledException", 400, .throttling),
        ("PriorRequestNotComplete", 400, .throttling), ("TransactionInProgressException", 400, .throttling),
        ("RequestTimeout", 400, .transient), ("RequestTimeoutException", 408, .transient),
        ("IDPCommunicationError", 400, .transient), ("ReplicatedWriteConflictException", 400, .transient),
        ("InternalError", 500, .transient), (nil, 500, .transient),
        (nil, 502, .transient), (nil, 503, .transient), (nil, 504, .transient), (nil, 429, .throttling),
        ("RequestTimeout", 429, .throttling),
        ("ExpiredTokenException", 400, .expiredCredentials), ("ExpiredToken", 403, .expiredCredentials),
        ("ValidationException", 400, nil), ("AccessDenied", 403, nil), (nil, 400, nil), (nil, 501, nil),
        ("ConditionalCheckFailedException", 400, nil), ("TransactionCanceledException", 400, nil), (nil, 301, nil),
    ]

    @Test(arguments: responses)
    func errorResponsesAreClassified(_ code: String?, _ status: Int, _ expected: RetryReason?) {
        #expect(RetryReason(code: code, status: status, skew: nil) == expected)
    }

    static let skews: [(String, Int?, RetryReason?)] = [
        ("RequestTimeTooSkewed", 1, RetryReason.clockSkew), ("RequestExpired", 301, .clockSkew),
        ("RequestInTheFuture", -301, .clockSkew), ("InvalidSignatureException", 241, .clockSkew),
        ("SignatureDoesNotMatch", -241, .clockSkew), ("AuthFailure", 3600, .clockSkew),
        ("RequestExpired", -241, .clockSkew), ("RequestExpired", 239, .expiredCredentials),
        ("RequestExpired", 0, .expiredCredentials), ("RequestExpired", nil, .expiredCredentials),
        ("ExpiredToken", 3600, .expiredCredentials), ("InvalidSignatureException", 239, nil),
        ("SignatureDoesNotMatch", -239, nil), ("AuthFailure", 0, nil),
        ("RequestTimeTooSkewed", nil, nil), ("AccessDenied", 9999, nil),
    ]

    @Test(arguments: skews)
    func clockSkewIsToldFromAWrongSecret(_ code: String, _ seconds: Int?, _ expected: RetryReason?) {
        #expect(RetryReason(code: code, status: 403, skew: seconds.map { .seconds($0) }) == expected)
    }

    static let connections: [(HTTPError.Code, Int32, RetryReason?)] = [
        (HTTPError.Code.couldNotResolve, 6, RetryReason.transient), (.couldNotConnect, 7, .transient),
        (.connectionLost, 56, .transient), (.timedOut, 28, .transient), (.malformedResponse, 8, .transient),
        (.tls, 35, .transient), (.tls, 60, nil), (.badURL, 3, nil), (.tooLarge, 63, nil), (.cancelled, 0, nil),
        (.other, 2, nil),
    ]

    @Test(arguments: connections)
    func connectionErrorsAreClassified(_ code: HTTPError.Code, _ curl: Int32, _ expected: RetryReason?) {
        #expect(RetryReason(HTTPError(code: code, message: "", curlCode: curl)) == expected)
    }
}

struct RetryScheduleTests {
    static func schedule(_ quota: RetryQuota = RetryQuota(), attempts: Int? = nil) -> RetrySchedule {
        RetrySchedule(policy: RetryPolicy(service: .ssm, maximumAttempts: attempts), quota: quota)
    }

    @Test func retriesEndWithTheAttempts() {
        let quota = RetryQuota()
        var schedule = Self.schedule(quota)
        #expect(schedule.next(after: .transient, retryAfter: nil) { 1 } == .retry(after: .milliseconds(50)))
        #expect(schedule.next(after: .throttling, retryAfter: nil) { 1 } == .retry(after: .seconds(2)))
        #expect(schedule.attempt == 3)
        #expect(schedule.next(after: .transient, retryAfter: nil) { 1 } == .giveUp)
        #expect(quota.available == 500 - 14 - 5)
    }

    @Test func whatCannotSucceedIsNotRetried() {
        let quota = RetryQuota()
        var schedule = Self.schedule(quota)
        #expect(schedule.next(after: nil, retryAfter: nil) { 1 } == .giveUp)
        #expect(schedule.attempt == 1)
        #expect(quota.available == 500)
    }

    @Test func clockAndCredentialsAreMendedOnceAtOnceAndForNothing() {
        let quota = RetryQuota()
        var schedule = Self.schedule(quota, attempts: 9)
        #expect(schedule.next(after: .clockSkew, retryAfter: nil) { 1 } == .retry(after: .zero))
        #expect(schedule.next(after: .expiredCredentials, retryAfter: nil) { 1 } == .retry(after: .zero))
        #expect(quota.available == 500)
        var again = schedule
        #expect(again.next(after: .clockSkew, retryAfter: nil) { 1 } == .giveUp)
        #expect(schedule.next(after: .expiredCredentials, retryAfter: nil) { 1 } == .giveUp)
    }

    @Test func anEmptyQuotaEndsRetriesAndSuccessesFillIt() {
        let quota = RetryQuota()
        // 35 retries of 14 tokens leave 10.
        for _ in 0..<35 {
            var schedule = Self.schedule(quota)
            #expect(schedule.next(after: .transient, retryAfter: nil) { 0 } == .retry(after: .zero))
        }
        #expect(quota.available == 10)
        var transient = Self.schedule(quota)
        #expect(transient.next(after: .transient, retryAfter: nil) { 0 } == .giveUp)
        var throttled = Self.schedule(quota)
        #expect(throttled.next(after: .throttling, retryAfter: nil) { 0 } == .retry(after: .zero))
        #expect(quota.available == 5)
        // A success returns what its last retry took, or one token.
        throttled.succeeded()
        #expect(quota.available == 10)
        Self.schedule(quota).succeeded()
        #expect(quota.available == 11)
        for _ in 0..<600 { Self.schedule(quota).succeeded() }
        #expect(quota.available == 500)
    }

    @Test func aSuccessReturnsOnlyTheLastCost() {
        let quota = RetryQuota()
        var schedule = Self.schedule(quota)
        _ = schedule.next(after: .transient, retryAfter: nil) { 0 }
        _ = schedule.next(after: .throttling, retryAfter: nil) { 0 }
        #expect(quota.available == 481)
        schedule.succeeded()
        #expect(quota.available == 486)
    }
}
