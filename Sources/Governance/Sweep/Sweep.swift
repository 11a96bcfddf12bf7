import AWSClient
import LambdaRuntime

/// Finds out what really uses the creator's images in one account and region, and makes the tables say so.
///
/// One invocation does what it has time for; the checkpoint lets the next one continue. Whatever is done is right to be
/// done again, by the same invocation or by two at once, and whatever events do at the same time: everything goes through
/// the ``UsageLedger``, under a mark by which newer events win. What is released for ever was asked for directly.
public struct Sweep<Store: UsageStore & SweepStore, Items: Inventory, Images: ImageResolver>: Sendable {
    let ledger: UsageLedger<Store>
    let inventory: Items
    let images: Images
    let schedule: SweepSchedule
    let budget: SweepBudget
    let logger: Logger

    var store: Store { ledger.store }

    /// As many resources go through the ledger at a time as a transaction of DynamoDB writes.
    static var batchSize: Int { 100 }

    public init(
        ledger: UsageLedger<Store>,
        inventory: Items,
        images: Images,
        intervalHours: Int64,
        budget: SweepBudget,
        logger: Logger
    ) {
        self.ledger = ledger
        self.inventory = inventory
        self.images = images
        schedule = SweepSchedule(intervalHours: intervalHours, account: ledger.account, region: ledger.region)
        self.budget = budget
        self.logger = logger
    }

    /// Begins a sweep if one is due, or continues the one that is not finished, for as long as there is time.
    ///
    /// - Throws: `AWSError` or `RecordContention`; the sweep is to be continued then as well.
    public func run(isForced: Bool = false) async throws -> SweepOutcome {
        let found = try await store.checkpoint()
        var checkpoint: SweepCheckpoint
        switch SweepDecision(found, at: budget.now(), schedule: schedule, isForced: isForced) {
        case .wait: return found.map(SweepOutcome.notDue) ?? .busy
        case .leave: return .busy
        case .begin: checkpoint = SweepCheckpoint(started: budget.now(), after: found)
        case .resume: checkpoint = found ?? SweepCheckpoint(started: budget.now())
        }
        checkpoint.heldUntil = budget.heldUntil
        guard try await save(&checkpoint, replacing: found?.revision) else { return .busy }
        do {
            let change = CoverageChange.sweepUnderWay(started: checkpoint.started)
            try await store.record(change, of: ledger.account, in: ledger.region)
            return try await proceed(&checkpoint)
        } catch {
            // Whoever continues need not wait for this invocation's end.
            checkpoint.heldUntil = nil
            _ = try? await save(&checkpoint, replacing: checkpoint.revision)
            throw error
        }
    }

    private func proceed(_ checkpoint: inout SweepCheckpoint) async throws -> SweepOutcome {
        var throttled = 0
        while checkpoint.phase != .completed {
            var isStopped = budget.isSpent()
            if !isStopped {
                switch try await attempt(&checkpoint) {
                case .done: throttled = 0
                case .outOfTime, .later: isStopped = true
                case .throttled:
                    throttled += 1
                    isStopped = try await !budget.pause(afterThrottling: throttled)
                }
            }
            if isStopped { checkpoint.heldUntil = nil }
            guard try await save(&checkpoint, replacing: checkpoint.revision) else { return .busy }
            if isStopped { return .suspended(checkpoint) }
        }
        return try await complete(&checkpoint)
    }

    private func complete(_ checkpoint: inout SweepCheckpoint) async throws -> SweepOutcome {
        let completed = max(budget.now(), checkpoint.started)
        let sweep = CoverageRecord.Sweep(
            started: checkpoint.started,
            completed: completed,
            skipped: checkpoint.skippedNames,
            leftOut: checkpoint.leftOutNames,
            unavailable: checkpoint.unavailableNames,
            resources: checkpoint.resources
        )
        try await store.record(.sweepCompleted(sweep), of: ledger.account, in: ledger.region)
        checkpoint.completed = completed
        checkpoint.heldUntil = nil
        guard try await save(&checkpoint, replacing: checkpoint.revision) else { return .busy }
        return .completed(checkpoint)
    }

    private func save(_ checkpoint: inout SweepCheckpoint, replacing revision: Int?) async throws -> Bool {
        var next = checkpoint
        next.revision = (revision ?? 0) + 1
        guard try await store.write(next, replacing: revision) else {
            logger.info("another invocation continues the sweep")
            return false
        }
        checkpoint = next
        return true
    }

    // MARK: Steps

    enum Step {
        case done
        /// Of the page, some is done.
        case outOfTime
        /// The next invocation may find it otherwise.
        case later
        case throttled
    }

    /// One page of the current phase.
    private func attempt(_ checkpoint: inout SweepCheckpoint) async throws -> Step {
        do {
            return try await AWSClient.$deadline.withValue(budget.requestDeadline ?? AWSClient.deadline) {
                switch checkpoint.phase {
                case .listing(let section): try await list(section, &checkpoint)
                case .confirming: try await confirmMappings(&checkpoint)
                case .reconciling: try await reconcileRows(&checkpoint)
                case .completed: .done
                }
            }
        } catch let error as AWSError where error.kind == .deadline {
            return .outOfTime
        } catch let error as AWSError where error.kind == .throttling {
            logger.info("the sweep is throttled", ["error": "\(error)", "phase": checkpoint.phase.text])
            return .throttled
        } catch  where Self.isFault(error) {
            let phase = checkpoint.phase.text
            guard checkpoint.fail() else { throw error }
            logger.warn("this fails each time; what does so is left out", error: error, ["phase": phase])
            return .done
        }
    }

    /// Whether an error is of what the sweep works on, and not of the invocation's end.
    static func isFault(_ error: any Error) -> Bool {
        if let error = error as? AWSError { return ![.throttling, .deadline, .cancelled].contains(error.kind) }
        return error is any LambdaError
    }
}
