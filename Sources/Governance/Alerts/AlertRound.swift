import AWSClient
import LambdaRuntime

/// One loss, told to one batch of accounts after another.
struct AlertRound: Sendable {
    let assessment: LossAssessment
    let imageName: String?
    /// Where the loss was told before, as of when: an account without a record was found after that.
    let toldAt: EventTime?
    let invocation: AlertSender.Invocation
    let addresses: AddressBook
    let sender: AlertSender
    let logger: Logger

    /// What came of it.
    struct Report: Sendable {
        /// Accounts whose owner and topic have the alert, since now or from before.
        var told: Set<AccountID> = []
        /// How many of them were told now.
        var sent = 0
        var stillReached = 0
        var failures: [AlertSender.Failure] = []

        mutating func add(_ other: Report) {
            told.formUnion(other.told)
            sent += other.sent
            stillReached += other.stillReached
            failures += other.failures
        }
    }

    /// Tells these accounts, side by side. What fails for one keeps no other from being told.
    func tell(_ accounts: [(usage: UsageSummary, coverage: AccountCoverage)]) async throws -> Report {
        let ids = accounts.map(\.usage.account)
        let needsMembership = Set(ids.filter(assessment.needsMembership(of:)))
        let entries =
            ids.isEmpty ? [:] : try await addresses.entries(for: ids, withMembership: needsMembership, logger: logger)
        return await withTaskGroup(of: Report.self) { group in
            for (usage, coverage) in accounts {
                group.addTask { await tell(usage, coverage, entries[usage.account] ?? AddressBook.Entry()) }
            }
            return await group.reduce(into: Report()) { $0.add($1) }
        }
    }

    private func tell(
        _ usage: UsageSummary,
        _ coverage: AccountCoverage,
        _ entry: AddressBook.Entry
    ) async -> Report {
        var report = Report()
        guard case .alarmed(let isMembershipUnknown) = assessment.verdict(for: usage.account, entry.membership) else {
            report.stillReached = 1
            return report
        }
        let alert = ImageAlert(
            loss: assessment.loss,
            imageName: imageName,
            usage: usage,
            coverage: coverage,
            isMembershipUnknown: isMembershipUnknown
        )
        do {
            switch try await sender.send(alert, to: entry.recipients, toldAt: toldAt, invocation) {
            case .sent: (report.told, report.sent) = ([usage.account], 1)
            case .alreadySent: report.told = [usage.account]
            case .failed(let failure): report.failures = [failure]
            }
        } catch {
            report.failures = [AlertSender.Failure(account: usage.account, error)]
        }
        return report
    }
}
