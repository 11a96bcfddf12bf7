import AWSClient
import AWSServices
import LambdaRuntime

/// The share recorder: who an image is shared with, kept up to date from the events of the creator account.
public struct ShareRecorder: Sendable {
    private let ledger: ShareLedger<DynamoDBShareStore>
    private let ec2: EC2

    /// - Parameter environment: `SHARES_TABLE`, the table's name.
    public init(_ environment: LambdaEnvironment) throws {
        let client = try AWSClient.initialized()
        let table = try environment.required("SHARES_TABLE")
        ledger = ShareLedger(store: DynamoDBShareStore(DynamoDB(client), table: table))
        ec2 = EC2(client)
    }

    /// Records what an event changes; an event that changes nothing is none the worse for it.
    ///
    /// - Throws: ``MalformedEvent``; `AWSError` or ``RecordContention``, after which Lambda delivers the event again.
    public func handle(_ event: [UInt8], _ context: LambdaContext) async throws -> [UInt8] {
        let event = try GovernanceEvent(parsing: event)
        guard let changes = ShareChanges(event) else {
            context.logger.debug("the event changes no share", ["event_name": event.occurrence.eventName])
            return Array("null".utf8)
        }
        try await AWSClient.withDeadline(of: context) {
            let record = try await ledger.apply(changes)
            try await recordName(of: changes, known: record?.name)
        }
        context.logger.info(
            "recorded",
            [
                "image_id": changes.image.text,
                "event_id": event.occurrence.eventID,
                "event_name": event.occurrence.eventName,
                "principals": changes.permissions.count,
            ]
        )
        return Array("null".utf8)
    }

    /// Keeps the image's name, which alerts will need when EC2 no longer knows the image.
    private func recordName(of changes: ShareChanges, known: String?) async throws {
        let isGone = changes.imageChange?.states.effective?.status == .deregistered
        guard known == nil, !isGone else { return }
        guard let name = try await ec2.images(ids: [changes.image.text])[changes.image.text]?.name else { return }
        var change = ImageChange()
        change.name = name
        try await ledger.apply(ShareChanges(image: changes.image, region: changes.region, imageChange: change))
    }
}
