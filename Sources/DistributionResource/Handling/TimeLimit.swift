import AWSClient

/// The time that an invocation has: most of it for its work, the rest for the answer.
struct TimeLimit: Sendable {
    /// When the work ends, finished or not.
    let work: ContinuousClock.Instant
    /// When the answer has to be remembered.
    let record: ContinuousClock.Instant
    /// When the answer has to be delivered: shortly before Lambda ends the invocation.
    let answer: ContinuousClock.Instant

    /// The work did not end in time.
    struct Passed: Error {
        /// What kept it from trying again, where a call had failed before.
        var cause: AWSError?
    }

    /// - Parameter remaining: The time until Lambda ends the invocation.
    init(remaining: Duration, now: ContinuousClock.Instant) {
        let reserve = min(.seconds(10), remaining / 4)
        work = now + remaining - reserve
        record = now + remaining - reserve / 2
        answer = now + remaining - min(.milliseconds(200), reserve / 8)
    }

    /// Runs `work` up to `deadline` and cancels it then.
    ///
    /// - Throws: ``Passed``, or what `work` throws.
    static func run<Value: Sendable>(
        until deadline: ContinuousClock.Instant,
        effects: AWSEffects,
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await AWSClient.$deadline.withValue(deadline) {
            try await withThrowingTaskGroup(of: Value.self) { group in
                group.addTask { try await work() }
                group.addTask {
                    try await effects.sleep(effects.instant().duration(to: deadline))
                    throw Passed()
                }
                defer { group.cancelAll() }
                do {
                    guard let value = try await group.next() else { throw Passed() }
                    return value
                } catch let error as AWSError where error.kind == .deadline {
                    throw Passed(cause: error)
                }
            }
        }
    }
}
