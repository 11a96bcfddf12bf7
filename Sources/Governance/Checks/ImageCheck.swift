import AWSClient
import AWSServices
import LambdaRuntime

/// Answers who uses an image: from the tables, from EC2's word on whom it is shared with, and, where it is asked for, from
/// EC2's own report over all accounts.
///
/// AWS calls: `dynamodb:DescribeTable`, `dynamodb:GetItem` and `dynamodb:Query` on the shares table, `dynamodb:Query` on the
/// usage table's index by image, `ec2:DescribeImageAttribute`, `ec2:DescribeImages`; with the
/// owner's view those of ``OwnerViewReader``; where it records shares that no event told of, also `dynamodb:BatchGetItem` and
/// `dynamodb:PutItem` (also through `TransactWriteItems`) on the shares table.
public struct ImageCheck: Sendable {
    /// What a question came to.
    public struct Result: Sendable {
        public let json: [UInt8]
        public let verdict: Verdict
        public let ownerView: UsageEvidence.OwnerView
        public let gaps: [UsageGap]
    }

    let shares: DynamoDBShareStore
    let usage: UsageIndex
    let coverage: CoverageIndex
    let ec2: EC2
    let ownerView: OwnerViewReader
    let region: Region
    let owner: AccountID?
    let maximumSweepAgeHours: Int64
    let departedAfterDays: Int64
    let recordsShares: Bool
    let links: ConsoleLinks
    let effects: AWSEffects

    /// For so few accounts, the rows of each are asked for; for more, those of the image are read and sorted out.
    private static let maximumQueries = 25

    /// - Parameters:
    ///   - client: Of the account and region that own the images.
    ///   - index: The usage table's index by image.
    ///   - owner: The account that owns the images, where it is known.
    ///   - recordsShares: Whether shares are recorded that EC2 lists and no event told of.
    public init(
        _ client: AWSClient,
        sharesTable: String,
        usageTable: String,
        index: String,
        region: Region,
        owner: AccountID?,
        maximumSweepAgeHours: Int64 = UsageEvidence.defaultMaximumSweepAgeHours,
        departedAfterDays: Int64 = CoverageEntry.defaultDepartedAfterDays,
        recordsShares: Bool = false,
        links: ConsoleLinks,
        effects: AWSEffects = .live()
    ) {
        let dynamoDB = DynamoDB(client)
        shares = DynamoDBShareStore(dynamoDB, table: sharesTable)
        usage = UsageIndex(dynamoDB: dynamoDB, table: usageTable, index: index)
        coverage = CoverageIndex(dynamoDB, table: usageTable, index: index)
        ec2 = EC2(client)
        ownerView = OwnerViewReader(ec2: EC2(client), effects: effects)
        self.region = region
        self.owner = owner
        self.maximumSweepAgeHours = maximumSweepAgeHours
        self.departedAfterDays = departedAfterDays
        self.recordsShares = recordsShares
        self.links = links
        self.effects = effects
    }

    /// - Throws: `AWSError` where the tables cannot be read; what EC2 does not answer is in the answer.
    public func answer(_ question: CheckQuestion, logger: Logger) async throws -> Result {
        // Never fails, and is waited for whatever happens meanwhile: it deletes the report it has read.
        async let view = ownerView(question, logger)
        let read: Swift.Result<Reading, any Error>
        do { read = .success(try await self.read(question, logger)) } catch { read = .failure(error) }
        let ownerView = await view
        var reading = try read.get()
        reading.evidence.ownerView = ownerView
        var gaps: [UsageGap] = []
        if let report = ownerView.report {
            var elsewhere: UsageTally?
            if let accounts = question.accounts, !report.others.isEmpty {
                elsewhere = try await tally(of: question.image, except: accounts)
            }
            gaps = UsageGap.gaps(
                between: reading.tally,
                and: report,
                elsewhere: elsewhere,
                evidence: reading.evidence
            )
            if question.accounts != nil { reading.evidence.unnamedUses = UsageGap.unnamedUses(in: gaps) }
        }
        let verdict = Verdict(reading.evidence)
        return Result(
            json: try reading.answer.json(verdict, ownerView: ownerView, gaps: gaps),
            verdict: verdict,
            ownerView: ownerView,
            gaps: gaps
        )
    }

    private func ownerView(_ question: CheckQuestion, _ logger: Logger) async -> UsageEvidence.OwnerView {
        guard question.asksOwnerView else { return .notAsked }
        return await ownerView.view(of: question.image, logger: logger)
    }

    /// What a run over many images reads once for all of them, and its pace.
    struct Run: Sendable {
        let coverage: [AccountID: CoverageEntry]
        let beginning: Beginning
        /// Of questions to EC2.
        let pace: Pace
    }

    func run() async throws -> Run {
        Run(
            coverage: try await coverage.entries(in: region),
            beginning: try await beginning(),
            pace: Pace(every: .milliseconds(100), effects: effects)
        )
    }

    /// The verdict alone, without counting every row.
    ///
    /// EC2 is not asked where its answer would not make the image clear. Its report is asked for only where it would, and not
    /// waited for: a later question reads it.
    ///
    /// - Throws: `AWSError`, also where EC2 throttles the questions.
    func verdict(of image: ImageID, in run: Run, logger: Logger) async throws -> Verdict {
        if try await usage.hasRows(of: image) {
            var evidence = evidence(isRecorded: true, shares: [], coverage: [:])
            evidence.rows = 1
            return Verdict(evidence)
        }
        let recorded = try await recorded(of: image)
        let known = Verdict(evidence(isRecorded: true, shares: recorded.shares, coverage: run.coverage))
        guard !known.doubts.contains(where: { $0.stands(whateverEC2SaysOfImagesOf: owner) }) else { return known }
        try await run.pace.wait()
        let facts = try await facts(of: image, recorded, in: run, logger: logger)
        var evidence = evidence(isRecorded: facts.record?.wasThere != nil, shares: facts.shares, coverage: run.coverage)
        facts.complete(&evidence)
        let verdict = Verdict(evidence)
        guard verdict.outcome == .unknown else { return verdict }
        evidence.ownerView = .available(UsageReport(created: evidence.now))
        guard Verdict(evidence).outcome == .clear else { return verdict }
        evidence.ownerView = try await ownerView.viewUnlessThrottled(of: image, patience: .zero, logger: logger)
        return Verdict(evidence)
    }

    private func evidence(
        of accounts: [AccountID]? = nil,
        isRecorded: Bool,
        shares: [ShareRecord],
        coverage: [AccountID: CoverageEntry]
    ) -> UsageEvidence {
        var evidence = UsageEvidence(
            accounts: accounts.map { Set($0) },
            owner: owner,
            isRecorded: isRecorded,
            shares: shares,
            coverage: coverage,
            now: EventTime(effects.now()),
            maximumSweepAgeHours: maximumSweepAgeHours
        )
        evidence.departedAfterDays = departedAfterDays
        return evidence
    }

    // MARK: Reading

    private struct Reading {
        var evidence: UsageEvidence
        var answer: CheckAnswer
        var tally: UsageTally
    }

    private func read(_ question: CheckQuestion, _ logger: Logger) async throws -> Reading {
        async let entries = coverage.entries(in: region)
        let facts = try await facts(of: question.image, logger: logger)
        let evidence = evidence(
            of: question.accounts,
            isRecorded: facts.record?.wasThere != nil,
            shares: facts.shares,
            coverage: try await entries
        )
        var reading = Reading(
            evidence: evidence,
            answer: CheckAnswer(image: question.image, record: facts.record, links: links),
            tally: emptyTally(evidence.now)
        )
        facts.complete(&reading.evidence)
        try await readRows(question, into: &reading, logger)
        return reading
    }

    private func emptyTally(_ now: EventTime) -> UsageTally {
        UsageTally(reportedSince: now.advanced(bySeconds: -OwnerViewReader.maximumAgeHours * 3600))
    }

    /// Of all accounts but those that are asked about.
    private func tally(of image: ImageID, except accounts: [AccountID]) async throws(AWSError) -> UsageTally {
        let accounts = Set(accounts)
        var tally = emptyTally(EventTime(effects.now()))
        for try await page in usage.pages(of: image) {
            for row in UsageIndex.rows(page.items).0 where !accounts.contains(row.key.account) { tally.add(row) }
        }
        tally.finish()
        return tally
    }

    private func readRows(_ question: CheckQuestion, into reading: inout Reading, _ logger: Logger) async throws {
        let queries: [AccountID?] =
            question.accounts.flatMap { $0.count <= Self.maximumQueries ? $0.map(Optional.some) : nil } ?? [nil]
        for account in queries {
            for try await page in usage.pages(of: question.image, account: account) {
                let (rows, unreadable) = UsageIndex.rows(page.items)
                for row in rows where reading.evidence.accounts?.contains(row.key.account) ?? true {
                    reading.answer.add(row)
                    if question.asksOwnerView { reading.tally.add(row) }
                }
                for row in unreadable {
                    guard reading.evidence.accounts?.contains(where: { $0.text == row.account }) ?? true else {
                        continue
                    }
                    logger.error("a usage row cannot be read", error: row)
                    reading.evidence.unreadableRows += 1
                }
            }
        }
        reading.answer.finish()
        reading.tally.finish()
        reading.evidence.rows = reading.answer.resourceCount
    }
}

extension AWSError {
    /// Whether EC2 knows no such image, or none that the caller may see.
    var isMissingImage: Bool { ["InvalidAMIID.NotFound", "InvalidAMIID.Unavailable"].contains(code) }
}

extension Principal {
    /// Nil for what is no principal that this software knows.
    init?(_ permission: EC2.LaunchPermission) {
        if let account = permission.userID.flatMap(AccountID.init(_:)) {
            self = .account(account)
        } else if let arn = permission.organizationARN {
            self.init(organizationARN: arn)
        } else if let arn = permission.organizationalUnitARN {
            self.init(organizationalUnitARN: arn)
        } else if permission.group == "all" {
            self = .all
        } else {
            return nil
        }
    }
}
