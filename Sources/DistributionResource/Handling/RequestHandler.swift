import AWSClient
import AWSServices
import LambdaRuntime

/// Works one request of CloudFormation off: once, however often it is delivered, and to an outcome in any case.
struct RequestHandler: Sendable {
    let manager: DistributionManager
    let effects: AWSEffects

    private var store: RecordStore { manager.store }

    /// Another invocation has the same request in hand, and answers it.
    struct HandledElsewhere: Error, CustomStringConvertible {
        let requestID: String
        var description: String { "another invocation is working on the request \(requestID)" }
    }

    /// How often a lock that another holds is asked for.
    private static let lockPause = Duration.milliseconds(500)

    /// The outcome of a request.
    struct Result: Sendable {
        var outcome: CustomResourceOutcome
        /// Whether the request had been answered before.
        var isRepetition = false
    }

    /// The locks that a request needs: of every configuration that it may concern.
    func locks(for request: CustomResourceRequest, token: String) -> [ConfigurationLock] {
        let candidates = [
            request.physicalResourceID, request.resourceProperties["AmiDistributionArn"]?.string,
            request.oldResourceProperties["AmiDistributionArn"]?.string,
        ]
        let arns = Set(candidates.compactMap { $0 }.map(TextList.trimmed).compactMap(ConfigurationARN.init))
        // In one order, so that two requests never wait for each other.
        return arns.map(\.text).sorted().map {
            ConfigurationLock(id: $0, holder: request.requestID, token: token)
        }
    }

    /// Does the work, within `limit` where there is one.
    ///
    /// - Throws: ``HandledElsewhere``; every other failure is an outcome.
    func handle(
        _ request: CustomResourceRequest,
        locks: [ConfigurationLock],
        limit: TimeLimit?,
        lockedUntil: Timestamp,
        _ operation: DistributionManager.Operation
    ) async throws(HandledElsewhere) -> Result {
        let progress = operation.progress
        do {
            guard let limit else { return try await work(request, locks, lockedUntil, operation) }
            return try await TimeLimit.run(until: limit.work, effects: effects) {
                try await work(request, locks, lockedUntil, operation)
            }
        } catch let error as HandledElsewhere {
            throw error
        } catch let error as TimeLimit.Passed {
            if progress.current == Self.waitingForItself { throw HandledElsewhere(requestID: request.requestID) }
            let cause = error.cause.map { ": \($0)" } ?? ""
            return failure(request, "the function's time was over while \(progress.current)\(cause)", operation.logger)
        } catch {
            return failure(request, "\(error)", operation.logger)
        }
    }

    private static let waitingForItself = "waiting for another invocation with the same request"

    private func work(
        _ request: CustomResourceRequest,
        _ locks: [ConfigurationLock],
        _ lockedUntil: Timestamp,
        _ operation: DistributionManager.Operation
    ) async throws -> Result {
        for lock in locks { try await take(lock, until: lockedUntil, operation.progress) }
        operation.progress.now("looking whether the request is new")
        if let outcome = try await store.answer(to: request) { return Result(outcome: outcome, isRepetition: true) }
        do {
            return Result(outcome: try await outcome(of: request, operation))
        } catch {
            await undo(request, after: error, operation)
            throw error
        }
    }

    private func take(_ lock: ConfigurationLock, until end: Timestamp, _ progress: Progress) async throws {
        progress.now("taking the lock of \(lock.id)")
        while let holder = try await store.take(lock, until: end) {
            progress.now(
                holder == lock.holder
                    ? Self.waitingForItself : "waiting for another operation on \(lock.id) to end"
            )
            try await effects.sleep(Self.lockPause)
        }
    }

    // MARK: The work

    private func outcome(
        of request: CustomResourceRequest,
        _ operation: DistributionManager.Operation
    ) async throws -> CustomResourceOutcome {
        switch request.kind {
        case .create:
            return try await apply(request, operation)
        case .update:
            let outcome = try await apply(request, operation)
            try await releaseAbandoned(request, operation)
            return outcome
        case .delete:
            try await delete(request, operation)
            return CustomResourceOutcome(status: .success, physicalResourceID: physicalResourceID(ofFailed: request))
        }
    }

    private func apply(
        _ request: CustomResourceRequest,
        _ operation: DistributionManager.Operation
    ) async throws -> CustomResourceOutcome {
        let (data, changes) = try await manager.apply(
            request.resourceProperties,
            owner: request.owner,
            verification: .always,
            operation
        )
        operation.logger.info("applied", ["configuration": data.configurationARN, "changes": changes])
        return CustomResourceOutcome(status: .success, physicalResourceID: data.configurationARN, data: data)
    }

    /// A rollback goes back to the configuration that the physical id names: one that a failed replacement had turned to
    /// in between is returned to what it was.
    private func releaseAbandoned(
        _ request: CustomResourceRequest,
        _ operation: DistributionManager.Operation
    ) async throws {
        let current = request.resourceProperties["AmiDistributionArn"]?.string.map(TextList.trimmed)
        guard let old = request.oldResourceProperties["AmiDistributionArn"]?.string.map(TextList.trimmed),
            let abandoned = ConfigurationARN(old), old != current, current == request.physicalResourceID
        else { return }
        try await manager.release(abandoned, owner: request.owner, operation)
    }

    /// Properties are looked at for the ARN alone, and only where the physical id names none: nothing in them makes a
    /// Delete fail.
    private func delete(
        _ request: CustomResourceRequest,
        _ operation: DistributionManager.Operation
    ) async throws {
        let id = request.physicalResourceID ?? ""
        if let arn = ConfigurationARN(id) {
            try await manager.release(arn, owner: request.owner, operation)
            return
        }
        // The Create failed; what it may have left is taken back.
        let named = request.resourceProperties["AmiDistributionArn"]?.string.map(TextList.trimmed)
        guard let arn = named.flatMap(ConfigurationARN.init) else { return }
        try await manager.release(arn, owner: request.owner, onlyPending: true, operation)
    }

    // MARK: Failures

    private func failure(_ request: CustomResourceRequest, _ reason: String, _ logger: Logger) -> Result {
        let id = physicalResourceID(ofFailed: request)
        if request.kind == .delete, ConfigurationARN(id) == nil {
            // There is no resource; what its Create left behind, the next reconciliation takes back.
            logger.error("what a failed Create changed could not be taken back yet", ["reason": reason])
            return Result(outcome: CustomResourceOutcome(status: .success, physicalResourceID: id))
        }
        return Result(outcome: .failed(reason, physicalResourceID: id))
    }

    /// A Create that failed has made no resource; an Update that failed has not replaced one.
    private func physicalResourceID(ofFailed request: CustomResourceRequest) -> String {
        request.physicalResourceID ?? PhysicalResourceID.failedCreate(request.requestID)
    }

    /// Takes back what a failed Create, or a replacement, had begun. Where that fails too, the Delete that follows does it.
    private func undo(
        _ request: CustomResourceRequest,
        after error: any Error,
        _ operation: DistributionManager.Operation
    ) async {
        // Where the time is over, nothing can be taken back, and what was being done then is the reason.
        let isOver = Task.isCancelled || (error as? AWSError)?.kind == .deadline
        guard request.kind != .delete, !isOver,
            let arn = request.resourceProperties["AmiDistributionArn"]?.string.map(TextList.trimmed)
                .flatMap(ConfigurationARN.init)
        else { return }
        do {
            // The manager's own steps would hide in the reason what it was that failed.
            let quiet = DistributionManager.Operation(id: operation.id, progress: Progress(), logger: operation.logger)
            operation.progress.now("taking back what had begun, after: \(error)")
            try await manager.release(arn, owner: request.owner, onlyPending: true, quiet)
        } catch let undoing {
            operation.logger.warn(
                "what the failed request had begun could not be taken back yet",
                error: undoing,
                ["configuration": arn.text]
            )
        }
    }
}
