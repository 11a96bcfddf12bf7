import AWSClient
import AWSServices
import LambdaRuntime

extension UsageTracker {
    /// Begins or continues a sweep, as far as one invocation comes.
    func sweep(isForced: Bool, _ context: LambdaContext) async throws -> [UInt8] {
        let (account, region) = try Self.place(of: context)
        let started = ContinuousClock.now
        let sweep = Sweep(
            ledger: UsageLedger(store: store, account: account, region: region),
            inventory: inventory,
            images: LookedUpImages(lookup, account: account, logger: context.logger),
            intervalHours: sweepIntervalHours,
            budget: SweepBudget(remaining: context.remainingTime, now: clock),
            logger: context.logger
        )
        let outcome = try await AWSClient.withDeadline(of: context) { try await sweep.run(isForced: isForced) }
        report(outcome, after: ContinuousClock.now - started, context.logger)
        return try GovernanceJSON.encode(Answer(outcome))
    }

    /// The function's own account and region, which the schedule's event does not tell.
    static func place(of context: LambdaContext) throws -> (AccountID, Region) {
        let parts = (context.invokedFunctionARN ?? "").split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 7, let region = Region(String(parts[3])), let account = AccountID(String(parts[4])) else {
            throw ConfigurationError(message: "the invoked function's ARN does not tell its region and account")
        }
        return (account, region)
    }

    private func report(_ outcome: SweepOutcome, after duration: Duration, _ logger: Logger) {
        switch outcome {
        case .notDue, .busy: logger.debug("no sweep to work on", ["outcome": outcome.name])
        case .suspended(let checkpoint):
            logger.info(
                "the sweep is to be continued",
                ["phase": checkpoint.progress, "seconds": Int(duration.components.seconds)]
            )
        case .completed(let checkpoint):
            let completed = checkpoint.completed ?? checkpoint.started
            let milliseconds = completed.milliseconds - checkpoint.started.milliseconds
            logger.info(
                "the sweep is complete",
                [
                    "started": checkpoint.started.description,
                    "seconds": Int(milliseconds / 1000),
                    "resources": checkpoint.resources,
                    "released": checkpoint.released,
                    "revived": checkpoint.revived,
                    "skipped": checkpoint.incomplete.isEmpty ? nil : checkpoint.skippedNames.joined(separator: ","),
                    "unavailable": checkpoint.unavailable.isEmpty
                        ? nil : checkpoint.unavailableNames.joined(separator: ","),
                ]
            )
            logger.emit(
                metrics.set([
                    .init(.sweepDuration, seconds: Double(milliseconds) / 1000),
                    .init(.sweepResources, checkpoint.resources),
                    .init(.sweepReleased, checkpoint.released),
                    .init(.sweepRevived, checkpoint.revived),
                    .init(.sweepSkippedSections, checkpoint.incomplete.count(where: \.mayHideUse)),
                ])
            )
        }
    }

    /// For whoever invokes it by hand.
    private struct Answer: Encodable {
        /// `completed`, `suspended`, `busy`, `not_due`
        let sweep: String
        let phase: String?
        let started: EventTime?
        let completed: EventTime?
        let resources: Int?
        let released: Int?
        /// Of what was recorded as released, what is there nevertheless.
        let revived: Int?
        let skipped: [String]?
        /// How many resources of what was left out in part.
        let leftOut: [String: Int]?
        let unavailable: [String]?

        init(_ outcome: SweepOutcome) {
            let checkpoint = outcome.checkpoint
            sweep = outcome.name
            phase = checkpoint?.progress
            started = checkpoint?.started
            completed = checkpoint?.completed
            resources = checkpoint?.resources
            released = checkpoint?.released
            revived = checkpoint?.revived
            skipped = checkpoint?.skippedNames
            leftOut = checkpoint.flatMap { $0.leftOut.isEmpty ? nil : $0.leftOutNames }
            unavailable = checkpoint.flatMap { $0.unavailable.isEmpty ? nil : $0.unavailableNames }
        }
    }
}
