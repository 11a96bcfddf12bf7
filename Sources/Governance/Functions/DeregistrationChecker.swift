import AWSClient
import AWSServices
import LambdaRuntime

/// The deregistration checker: who still uses an image that somebody lost, and telling them; or, asked beforehand, only
/// the answer.
public struct DeregistrationChecker: Sendable {
    private let shares: DynamoDBShareStore
    private let usage: UsageIndex
    private let addresses: AddressBook
    private let sender: AlertSender
    private let ec2: EC2
    private let links: ConsoleLinks

    /// Accounts told at a time: as many as one look-up of their parameters takes.
    private static let batchSize = 5

    /// - Parameter environment: `SHARES_TABLE`, `USAGE_TABLE` and its index by image, `USAGE_IMAGE_INDEX`;
    ///   `EMAIL_PARAMETER_PREFIX` and `MEMBERSHIP_PARAMETER_PREFIX` (optional), under which the Parameter Store has a
    ///   parameter for each account; `ADMINISTRATOR_ADDRESS_PARAMETER`; `ALERT_SENDER`, an address SES may send from;
    ///   `ALERT_TOPIC_ARN`.
    public init(_ environment: LambdaEnvironment) throws {
        let client = try AWSClient.initialized()
        let dynamoDB = DynamoDB(client)
        let sharesTable = try environment.required("SHARES_TABLE")
        let regionText = client.configuration.region
        guard let region = Region(regionText) else {
            throw ConfigurationError(message: "AWS_REGION is not \(Region.expectation)")
        }
        let console = AWSPartition(region: regionText).consoleURL(region: regionText) ?? ""
        links = ConsoleLinks(host: String(console.dropFirst("https://".count)), region: region)
        shares = DynamoDBShareStore(dynamoDB, table: sharesTable)
        usage = UsageIndex(
            dynamoDB: dynamoDB,
            table: try environment.required("USAGE_TABLE"),
            index: try environment.required("USAGE_IMAGE_INDEX")
        )
        ec2 = EC2(client)
        addresses = AddressBook(
            ssm: SSM(client),
            addressPrefix: try environment.required("EMAIL_PARAMETER_PREFIX"),
            membershipPrefix: environment["MEMBERSHIP_PARAMETER_PREFIX"],
            administratorParameter: try environment.required("ADMINISTRATOR_ADDRESS_PARAMETER")
        )
        sender = AlertSender(
            store: DynamoDBAlertStore(dynamoDB, table: sharesTable),
            ses: SESv2(client),
            sns: SNS(client),
            addresses: addresses,
            sender: try environment.required("ALERT_SENDER"),
            topicARN: try environment.required("ALERT_TOPIC_ARN"),
            links: links,
            effects: .live()
        )
    }

    /// Answers `{"check": "ami-…"}`, or tells every account that an event takes an image from while it uses it.
    ///
    /// - Throws: ``MalformedEvent``; ``UndeliveredAlerts`` once everybody else has been told; `AWSError`. Lambda delivers
    ///   the event again, and what was done is not done twice.
    public func handle(_ event: [UInt8], _ context: LambdaContext) async throws -> [UInt8] {
        let request = try DeregistrationRequest(parsing: event)
        return try await AWSClient.withDeadline(of: context) {
            switch request {
            case .check(let image): return try await check(image, context)
            case .event(let event):
                guard let loss = ImageLoss(event) else {
                    context.logger.debug("nobody loses an image", ["event_name": event.occurrence.eventName])
                    return Array("null".utf8)
                }
                try await alert(loss, of: event, context)
                return Array("null".utf8)
            }
        }
    }

    // MARK: Check

    private func check(_ image: ImageID, _ context: LambdaContext) async throws -> [UInt8] {
        async let record = shares.imageRecord(of: image)?.value
        async let principals = shares.shareRecords(of: image, principals: nil).map(\.value)
        var answer = CheckAnswer(image: image, record: try await record, shares: try await principals, links: links)
        try await usage.forEachRow(of: image) { answer.add($0) }
        context.logger.info("checked", ["image_id": image.text])
        return try answer.json()
    }

    // MARK: Alert

    private func alert(_ loss: ImageLoss, of event: GovernanceEvent, _ context: LambdaContext) async throws {
        let (assessment, record) = try await LossAssessment.recording(loss, of: event, in: shares)
        let round = AlertRound(
            assessment: assessment,
            imageName: try await imageName(loss, record, context.logger),
            invocation: .init(
                requestID: context.requestID,
                deadline: context.deadline.map { EventTime(milliseconds: $0) }
                    ?? EventTime(.now()).advanced(bySeconds: 900)
            ),
            addresses: addresses,
            sender: sender,
            logger: context.logger
        )
        var batch: [UsageSummary] = []
        var report = AlertRound.Report()
        var grouping = UsageGrouping()
        // One account's rows keep no other account from being told.
        var unreadableRows = 0
        func add(_ summary: UsageSummary?) async throws {
            guard let summary, round.concerns(summary.account) else { return }
            batch.append(summary)
            if batch.count == Self.batchSize { try await flush() }
        }
        func flush() async throws {
            report.add(try await round.tell(batch))
            batch.removeAll()
        }
        for try await page in usage.pages(of: loss.image) {
            let (rows, unreadable) = UsageIndex.rows(page.items)
            for row in rows { try await add(grouping.add(row)) }
            for row in unreadable { context.logger.error("a usage row cannot be read", error: row) }
            unreadableRows += unreadable.count
        }
        try await add(grouping.finish())
        try await flush()
        context.logger.info(
            "assessed",
            [
                "image_id": loss.image.text, "status": loss.status.rawValue, "event_id": loss.occurrence.eventID,
                "told": report.told, "still_reached": report.stillReached, "failed": report.failures.count,
            ]
        )
        guard report.failures.isEmpty, unreadableRows == 0 else {
            throw UndeliveredAlerts(
                image: loss.image,
                failures: report.failures,
                unreadableRows: unreadableRows
            )
        }
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

/// The owners of these accounts were not told; the administrator and the topic were, unless the reason says otherwise. Or
/// there are rows that cannot be read, whose resources no alert names.
public struct UndeliveredAlerts: LambdaError {
    let image: ImageID
    let failures: [AlertSender.Failure]
    let unreadableRows: Int

    public var errorMessage: String {
        var problems: [String] = []
        if !failures.isEmpty {
            let accounts = failures.prefix(20).map { "\($0.account): \($0.reason)" }.joined(separator: "; ")
            let rest = failures.count > 20 ? "; and \(failures.count - 20) more" : ""
            problems.append("not every account's owner was told: \(accounts)\(rest)")
        }
        if unreadableRows > 0 { problems.append("usage rows that cannot be read: \(unreadableRows)") }
        return "\(image): " + problems.joined(separator: "; ")
    }
}
