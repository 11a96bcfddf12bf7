import AWSClient
import AWSServices
import LambdaRuntime

/// Tells losses again, with what is known by now, each hour.
///
/// AWS calls: `dynamodb:Query` on the shares table, once where nothing is due. Where something is, also `Query` on the usage table's
/// index by image, `PutItem` on the shares table, and, where somebody is to be told, what an event does to tell.
extension LossAlerts {
    /// So long after a loss, an account may still have launched the image: EC2 takes moments to know of it everywhere, and events
    /// tell whole seconds.
    private static let launchDelaySeconds: Int64 = 600

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
        /// What kept losses from being looked at, or accounts from being told.
        var failures: [any Error] = []
    }

    /// Looks at the losses that are followed up, least recently looked at first. It begins none after half of the time that is left,
    /// and no call goes past three quarters.
    ///
    /// - Parameter told: Called with the image and what came of it where an alert was sent, or failed.
    func followUp(
        _ context: LambdaContext,
        told: (ImageID, AlertRound.Report) -> Void
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
        _ told: (ImageID, AlertRound.Report) -> Void
    ) async throws -> FollowUpReport {
        let (due, unreadable) = try await followUps.due(now: EventTime(sender.effects.now()))
        var report = FollowUpReport(pending: due.count, failures: unreadable)
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
                let (pass, outcome) = try await lookAgain(at: stored, covered, began: began, until: limit, context)
                let round = outcome.round
                if round.sent + round.failures.count > 0 { told(image, round) }
                report.told += round.sent
                if !round.failures.isEmpty || outcome.unreadableRows > 0 {
                    report.failures.append(
                        UndeliveredAlerts(
                            image: image,
                            failures: round.failures,
                            unreadableRows: outcome.unreadableRows
                        )
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
                report.failures.append(error)
                // Others come first next time.
                await note(stored, began, isTold: false, isDone: false, context.logger)
            }
        }
        return report
    }

    /// One pass for a loss that is recorded: what is known of the image by now is read, nothing of it written.
    private func lookAgain(
        at stored: Stored<LossFollowUp>,
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
        let alerts = contents.alerts.filter { !$0.isAboutUnknownUse }
        let mark = EventMark(loss.occurrence)
        var pass = Pass(
            assessment: assessment,
            covered: covered,
            began: EventTime(sender.effects.now()),
            toldAt: stored.value.toldAt
        )
        pass.limit = limit
        pass.lastUse = assessment.time.advanced(bySeconds: Self.launchDelaySeconds)
        pass.leftToLater = assessment.lostLater
        for alert in alerts {
            if alert.identity == loss.identity {
                pass.standings[alert.account] = alert.record.standing(of: mark, now: pass.began)
            } else if alert.record.lossTime > assessment.time {
                pass.leftToLater.insert(alert.account)
            }
        }
        let outcome = try await tell(pass, context) { try await imageName(loss, record?.name, context.logger) }
        return (pass, outcome)
    }
}
