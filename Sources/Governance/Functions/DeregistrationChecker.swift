import AWSClient
import AWSServices
import LambdaRuntime

/// The deregistration checker: who still uses an image that somebody lost, and telling them; or, asked beforehand, only
/// the answer; on a schedule, metrics of usage and coverage, telling those whose use has come to light since, and the guard.
///
/// Every AWS call it makes, which is the IAM action as well unless it says otherwise:
///
/// | for | calls |
/// |---|---|
/// | an event | `dynamodb:GetItem`, `BatchGetItem`, `PutItem` (also by `TransactWriteItems`), `Query` on the shares table; `dynamodb:Query` on the usage table's index by image; `ssm:GetParameters` under the two prefixes, `ssm:GetParameter` of the administrator's address; `ses:SendEmail`; `sns:Publish`; `ec2:DescribeImages` |
/// | `{"check": …}` | `dynamodb:DescribeTable`, `GetItem`, `Query` on the shares table; `dynamodb:Query` on that index; `ec2:DescribeImageAttribute`, `ec2:DescribeImages`; where a share is found that no event told of, also `dynamodb:BatchGetItem`, `PutItem` (also by `TransactWriteItems`) on the shares table |
/// | … with `owner_view` | also `ec2:CreateImageUsageReport`, `ec2:CreateTags` on the report that it makes, `ec2:DescribeImageUsageReports`, `ec2:DescribeImageUsageReportEntries`, `ec2:DeleteImageUsageReport` |
/// | `{"measure": {}}` | `dynamodb:Query` on that index; `dynamodb:Scan` on the shares table; `dynamodb:DescribeTable` on the usage table; once a day what ``ShareSearch`` calls, and, where somebody has lost an image and no event told of it, what an event does; `dynamodb:Query` on the shares table for the losses that are followed up, and for each of them what an event does but record it |
/// | `{"guard": {}}` | what a check calls, also with `owner_view`; `ec2:DescribeImages`, `ec2:EnableImageDeregistrationProtection`, `ec2:DisableImageDeregistrationProtection`; `dynamodb:BatchGetItem`, `PutItem` on the shares table |
public struct DeregistrationChecker: Sendable {
    private let alerts: LossAlerts
    private let check: ImageCheck
    private let measurement: UsageMeasurement
    private let shareSearch: ShareSearch
    private let guardScope: GuardScope
    private let guardStore: DynamoDBGuardStore
    private let ec2: EC2
    private let metrics: GovernanceMetrics
    private let effects = AWSEffects.live()

    /// - Parameter environment: `SHARES_TABLE`, `USAGE_TABLE` and its index by image, `USAGE_IMAGE_INDEX`;
    ///   `EMAIL_PARAMETER_PREFIX` and `MEMBERSHIP_PARAMETER_PREFIX` (optional), under which the Parameter Store has a
    ///   parameter for each account; `ADMINISTRATOR_ADDRESS_PARAMETER`; `ALERT_SENDER`, an address SES may send from;
    ///   `ALERT_TOPIC_ARN`, a topic of the account that owns the images; `MAXIMUM_SWEEP_AGE_HOURS`, 1 to 8,760, by default
    ///   48; `DEPARTED_AFTER_DAYS`, 1 to 3,650, by default 30; `GUARD`, `off` (the default), `tagged`, `all` or `release`, and for `tagged` `GUARD_TAG`, `key=value`.
    public init(_ environment: LambdaEnvironment) throws {
        try self.init(environment, client: try AWSClient.initialized())
    }

    init(_ environment: LambdaEnvironment, client: AWSClient) throws {
        let dynamoDB = DynamoDB(client)
        let sharesTable = try environment.required("SHARES_TABLE")
        let usageTable = try environment.required("USAGE_TABLE")
        let index = try environment.required("USAGE_IMAGE_INDEX")
        let topicARN = try environment.required("ALERT_TOPIC_ARN")
        let regionText = client.configuration.region
        guard let region = Region(regionText) else {
            throw ConfigurationError(message: "AWS_REGION is not \(Region.expectation)")
        }
        let hoursText = environment["MAXIMUM_SWEEP_AGE_HOURS"] ?? "\(UsageEvidence.defaultMaximumSweepAgeHours)"
        guard let hours = Int64(hoursText), (1...8_760).contains(hours) else {
            throw ConfigurationError(message: "MAXIMUM_SWEEP_AGE_HOURS is not a number from 1 to 8760")
        }
        let daysText = environment["DEPARTED_AFTER_DAYS"] ?? "\(CoverageEntry.defaultDepartedAfterDays)"
        guard let days = Int64(daysText), (1...3_650).contains(days) else {
            throw ConfigurationError(message: "DEPARTED_AFTER_DAYS is not a number from 1 to 3650")
        }
        let owner = ARN(topicARN).flatMap { AccountID($0.account) }
        let console = AWSPartition(region: regionText).consoleURL(region: regionText) ?? ""
        let links = ConsoleLinks(host: String(console.dropFirst("https://".count)), region: region)
        let addresses = AddressBook(
            ssm: SSM(client),
            addressPrefix: try environment.required("EMAIL_PARAMETER_PREFIX"),
            membershipPrefix: environment["MEMBERSHIP_PARAMETER_PREFIX"],
            administratorParameter: try environment.required("ADMINISTRATOR_ADDRESS_PARAMETER")
        )
        ec2 = EC2(client)
        alerts = LossAlerts(
            shares: DynamoDBShareStore(dynamoDB, table: sharesTable),
            followUps: DynamoDBFollowUpStore(dynamoDB: dynamoDB, table: sharesTable),
            usage: UsageIndex(dynamoDB: dynamoDB, table: usageTable, index: index),
            coverage: CoverageIndex(dynamoDB, table: usageTable, index: index),
            addresses: addresses,
            sender: AlertSender(
                store: DynamoDBAlertStore(dynamoDB, table: sharesTable),
                ses: SESv2(client),
                sns: SNS(client),
                addresses: addresses,
                sender: try environment.required("ALERT_SENDER"),
                topicARN: topicARN,
                links: links,
                effects: .live()
            ),
            ec2: ec2,
            region: region,
            maximumSweepAgeHours: hours
        )
        check = ImageCheck(
            client,
            sharesTable: sharesTable,
            usageTable: usageTable,
            index: index,
            region: region,
            owner: owner,
            maximumSweepAgeHours: hours,
            departedAfterDays: days,
            recordsShares: true,
            links: links
        )
        measurement = UsageMeasurement(
            dynamoDB: dynamoDB,
            coverage: CoverageIndex(dynamoDB, table: usageTable, index: index),
            sharesTable: sharesTable,
            usageTable: usageTable,
            region: region,
            owner: owner,
            maximumSweepAgeHours: hours,
            departedAfterDays: days
        )
        shareSearch = ShareSearch(
            ec2: ec2,
            store: DynamoDBShareStore(dynamoDB, table: sharesTable),
            region: region,
            effects: effects
        )
        guardScope = try GuardScope(mode: environment["GUARD"], tag: environment["GUARD_TAG"])
        guardStore = DynamoDBGuardStore(dynamoDB, table: sharesTable)
        metrics = GovernanceMetrics(environment)
    }

    /// Answers a ``DeregistrationRequest``: a check with its answer, a schedule with what was done, an event with `null`
    /// once every account is told that it takes an image from while it uses it.
    ///
    /// - Throws: ``MalformedEvent``; ``UndeliveredAlerts`` once everybody else has been told; ``UnguardedImages`` once every
    ///   other image was looked at; ``IncompleteMeasurement``; `AWSError`. Lambda delivers the event again, and what was done is not done twice.
    public func handle(_ event: [UInt8], _ context: LambdaContext) async throws -> [UInt8] {
        let request = try DeregistrationRequest(parsing: event)
        return try await AWSClient.withDeadline(of: context) {
            switch request {
            case .check(let question): return try await answer(question, context)
            case .measure: return try await measure(context)
            case .guardImages: return try await guardImages(context)
            case .event(let event):
                guard let loss = ImageLoss(event) else {
                    context.logger.debug("nobody loses an image", ["event_name": event.occurrence.eventName])
                    return Array("null".utf8)
                }
                try await tell(of: loss, event, context)
                return Array("null".utf8)
            }
        }
    }

    private func answer(_ question: CheckQuestion, _ context: LambdaContext) async throws -> [UInt8] {
        let result = try await check.answer(question, logger: context.logger)
        context.logger.info(
            "checked",
            ["image_id": question.image.text, "verdict": result.verdict.outcome.rawValue, "gaps": result.gaps.count]
        )
        if let report = result.ownerView.report {
            for gap in result.gaps.prefix(Self.maximumLogged) {
                context.logger.warn(
                    "EC2 counts other uses than the usage table",
                    [
                        "image_id": question.image.text, "account_id": gap.account?.text, "kind": gap.kind.rawValue,
                        "table": gap.table, "ec2": gap.report,
                        "explanation": gap.explanation(created: report.created),
                    ]
                )
            }
            let unexplained = result.gaps.count { !$0.isExplained }
            context.logger.emit(metrics.set([.init(.gaps, unexplained)]), ["image_id": question.image.text])
        }
        return result.json
    }

    /// So many gaps of one check are logged.
    private static let maximumLogged = 100

    private func tell(of loss: ImageLoss, _ event: GovernanceEvent, _ context: LambdaContext) async throws {
        let report = try await alerts.tell(of: loss, event, context)
        let round = report.round
        context.logger.info(
            "assessed",
            [
                "image_id": loss.image.text, "status": loss.status.rawValue, "event_id": loss.occurrence.eventID,
                "told": round.told.count, "still_reached": round.stillReached, "failed": round.failures.count,
                "not_known": report.unknown.count,
            ]
        )
        if round.sent + round.failures.count > 0 {
            publish(sent: round.sent, failed: round.failures.count, of: loss.image, context)
        }
        guard round.failures.isEmpty, report.unreadableRows == 0 else {
            throw UndeliveredAlerts(
                image: loss.image,
                failures: round.failures,
                unreadableRows: report.unreadableRows
            )
        }
    }

    private func publish(sent: Int, failed: Int, of image: ImageID?, _ context: LambdaContext) {
        context.logger.emit(
            metrics.set([.init(.alertsSent, sent), .init(.alertsFailed, failed)]),
            ["image_id": image?.text]
        )
    }

    private func measure(_ context: LambdaContext) async throws -> [UInt8] {
        // First, so that what it finds is measured. Nothing that keeps it from looking keeps anything from being measured: a
        // quarter of the time at least is left.
        var search: ShareSearch.Report?
        var failures: [any Error] = []
        do {
            search = try await shareSearch.run(logger: context.logger)
            failures += search?.failures ?? []
        } catch {
            failures.append(error)
        }
        // What cannot be measured keeps nobody from being told of what was found: no later search finds it before tomorrow.
        let (result, unmeasured) = await measurement.run(now: EventTime(effects.now()))
        failures += unmeasured
        var measured: [MetricSet.Metric] = []
        if let unknown = result.unknownAccounts { measured.append(.init(.unknownAccounts, unknown.count)) }
        if let waiting = result.accountsAwaitingSweep { measured.append(.init(.accountsAwaitingSweep, waiting.count)) }
        if let rows = result.usageRows { measured.append(.init(.usageRows, rows)) }
        if let age = result.sweepAge { measured.append(.init(.sweepAge, hours: age)) }
        context.logger.emit(metrics.set(measured))
        // Recorded and told as if its events had come.
        for event in measurement.owner.flatMap({ search?.events(of: $0, in: measurement.region) }) ?? [] {
            do {
                if let loss = ImageLoss(event) { try await tell(of: loss, event, context) }
            } catch { failures.append(error) }
        }
        // Last, so that what was found to have ended is told first.
        var followedUp: LossAlerts.FollowUpReport?
        do {
            let report = try await alerts.followUp(context) { publish(sent: $1, failed: $2, of: $0, context) }
            failures += report.failures
            followedUp = report
        } catch {
            failures.append(error)
        }
        guard failures.isEmpty else { throw IncompleteMeasurement(failures: failures) }
        return try GovernanceJSON.encode(MeasurementMessage(result, search, followedUp))
    }

    private func guardImages(_ context: LambdaContext) async throws -> [UInt8] {
        guard guardScope != .off else {
            context.logger.info("the guard is off")
            return try GovernanceJSON.encode(GuardMessage(guardScope))
        }
        let images = ImageGuard(
            images: EC2GuardedImages(ec2: ec2, scope: guardScope),
            use: try await CheckedImageUse(check, logger: context.logger),
            store: guardStore,
            effects: effects,
            isReleasing: guardScope == .release
        )
        let report = try await images.run(logger: context.logger)
        context.logger.info(
            "guarded images",
            [
                "images": report.images, "given": report.given.count, "taken": report.taken.count,
                "left": report.left.count, "failed": report.failures.count, "complete": report.isComplete,
            ]
        )
        guard report.failures.isEmpty else { throw UnguardedImages(failures: report.failures) }
        return try GovernanceJSON.encode(GuardMessage(guardScope, report))
    }
}
