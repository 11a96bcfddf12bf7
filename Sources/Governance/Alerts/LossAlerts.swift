import AWSClient
import AWSServices
import LambdaRuntime

/// Tells every account that a loss takes an image from while it uses it, and the administrator of those of which nobody
/// knows whether they do.
struct LossAlerts: Sendable {
    let shares: DynamoDBShareStore
    let followUps: DynamoDBFollowUpStore
    let usage: UsageIndex
    let coverage: CoverageIndex
    let addresses: AddressBook
    let sender: AlertSender
    let ec2: EC2
    let region: Region
    let maximumSweepAgeHours: Int64

    /// Accounts told at a time: as many as one look-up of their parameters takes.
    private static let batchSize = 5
    /// So many accounts are named in a log record.
    private static let maximumNamed = 100
    /// So long after a loss, an account may still have launched the image: EC2 takes moments to know of it everywhere, and events
    /// tell whole seconds.
    static let launchDelaySeconds: Int64 = 600
    /// So late an event may come: EventBridge tries to deliver it for 24 hours.
    private static let lateEventSeconds: Int64 = 86_400

    /// What came of it.
    struct Report: Sendable {
        var round = AlertRound.Report()
        /// Rows of the image that cannot be read, whose resources no alert names.
        var unreadableRows = 0
        /// The accounts that lost the image, of which no use is known, and which are not covered well enough to know.
        var unknown: [AccountID] = []
    }

    /// Tells of a loss, and records it, as its event asks for; once it is noted that it is to be followed up.
    func tell(of loss: ImageLoss, _ event: GovernanceEvent, _ context: LambdaContext) async throws -> Report {
        async let entries = coverage.entries(in: region)
        let followUps = try await self.followUps.open(loss, now: EventTime(sender.effects.now()))
        // The event of a loss that was found before: all that is told of it has one time.
        let found = loss.occurrence.isFound ? nil : followUps.map(\.value.loss).first { $0.occurrence.isFound }
        let loss = found ?? loss
        let (assessment, record) = try await LossAssessment.recording(loss, of: event, in: shares)
        let covered = try await entries
        let name = try await imageName(loss, record?.name, context.logger)
        let told = followUps.map(\.value.toldAt)
        var pass = Pass(
            assessment: assessment,
            covered: covered,
            began: EventTime(sender.effects.now()),
            // A part of the loss of which nothing was told yet may be any account's.
            toldAt: told.contains(nil) ? nil : told.compactMap(\.self).min()
        )
        // Told before, it is told for the sake of what has come to light since.
        if pass.toldAt != nil {
            pass.leftToLater = assessment.lostLater
            pass.add(try await shares.contents(of: loss.image).alerts)
        }
        let outcome = try await tell(pass, context) { name }
        var report = Report(round: outcome.round, unreadableRows: outcome.unreadableRows)
        let unknown = assessment.accounts.filter(assessment.concerns).subtracting(outcome.users).map { known($0, pass) }
            .filter { !$0.isKnown }
        report.unknown = unknown.map(\.account).sorted()
        if !unknown.isEmpty {
            context.logger.warn(
                "accounts lost the image of which it is not known whether they use it",
                [
                    "image_id": loss.image.text, "count": report.unknown.count,
                    "account_ids": report.unknown.prefix(Self.maximumNamed).map(\.text),
                ]
            )
            let notice = UnknownUseNotice(loss: loss, imageName: name, accounts: unknown)
            do {
                let outcome = try await sender.send(notice, invocation(context))
                if case .failed(let failure) = outcome { report.round.failures.append(failure) }
            } catch {
                report.round.failures.append(AlertSender.Failure(account: loss.creator, error))
            }
        }
        if report.round.failures.isEmpty, report.unreadableRows == 0 {
            for followUp in followUps {
                await note(followUp, pass.began, isTold: true, isDone: outcome.isDone, context.logger)
            }
        }
        return report
    }

    // MARK: One pass over the use of an image

    /// A loss, told to whoever is known to use the image at one time.
    struct Pass: Sendable {
        let assessment: LossAssessment
        /// Read before the usage is.
        let covered: [AccountID: CoverageEntry]
        /// When the reading of the usage begins.
        let began: EventTime
        /// Where the loss was told before, as of when.
        let toldAt: EventTime?
        /// What was told of this loss before; nothing where nobody looked.
        var standings: [AccountID: AlertRecord.Standing] = [:]
        /// Accounts that are left to a later loss of the same image.
        var leftToLater: Set<AccountID> = []
        /// Later losses of the same image that are followed up as well: whom they concern, they tell.
        var laterLosses: [LossAssessment] = []
        /// No more accounts are told from then on.
        var limit: ContinuousClock.Instant?

        /// An account of which every use began later, by an event's word, reaches the image by other ways, or never did.
        fileprivate func concerns(_ row: UsageRow) -> Bool {
            row.source != .event
                || row.mark.time <= assessment.time.advanced(bySeconds: LossAlerts.launchDelaySeconds)
        }

        fileprivate func isLeftToLater(_ account: AccountID) -> Bool {
            leftToLater.contains(account) || laterLosses.contains { $0.concerns(account) }
        }

        /// Takes into account who was told of this loss, or of a later one of the image.
        mutating func add(_ alerts: [AlertEntry]) {
            for alert in alerts where !alert.isAboutUnknownUse {
                if alert.identity == assessment.loss.identity {
                    let mark = EventMark(assessment.loss.occurrence)
                    standings[alert.account] = alert.record.standing(of: mark, now: began)
                } else if alert.record.lossTime > assessment.time {
                    leftToLater.insert(alert.account)
                }
            }
        }
    }

    /// What came of a pass.
    struct Outcome: Sendable {
        var round = AlertRound.Report()
        var unreadableRows = 0
        /// The accounts that the loss concerns and that use the image.
        var users: Set<AccountID> = []
        /// Whether everybody was told who uses the image, or noted as not to be reached; but for those that another invocation is
        /// telling.
        var isWhole = true
        /// Whether some use the image who would be told, were the event of a share to come that made this a loss of theirs.
        var awaitsShares = false
        /// Whether nobody has to be told any more.
        var isDone = false
    }

    /// Tells everybody who has to be told, and decides whether any use may still come to light.
    func tell(
        _ pass: Pass,
        _ context: LambdaContext,
        imageName: () async throws -> String?
    ) async throws -> Outcome {
        let assessment = pass.assessment
        var outcome = Outcome()
        var unreached: Set<AccountID> = []
        var round: AlertRound?
        var batch: [(usage: UsageSummary, coverage: AccountCoverage)] = []
        var grouping = UsageGrouping()
        // Of the account that is being read, or the one before.
        var usersAtLoss: Set<AccountID> = []
        func add(_ summary: UsageSummary?) async throws {
            guard let summary, usersAtLoss.remove(summary.account) != nil else { return }
            guard assessment.concerns(summary.account) else {
                if assessment.mayConcern(summary.account) { outcome.awaitsShares = true }
                return
            }
            let account = summary.account
            outcome.users.insert(account)
            if pass.isLeftToLater(account) { return }
            switch pass.standings[account] ?? .untold {
            case .told: return
            case .open(isClaimed: true): outcome.isWhole = false
            case .untold, .open, .administratorTold:
                batch.append((summary, known(account, pass)))
                if batch.count == Self.batchSize { try await flush() }
            }
        }
        func flush() async throws {
            defer { batch.removeAll() }
            if batch.isEmpty { return }
            if let limit = pass.limit, sender.effects.instant() >= limit {
                outcome.isWhole = false
                return
            }
            let current: AlertRound
            if let round {
                current = round
            } else {
                current = AlertRound(
                    assessment: assessment,
                    imageName: try await imageName(),
                    toldAt: pass.toldAt,
                    invocation: invocation(context),
                    addresses: addresses,
                    sender: sender,
                    logger: context.logger
                )
                round = current
            }
            var report = try await current.tell(batch)
            // It was a failure when the administrator was told instead; since then it is only tried again.
            unreached.formUnion(report.failures.map(\.account))
            report.failures.removeAll { pass.standings[$0.account] == .administratorTold }
            outcome.round.add(report)
        }
        for try await page in usage.pages(of: assessment.loss.image) {
            let (rows, unreadable) = UsageIndex.rows(page.items)
            for row in rows {
                try await add(grouping.add(row))
                if pass.concerns(row) { usersAtLoss.insert(row.key.account) }
            }
            // One account's rows keep no other account from being told.
            for row in unreadable { context.logger.error("a usage row cannot be read", error: row) }
            outcome.unreadableRows += unreadable.count
        }
        try await add(grouping.finish())
        try await flush()
        outcome.isDone =
            outcome.isWhole && unreached.isEmpty && outcome.unreadableRows == 0
            && !(outcome.awaitsShares && assessment.time.advanced(bySeconds: Self.lateEventSeconds) > pass.began)
            && assessment.awaited(tracked: Set(pass.covered.keys)).allSatisfy { account in
                outcome.round.told.contains(account) || pass.standings[account] == .told
                    || pass.isLeftToLater(account)
                    || LossFollowUp.isSettled(pass.covered[account], loss: assessment.time, now: pass.began)
            }
        return outcome
    }

    private func known(_ account: AccountID, _ pass: Pass) -> AccountCoverage {
        AccountCoverage(
            of: account,
            pass.covered[account],
            now: pass.began,
            maximumAgeHours: maximumSweepAgeHours,
            possession: pass.assessment.possessions[account] ?? .noMatter
        )
    }

    private func invocation(_ context: LambdaContext) -> AlertSender.Invocation {
        AlertSender.Invocation(
            requestID: context.requestID,
            deadline: context.deadline.map { EventTime(milliseconds: $0) }
                ?? EventTime(sender.effects.now()).advanced(bySeconds: 900)
        )
    }

    /// Notes that a loss was looked at. Where that fails, or somebody else has noted something since, it is looked at once more.
    func note(
        _ stored: Stored<LossFollowUp>,
        _ began: EventTime,
        isTold: Bool,
        isDone: Bool,
        _ logger: Logger
    ) async {
        var followUp = stored.value
        followUp.lookedAt = began
        if isTold { followUp.toldAt = began }
        followUp.isSettled = isDone || followUp.isSettled
        do throws(AWSError) {
            _ = try await followUps.write(followUp, revision: stored.revision)
        } catch {
            logger.warn(
                "a loss that was told cannot be noted as told",
                error: error,
                ["image_id": followUp.loss.image.text]
            )
        }
    }

    /// The name as recorded; else as EC2 knows it, while the image is there.
    func imageName(_ loss: ImageLoss, _ recorded: String?, _ logger: Logger) async throws -> String? {
        if let recorded { return recorded }
        guard loss.status != .deregistered else { return nil }
        do throws(AWSError) {
            return try await ec2.images(ids: [loss.image.text])[loss.image.text]?.name
        } catch {
            if error.kind == .deadline || error.kind == .cancelled { throw error }
            // Better an alert without the name than none.
            logger.warn("the image's name cannot be looked up", error: error, ["image_id": loss.image.text])
            return nil
        }
    }
}
