import Transport

extension AWSClient {
    /// The instant that no request and no pause made through ``call(_:)`` goes past; nil for none. Set for the tasks of one
    /// invocation with `AWSClient.$deadline.withValue`.
    @TaskLocal public static var deadline: ContinuousClock.Instant?

    /// Performs an operation.
    public func call<Operation: AWSOperation>(_ operation: Operation) async throws(AWSError) -> Operation.Output {
        try await result(of: operation).output
    }

    /// Performs an operation; its output comes with the request id.
    public func result<Operation: AWSOperation>(
        of operation: Operation
    ) async throws(AWSError) -> AWSResult<Operation.Output> {
        try Operation.result(of: try await send(try operation.request(), deadline: Self.deadline))
    }

    /// The pages of an operation, asked for one after another.
    public func pages<Operation: PaginatedOperation>(_ operation: Operation) -> AWSPages<Operation> {
        AWSPages(operation) { operation throws(AWSError) in try await self.call(operation) }
    }

    /// Waits before a request is made anew whose answer was a success but left work undone, as long as after so many
    /// failed attempts of a throttled or otherwise failing request.
    ///
    /// - Parameter attempt: From 1.
    /// - Throws: ``AWSError/Kind/deadline`` at once where the pause would go past the deadline.
    public func pause(
        attempt: Int,
        reason: RetryReason = .throttling,
        service: AWSService,
        operation: String
    ) async throws(AWSError) {
        let policy = RetryPolicy(service: service)
        let delay = policy.delay(after: attempt, reason: reason, random: effects.random())
        func failure(_ kind: AWSError.Kind, _ code: String, _ message: String) -> AWSError {
            AWSError(
                kind: kind,
                code: code,
                message: message,
                service: service.sdkID,
                operation: operation,
                attempts: attempt
            )
        }
        if let deadline = Self.deadline, effects.instant() + delay >= deadline {
            throw failure(.deadline, "DeadlineExceeded", "the time left does not allow another request")
        }
        do {
            try await effects.sleep(delay)
        } catch {
            throw failure(.cancelled, "Cancelled", "cancelled between requests")
        }
    }
}
