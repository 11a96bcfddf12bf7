import AWSClient
import AWSServices
import LambdaRuntime

/// The usage tracker: which resources of this account use the creator's images.
public struct UsageTracker: Sendable {
    private let lookup: ImageLookup
    private let store: DynamoDBUsageStore
    private let role: RefreshingCredentialsProvider

    /// - Parameter environment: `CREATOR_ACCOUNT_ID`; `CROSS_ACCOUNT_ROLE_ARN`, the role of the creator account that lets
    ///   this account's usage be written; `USAGE_TABLE` and `SHARES_TABLE`, tables of the creator account; `MAPPING_TABLE`, a
    ///   table of this one; `TOMBSTONE_DAYS`, 1 to 3,650, by default 90.
    public init(_ environment: LambdaEnvironment) throws {
        let client = try AWSClient.initialized()
        let creatorText = try environment.required("CREATOR_ACCOUNT_ID")
        guard let creator = AccountID(creatorText) else {
            throw ConfigurationError(message: "CREATOR_ACCOUNT_ID is not \(AccountID.expectation)")
        }
        guard let days = Int64(environment["TOMBSTONE_DAYS"] ?? "90"), (1...3_650).contains(days) else {
            throw ConfigurationError(message: "TOMBSTONE_DAYS is not a number from 1 to 3650")
        }
        let session = RoleSession(
            roleARN: try environment.required("CROSS_ACCOUNT_ROLE_ARN"),
            sessionName: RoleSession.sessionName(from: environment["AWS_LAMBDA_FUNCTION_NAME"] ?? "usage-tracker")
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
    }

    /// Records or releases what an event says; an event that changes nothing is none the worse for it.
    ///
    /// - Throws: ``MalformedEvent``; `AWSError` or ``RecordContention``, after which Lambda delivers the event again.
    public func handle(_ event: [UInt8], _ context: LambdaContext) async throws -> [UInt8] {
        let event = try GovernanceEvent(parsing: event)
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
        try await ledger.apply(resolved)
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
}
