import AWSClient
import AWSServices
import LambdaRuntime

/// The usage tracker: which resources of this account use the creator's images.
///
/// What it calls in AWS, and as whom:
///
/// | As | Table or service | Operations | For |
/// |---|---|---|---|
/// | its own role | STS | AssumeRole | the cross-account role |
/// | | mapping table | BatchGetItem, Query; PutItem and ConditionCheckItem (also through TransactWriteItems) | the ledger; the sweep's checkpoint |
/// | | mapping table | Scan | sweeps: what was not seen |
/// | | EC2, Auto Scaling, Systems Manager | DescribeImages, DescribeLaunchTemplateVersions, DescribeLaunchConfigurations, GetParameters | which image is meant, and whose it is |
/// | | Systems Manager | GetParameters | a parameter that an event tells of: what it names now |
/// | | as in ``LiveInventory`` | | sweeps: what is there |
/// | the cross-account role | usage table, own rows | PutItem, DeleteItem (also through TransactWriteItems) | usage rows |
/// | | usage table, own rows | UpdateItem | the coverage record |
/// | | usage table, own rows | Query | sweeps: rows that nothing accounts for |
/// | | shares table | GetItem of `image_id`, `principal`, `status` | images that EC2 no longer describes |
public struct UsageTracker: Sendable {
    let lookup: ImageLookup
    let store: DynamoDBUsageStore
    let inventory: LiveInventory
    let sweepIntervalHours: Int64
    let metrics: GovernanceMetrics
    let clock: @Sendable () -> EventTime = { EventTime(milliseconds: WallClock.system.now()) }
    private let role: RefreshingCredentialsProvider
    private let notes = EventNotes()

    /// - Parameter environment: `CREATOR_ACCOUNT_ID`; `CROSS_ACCOUNT_ROLE_ARN`, the role of the creator account that lets
    ///   this account's usage be written; `USAGE_TABLE` and `SHARES_TABLE`, tables of the creator account; `MAPPING_TABLE`, a
    ///   table of this one; `TOMBSTONE_DAYS`, 1 to 3,650, by default 90; `SWEEP_INTERVAL_HOURS`, the most that lies
    ///   between the beginnings of two sweeps, 1 to 168, by default 24.
    public init(_ environment: LambdaEnvironment) throws {
        try self.init(environment, client: try AWSClient.initialized())
    }

    init(_ environment: LambdaEnvironment, client: AWSClient) throws {
        let creatorText = try environment.required("CREATOR_ACCOUNT_ID")
        guard let creator = AccountID(creatorText) else {
            throw ConfigurationError(message: "CREATOR_ACCOUNT_ID is not \(AccountID.expectation)")
        }
        guard let days = Int64(environment["TOMBSTONE_DAYS"] ?? "90"), (1...3_650).contains(days) else {
            throw ConfigurationError(message: "TOMBSTONE_DAYS is not a number from 1 to 3650")
        }
        guard let hours = Int64(environment["SWEEP_INTERVAL_HOURS"] ?? "24"), (1...168).contains(hours) else {
            throw ConfigurationError(message: "SWEEP_INTERVAL_HOURS is not a number from 1 to 168")
        }
        sweepIntervalHours = hours
        metrics = GovernanceMetrics(environment)
        let functionName = environment["AWS_LAMBDA_FUNCTION_NAME"] ?? "usage-tracker"
        let session = RoleSession(
            roleARN: try environment.required("CROSS_ACCOUNT_ROLE_ARN"),
            sessionName: RoleSession.sessionName(from: functionName)
        )
        role = AssumedRoles(sts: client).provider(for: session)
        let creatorTables = DynamoDB(client.with(credentials: role))
        lookup = ImageLookup(
            creatorAccount: creator,
            client: client,
            shares: creatorTables,
            sharesTable: try environment.required("SHARES_TABLE")
        )
        store = DynamoDBUsageStore(
            creator: creatorTables,
            usageTable: try environment.required("USAGE_TABLE"),
            own: DynamoDB(client),
            mappingTable: try environment.required("MAPPING_TABLE"),
            tombstoneDays: days
        )
        inventory = LiveInventory(client: client, creatorAccount: creator)
    }

    /// Records or releases what an event says, or works on a sweep; an event that changes nothing is none the worse for it.
    ///
    /// - Returns: `null` for an event; for a sweep, as JSON, what became of it.
    /// - Throws: ``MalformedEvent``; `AWSError` or ``RecordContention``, after which Lambda delivers the event again.
    public func handle(_ event: [UInt8], _ context: LambdaContext) async throws -> [UInt8] {
        switch try UsageTrackerRequest(parsing: event) {
        case .sweep(let isForced): try await sweep(isForced: isForced, context)
        case .event(let event): try await handle(event, context)
        }
    }

    private func handle(_ event: GovernanceEvent, _ context: LambdaContext) async throws -> [UInt8] {
        if case .parameter(let parameter, let change) = event.subject, change != .other {
            try await look(at: parameter, change, event, context)
            return Array("null".utf8)
        }
        guard let changes = UsageChanges(event) else {
            context.logger.debug("the event changes no usage", ["event_name": event.occurrence.eventName])
            return Array("null".utf8)
        }
        try await AWSClient.withDeadline(of: context) {
            try await apply(changes, event: event, logger: context.logger)
        }
        return Array("null".utf8)
    }

    private func apply(
        _ changes: UsageChanges<ImageReference>,
        event: GovernanceEvent,
        logger: Logger
    ) async throws {
        let images = try await trackedImages(of: changes, account: event.account, logger: logger)
        let resolved = changes.resolved(images)
        let ledger = UsageLedger(store: store, account: event.account, region: event.region)
        async let noted: Void = note(event, logger: logger)
        try await ledger.apply(resolved)
        await noted
        logger.info(
            "recorded",
            [
                "image_id": Set(images.values).count == 1 ? images.values.first?.text : nil,
                "event_id": event.occurrence.eventID,
                "event_name": event.occurrence.eventName,
                "acquired": resolved.acquisitions.count,
                "not_tracked": changes.acquisitions.count - resolved.acquisitions.count,
                "released": resolved.releases.count + (resolved.deletedTemplate == nil ? 0 : 1),
            ]
        )
    }

    private func trackedImages(
        of changes: UsageChanges<ImageReference>,
        account: AccountID,
        logger: Logger
    ) async throws -> [ImageReference: ImageID] {
        let references = changes.references
        guard !references.isEmpty else { return [:] }
        // The role's credentials will be needed, most likely: they are asked for while the images are looked up. Should
        // that fail, the request that needs them asks again and reports it.
        async let warmed = try? role.credentials(deadline: AWSClient.deadline)
        let images = try await lookup.trackedImages(references, of: account, logger: logger)
        _ = await warmed
        return images
    }

    /// Keeps when something was last heard of this account, which every answer tells. It is worth no failure.
    func note(_ event: GovernanceEvent, logger: Logger) async {
        let now = clock()
        guard let newest = notes.note(event.occurrence.time, at: now) else { return }
        do {
            let change = CoverageChange.eventHandled(time: newest, at: now)
            try await store.record(change, of: event.account, in: event.region)
            notes.wrote(newest, at: now)
        } catch {
            // The next event tries again. Cancelled where the event itself failed, which is reported.
            guard !Task.isCancelled else { return }
            logger.warn("the time of the event could not be noted", error: error)
        }
    }
}
