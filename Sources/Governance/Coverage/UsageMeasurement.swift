import AWSClient
import AWSServices
import LambdaRuntime

/// Measures, each hour, how many rows the usage table has and how well the use of images is known.
///
/// AWS calls: `dynamodb:Query` on the usage table's index by image, `dynamodb:Scan` on the shares table,
/// `dynamodb:DescribeTable` on the usage table.
struct UsageMeasurement: Sendable {
    let dynamoDB: DynamoDB
    let coverage: CoverageIndex
    let sharesTable: String
    let usageTable: String
    let region: Region
    /// The account that owns the images, which has all of them.
    let owner: AccountID?
    let maximumSweepAgeHours: Int64
    /// So long after the last sign of its tracker an account that has no image is taken for gone.
    let departedAfterDays: Int64

    /// What was measured; nil for what could not be.
    struct Result: Hashable, Sendable {
        /// DynamoDB counts about every six hours.
        var usageRows: Int?
        /// Hours since the beginning of the oldest last complete sweep, of the accounts that have images.
        var sweepAge: Double?
        /// Accounts that have images and whose use is not known well enough to call one of them clear, by the rule of
        /// ``Verdict``, and that their next sweep alone does not make known.
        var unknownAccounts: [AccountID]?
        /// Those of which nothing is missing but a sweep that is later than the image they got last.
        var accountsAwaitingSweep: [AccountID]?
    }

    /// Who has images, by the shares table.
    struct Sharing: Hashable, Sendable {
        /// Since when each account has the image that it got last.
        var accounts: [AccountID: Possession] = [:]
        /// Whether an image is shared with accounts that nobody can list.
        var hasGroups = false

        /// Of several images, the one counts that the account got last; one of which that is not known, more.
        mutating func add(_ account: AccountID, since time: EventTime?) {
            guard let time, accounts[account] != .notRecorded(isLost: false) else {
                accounts[account] = .notRecorded(isLost: false)
                return
            }
            accounts[account] = .since(max(accounts[account]?.time ?? time, time))
        }
    }

    /// Everything that can be measured, with what kept the rest from being measured.
    func run(now: EventTime) async -> (result: Result, failures: [AWSError]) {
        async let rows = attempt { () throws(AWSError) -> Int in try await dynamoDB.itemCount(of: usageTable) }
        async let shares = attempt { () throws(AWSError) -> Sharing in try await sharing() }
        async let covered = attempt { () throws(AWSError) -> [AccountID: CoverageEntry] in
            try await coverage.entries(in: region)
        }
        let (counted, shared, known) = (await rows, await shares, await covered)
        var result = Result()
        // Coverage is in the same table, and no use: without it, nothing can be measured.
        if let entries = try? known.get() {
            result = self.result(entries, try? shared.get(), now: now)
            result.usageRows = (try? counted.get()).map { max(0, $0 - entries.count) }
        }
        return (result, [counted.failure, shared.failure, known.failure].compactMap { $0 })
    }

    func result(_ entries: [AccountID: CoverageEntry], _ sharing: Sharing?, now: EventTime) -> Result {
        var accounts = Set((sharing?.accounts ?? [:]).keys)
        if let owner { accounts.insert(owner) }
        if sharing?.hasGroups ?? true {
            accounts.formUnion(entries.filter { !$0.value.isDeparted(after: departedAfterDays, now: now) }.keys)
        }
        let coverage = accounts.sorted().map { account in
            AccountCoverage(
                of: account,
                entries[account],
                now: now,
                maximumAgeHours: maximumSweepAgeHours,
                possession: sharing?.accounts[account] ?? .noMatter
            )
        }
        let oldest = coverage.compactMap(\.lastSweep?.started).min()
        var result = Result(sweepAge: oldest.map { max(0, Double(now.milliseconds - $0.milliseconds) / 3_600_000) })
        // Of the accounts that have images and no tracker, only the shares tell.
        if sharing == nil { return result }
        let unknown = coverage.filter { !$0.isKnown }
        // Where it is not known when an account got an image, no sweep is known to be later.
        let awaiting = unknown.filter { $0.isSettledByNextSweep && $0.possession.time != nil }.map(\.account)
        result.unknownAccounts = unknown.map(\.account).filter { !awaiting.contains($0) }
        result.accountsAwaitingSweep = awaiting
        return result
    }

    private func sharing() async throws(AWSError) -> Sharing {
        var sharing = Sharing()
        let scan = DynamoDB.Scan(
            table: sharesTable,
            filter: "\(name: "status") = \(.string(ShareStatus.shared.rawValue))",
            attributes: [ShareRecord.principalKey, ShareRecord.timeAttribute, ShareRecord.sinceAttribute]
        )
        for try await page in dynamoDB.scan(scan) {
            for item in page.items {
                switch item[ShareRecord.principalKey]?.stringValue.flatMap(Principal.init(_:)) {
                case .account(let account):
                    let since = item[ShareRecord.sinceAttribute] ?? item[ShareRecord.timeAttribute]
                    sharing.add(account, since: since?.stringValue.flatMap { EventTime($0) })
                case .some: sharing.hasGroups = true
                case nil: break
                }
            }
        }
        return sharing
    }

    private func attempt<Value: Sendable>(
        _ body: @Sendable () async throws(AWSError) -> Value
    ) async -> Swift.Result<Value, AWSError> {
        do throws(AWSError) {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}

extension Result {
    fileprivate var failure: Failure? {
        guard case .failure(let error) = self else { return nil }
        return error
    }
}

/// Something could not be measured, images not be looked at for shares that no event told of, or losses not be told of which it is
/// due; everything else was, and is published.
public struct IncompleteMeasurement: LambdaError {
    let failures: [any Error]

    public var errorMessage: String { "not everything could be measured or looked at" }
    public var underlyingErrors: [any Error] { Array(failures.prefix(20)) }
}
