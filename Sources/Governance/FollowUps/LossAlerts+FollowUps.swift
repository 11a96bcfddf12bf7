import AWSClient
import AWSServices
import LambdaRuntime

/// Tells losses again, with what is known by now, each hour.
///
/// AWS calls: `dynamodb:Query` on the shares table, once where nothing is due. Where something is, also `Query` on the usage table's
/// index by image, `PutItem` on the shares table, and, where somebody is to be told, what an event does to tell.
extension LossAlerts {
    /// What came of it.
    struct FollowUpReport: Sendable {
        /// How many losses were looked at.
        var lookedAt = 0
        /// How many accounts were told that had not been.
        var told = 0
        /// How many losses may still have to be told to somebody.
        var pending = 0
        /// Whether every loss was looked at that is followed up; the next run begins with those that were not.
        var isComplete = true
        /// What kept losses from being looked at, or accounts from being told, and may be over by the next run.
        var failures: [any Error] = []
    }

    /// Looks at the losses that are followed up, least recently looked at first. It begins none after half of the time that is left,
    /// and no call goes past three quarters.
    ///
    /// - Parameter told: Called where alerts were sent, or failed, with the image, how many were sent, and how many failed.
    func followUp(
        _ context: LambdaContext,
        told: (_ image: ImageID?, _ sent: Int, _ failed: Int) -> Void
    ) async throws -> FollowUpReport {
        let now = sender.effects.instant()
        let left = AWSClient.deadline.map { $0 - now }
        return try await AWSClient.$deadline.withValue(left.map { now + $0 * 3 / 4 }) {
            try await followUp(until: left.map { now + $0 / 2 }, context, told)
        }
    }

    private func followUp(
        until limit: ContinuousClock.Instant?,
        _ context: LambdaContext,
        _ told: (_ image: ImageID?, _ sent: Int, _ failed: Int) -> Void
    ) async throws -> FollowUpReport {
        let (due, unreadable) = try await followUps.due(now: EventTime(sender.effects.now()))
        for item in unreadable {
            context.logger.error("a loss that is followed up cannot be read", error: item)
            told(nil, 0, 1)
        }
        var report = FollowUpReport(pending: due.count)
        if due.isEmpty { return report }
        let covered = try await coverage.entries(in: region)
        for stored in due {
            if let limit, sender.effects.instant() >= limit {
                report.isComplete = false
                break
            }
            let image = stored.value.loss.image
            report.lookedAt += 1
            let began = EventTime(sender.effects.now())
            do {
                let (pass, outcome) = try await lookAgain(
                    at: stored,
                    among: due.map(\.value.loss),
                    covered,
                    began: began,
                    until: limit,
                    context
                )
                let round = outcome.round
                // Rows that cannot be read are told by the metric and the log: an account, which writes its own, must not make
                // every run fail for as long as the loss is followed up.
                let failed = round.failures.count + (outcome.unreadableRows > 0 ? 1 : 0)
                if round.sent + failed > 0 { told(image, round.sent, failed) }
                report.told += round.sent
                if !round.failures.isEmpty {
                    report.failures.append(
                        UndeliveredAlerts(image: image, failures: round.failures, unreadableRows: 0)
                    )
                }
                let isTold = outcome.isWhole && round.failures.isEmpty && outcome.unreadableRows == 0
                await note(stored, pass.began, isTold: isTold, isDone: outcome.isDone, context.logger)
                if outcome.isDone { report.pending -= 1 }
                if !outcome.isWhole, let limit, sender.effects.instant() >= limit { report.isComplete = false }
                context.logger.info(
                    "followed up a loss",
                    [
                        "image_id": image.text, "event_id": stored.value.loss.occurrence.eventID, "told": round.sent,
                        "failed": round.failures.count, "settled": outcome.isDone,
                    ]
                )
            } catch {
                context.logger.error("a loss cannot be followed up", error: error, ["image_id": image.text])
                if error is UnreadableItem { told(image, 0, 1) } else { report.failures.append(error) }
                // Others come first next time.
                await note(stored, began, isTold: false, isDone: false, context.logger)
            }
        }
        return report
    }

    /// One pass for a loss that is recorded: what is known of the image by now is read, nothing of it written.
    private func lookAgain(
        at stored: Stored<LossFollowUp>,
        among others: [ImageLoss],
        _ covered: [AccountID: CoverageEntry],
        began: EventTime,
        until limit: ContinuousClock.Instant?,
        _ context: LambdaContext
    ) async throws -> (Pass, Outcome) {
        let loss = stored.value.loss
        let contents = try await shares.contents(of: loss.image)
        if let unreadable = contents.unreadable.first { throw unreadable }
        let record = contents.images[loss.image]
        let assessment = LossAssessment(loss, shares: contents.shares, image: record)
        var pass = Pass(
            assessment: assessment,
            covered: covered,
            began: EventTime(sender.effects.now()),
            toldAt: stored.value.toldAt
        )
        pass.limit = limit
        pass.leftToLater = assessment.lostLater
        pass.laterLosses = others.filter { $0.image == loss.image }
            .map { LossAssessment($0, shares: contents.shares, image: record) }.filter { $0.time > assessment.time }
        pass.add(contents.alerts)
        let outcome = try await tell(pass, context) { try await imageName(loss, record?.name, context.logger) }
        return (pass, outcome)
    }
}
