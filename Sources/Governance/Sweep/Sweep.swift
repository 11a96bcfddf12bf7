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
            _ = try? await save(&checkpoint)
            throw error
        }
    }

    private func proceed(_ checkpoint: inout SweepCheckpoint) async throws -> SweepOutcome {
        while checkpoint.phase != .completed {
            let step = budget.isSpent() ? Step.outOfTime : try await look(&checkpoint)
            if step == .overtaken { return .busy }
            if step != .done { checkpoint.heldUntil = nil }
            guard try await save(&checkpoint) else { return .busy }
            if step != .done { return .suspended(checkpoint) }
        }
        return try await complete(&checkpoint)
    }

    /// All of the listing, or one page of a phase after it.
    private func look(_ checkpoint: inout SweepCheckpoint) async throws -> Step {
        switch checkpoint.phase {
        case .listing: try await listSections(&checkpoint)
        case .confirming: try await attempt(&checkpoint) { try await confirmMappings(&$0) }
        case .reconciling: try await attempt(&checkpoint) { try await reconcileRows(&$0) }
        case .completed: .done
        }
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
        guard try await save(&checkpoint) else { return .busy }
        return .completed(checkpoint)
    }

    /// - Returns: false where another invocation has overtaken this one.
    func save(_ checkpoint: inout SweepCheckpoint) async throws -> Bool {
        try await save(&checkpoint, replacing: checkpoint.revision)
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
        /// Of the page, or of the phase, some is done.
        case outOfTime
        /// The next invocation may find it otherwise.
        case later
        /// Another invocation continues the sweep.
        case overtaken
    }

    /// Does something before the time comes that is left for the checkpoint.
    func inTime<Value>(_ body: () async throws -> Value) async throws -> Value {
        try await AWSClient.$deadline.withValue(budget.requestDeadline ?? AWSClient.deadline) { try await body() }
    }

    /// Does one step; again, after a while, where it is throttled, but not for ever.
    /// - Parameter section: whose page it records, if any.
    func attempt(
        _ checkpoint: inout SweepCheckpoint,
        of section: InventorySection? = nil,
        _ step: (inout SweepCheckpoint) async throws -> Step
    ) async throws -> Step {
        let phase = section?.rawValue ?? checkpoint.phase.rawValue
        var throttled = 0
        while true {
            do {
                return try await inTime { try await step(&checkpoint) }
            } catch let error as AWSError where error.kind == .deadline {
                return .outOfTime
            } catch let error as AWSError where error.kind == .throttling {
                logger.info("the sweep is throttled", ["error": "\(error)", "phase": phase])
                throttled += 1
                let (now, limit) = (budget.now(), schedule.intervalSeconds)
                let isGivenUp =
                    section.map { checkpoint.throttle($0, at: now, limit: limit) }
                    ?? checkpoint.throttle(at: now, limit: limit)
                if isGivenUp {
                    logger.warn("this is throttled all the time, and is left out", error: error, ["phase": phase])
                    return .done
                }
                guard let pause = budget.pause(afterThrottling: throttled) else { return .outOfTime }
                try await budget.sleep(pause)
            } catch  where Self.isFault(error) {
                guard section.map({ checkpoint.fail($0) }) ?? checkpoint.fail() else { throw error }
                logger.warn("this fails each time; what does so is left out", error: error, ["phase": phase])
                return .done
            }
        }
    }

    /// Whether an error is of what the sweep works on, and not of the invocation's end.
    static func isFault(_ error: any Error) -> Bool {
        if let error = error as? AWSError { return ![.throttling, .deadline, .cancelled].contains(error.kind) }
        return error is any LambdaError
    }
}
