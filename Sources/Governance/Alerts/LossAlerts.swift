import AWSClient
import AWSServices
import LambdaRuntime

/// Tells every account that a loss takes an image from while it uses it, and the administrator of those of which nobody
/// knows whether they do.
struct LossAlerts: Sendable {
    let shares: DynamoDBShareStore
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

    /// What came of it.
    struct Report: Sendable {
        var round = AlertRound.Report()
        /// Rows of the image that cannot be read, whose resources no alert names.
        var unreadableRows = 0
        /// The accounts that lost the image, of which no use is known, and which are not covered well enough to know.
        var unknown: [AccountID] = []
    }

    func tell(of loss: ImageLoss, _ event: GovernanceEvent, _ context: LambdaContext) async throws -> Report {
        async let entries = coverage.entries(in: region)
        let (assessment, record) = try await LossAssessment.recording(loss, of: event, in: shares)
        let now = EventTime(.now())
        let covered = try await entries
        func known(_ account: AccountID) -> AccountCoverage {
            AccountCoverage(
                of: account,
                covered[account],
                now: now,
                maximumAgeHours: maximumSweepAgeHours,
                possession: assessment.possessions[account] ?? .noMatter
            )
        }
        let round = AlertRound(
            assessment: assessment,
            imageName: try await imageName(loss, record, context.logger),
            invocation: .init(
                requestID: context.requestID,
                deadline: context.deadline.map { EventTime(milliseconds: $0) } ?? now.advanced(bySeconds: 900)
            ),
            addresses: addresses,
            sender: sender,
            logger: context.logger
        )
        var report = Report()
        var unused = assessment.accounts.filter(round.concerns)
        var batch: [(usage: UsageSummary, coverage: AccountCoverage)] = []
        var grouping = UsageGrouping()
        func add(_ summary: UsageSummary?) async throws {
            guard let summary, round.concerns(summary.account) else { return }
            unused.remove(summary.account)
            batch.append((summary, known(summary.account)))
            if batch.count == Self.batchSize { try await flush() }
        }
        func flush() async throws {
            report.round.add(try await round.tell(batch))
            batch.removeAll()
        }
        for try await page in usage.pages(of: loss.image) {
            let (rows, unreadable) = UsageIndex.rows(page.items)
            for row in rows { try await add(grouping.add(row)) }
            // One account's rows keep no other account from being told.
            for row in unreadable { context.logger.error("a usage row cannot be read", error: row) }
            report.unreadableRows += unreadable.count
        }
        try await add(grouping.finish())
        try await flush()
        let unknown = unused.map(known).filter { !$0.isKnown }
        report.unknown = unknown.map(\.account).sorted()
        if !unknown.isEmpty {
            context.logger.warn(
                "accounts lost the image of which it is not known whether they use it",
                [
                    "image_id": loss.image.text, "count": report.unknown.count,
                    "account_ids": report.unknown.prefix(Self.maximumNamed).map(\.text),
                ]
            )
            let notice = UnknownUseNotice(loss: loss, imageName: round.imageName, accounts: unknown)
            do {
                let outcome = try await sender.send(notice, round.invocation)
                if case .failed(let failure) = outcome { report.round.failures.append(failure) }
            } catch {
                report.round.failures.append(AlertSender.Failure(account: loss.creator, error))
            }
        }
        return report
    }

    /// The name as recorded; else as EC2 knows it, while the image is there.
    private func imageName(_ loss: ImageLoss, _ record: ImageRecord?, _ logger: Logger) async throws -> String? {
        if let name = record?.name { return name }
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
