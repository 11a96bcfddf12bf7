import AWSClient

extension DynamoDB {
    /// A write that is made if its condition holds, apart from the others submitted with it.
    public struct ConditionalWrite: Sendable {
        public var write: Write
        /// Writes and checks with the same group are made together or not at all.
        public var group: String?

        public init(_ write: Write, group: String? = nil) {
            self.write = write
            self.group = group
        }
    }

    /// What became of a conditional write.
    public enum WriteOutcome: Sendable, Hashable {
        /// Written; for a check: its condition held.
        case written
        /// The condition did not hold, for this item; nil where there is none.
        case conditionFailed(existing: Item?)
        /// The condition of another write of its group did not hold.
        case groupFailed
    }

    /// Makes any number of conditional writes in few requests: transactions of up to 100 writes, several at a time, and a
    /// plain request for a write that is alone. Where a condition fails, the other writes of its transaction are submitted
    /// again without it; where a write meets a conflict, it is submitted again after a pause, apart from the others; where
    /// one is throttled, its transaction is submitted again after a pause.
    ///
    /// Each write is made on its own merits: transactions are only the means. When it throws, some of the writes may have
    /// been made. No two writes may be of the same item. The writer may submit a write again after its answer was lost: a
    /// put whose condition then meets the very item it puts counts as written.
    ///
    /// - Returns: the outcome of each write, in the order of the writes.
    public func writeConditionally(_ writes: [ConditionalWrite]) async throws(AWSError) -> [WriteOutcome] {
        let batches = try WriteUnit.batches(of: writes)
        let outcomes = try await concurrentMap(batches, limit: Self.concurrency) { batch throws(AWSError) in
            try await write(batch)
        }
        var ordered = [WriteOutcome](repeating: .written, count: writes.count)
        for (index, outcome) in outcomes.joined() { ordered[index] = outcome }
        return ordered
    }

    /// How often a write is submitted that meets conflicts or throttling.
    private static let maximumSubmissions = 8

    /// Units to submit in one request.
    private struct Batch {
        var units: [WriteUnit]
        /// From 1; counted up with each pause.
        var submission = 1
        /// Why there is a pause before.
        var pause: RetryReason?
    }

    /// Submits units until every one of them is written or has failed its condition.
    private func write(_ units: [WriteUnit]) async throws(AWSError) -> [(Int, WriteOutcome)] {
        var batches = [Batch(units: units)]
        var outcomes: [(Int, WriteOutcome)] = []
        while let batch = batches.popLast() {
            if let reason = batch.pause {
                try await client.pause(
                    attempt: batch.submission - 1,
                    reason: reason,
                    service: .dynamoDB,
                    operation: TransactWriteItems.name
                )
            }
            let members = batch.units.flatMap(\.members)
            switch try await submit(members.map(\.write)) {
            case .written:
                outcomes += members.map { ($0.index, .written) }
            case .cancelled(let reasons, let error):
                let (failed, left) = Self.sort(batch.units, by: reasons)
                outcomes += failed
                batches += try Self.next(batch, left: left, after: reasons, error: error)
            }
        }
        return outcomes
    }

    /// Takes the units with a failed condition out of a cancelled transaction: the outcomes of their members, and the other
    /// units with whether they met a conflict.
    private static func sort(
        _ units: [WriteUnit],
        by reasons: [CancellationReason]
    ) -> (failed: [(Int, WriteOutcome)], left: [(unit: WriteUnit, isInConflict: Bool)]) {
        var rest = reasons[...]
        var failed: [(Int, WriteOutcome)] = []
        var left: [(unit: WriteUnit, isInConflict: Bool)] = []
        for unit in units {
            let own = rest.prefix(unit.members.count)
            rest = rest.dropFirst(unit.members.count)
            guard own.contains(where: \.isConditionFailure) else {
                left.append((unit, own.contains(where: \.isConflict)))
                continue
            }
            for (member, reason) in zip(unit.members, own) {
                let outcome = WriteOutcome.conditionFailed(existing: reason.item)
                failed.append((member.index, reason.isConditionFailure ? outcome : .groupFailed))
            }
        }
        return (failed, left)
    }

    /// What is submitted after a cancelled transaction, the last first: all that is left, after a pause where it was
    /// throttled; or, apart from each other, what is free at once and what was in conflict after a pause.
    private static func next(
        _ batch: Batch,
        left: [(unit: WriteUnit, isInConflict: Bool)],
        after reasons: [CancellationReason],
        error: AWSError
    ) throws(AWSError) -> [Batch] {
        let isThrottled = reasons.contains(where: \.isThrottling)
        let waiting = left.filter { isThrottled || $0.isInConflict }.map(\.unit)
        let free = left.filter { !isThrottled && !$0.isInConflict }.map(\.unit)
        // The service cancels for a reason. Each round leaves fewer units or counts a submission, so there is an end.
        guard free.count < batch.units.count, waiting.isEmpty || batch.submission < maximumSubmissions else {
            throw error
        }
        let pause: RetryReason = isThrottled ? .throttling : .transient
        return [
            Batch(units: waiting, submission: batch.submission + 1, pause: pause),
            Batch(units: free, submission: batch.submission),
        ].filter { !$0.units.isEmpty }
    }

    private enum Submission {
        case written
        /// A reason for each write, none of which makes another submission vain; and the error that brought them.
        case cancelled([CancellationReason], AWSError)
    }

    /// Makes one request of the writes.
    private func submit(_ writes: [Write]) async throws(AWSError) -> Submission {
        do throws(AWSError) {
            switch writes.count == 1 ? writes[0] : nil {
            case .put(let write): _ = try await putItem(write)
            case .update(let write): _ = try await updateItem(write)
            case .delete(let write): _ = try await deleteItem(write)
            case .check, nil:
                let token = client.effects.uuid()
                try await transactWriteItems(TransactWriteItems(writes: writes, clientRequestToken: token))
            }
            return .written
        } catch {
            if error.isConditionalCheckFailure {
                let item = error.conditionFailedItem
                if case .put(let put) = writes[0], error.attempts > 1, item == put.item { return .written }
                return .cancelled([CancellationReason(code: .conditionFailed, item: item)], error)
            }
            if error.code == "TransactionConflictException" {
                return .cancelled([CancellationReason(code: .conflict)], error)
            }
            guard let reasons = error.cancellationReasons, reasons.count == writes.count else { throw error }
            if let index = reasons.firstIndex(where: \.isFinal) {
                var failure = error
                let reason = reasons[index]
                failure.message = "write \(index + 1) of \(writes.count), to \(writes[index].table): \(reason.code)"
                if let message = reason.message { failure.message += ": \(message)" }
                throw failure
            }
            return .cancelled(reasons, error)
        }
    }
}

extension DynamoDB.CancellationReason {
    enum Code: String {
        case none = "None"
        case conditionFailed = "ConditionalCheckFailed"
        case conflict = "TransactionConflict"
        case capacityExceeded = "ProvisionedThroughputExceeded"
        case throttled = "ThrottlingError"
    }

    init(code: Code, item: DynamoDB.Item? = nil) {
        self.code = code.rawValue
        self.item = item
    }

    var isConditionFailure: Bool { code == Code.conditionFailed.rawValue }
    var isThrottling: Bool { code == Code.capacityExceeded.rawValue || code == Code.throttled.rawValue }
    var isConflict: Bool { code == Code.conflict.rawValue }
    /// Whether the same write would fail again.
    var isFinal: Bool { Code(rawValue: code) == nil }
}
