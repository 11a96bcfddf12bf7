import AWSClient
import AWSServices
import LambdaRuntime

/// Brings distribution configurations to what templates say, and back. Its caller holds the configuration's lock.
struct DistributionManager: Sendable {
    let imageBuilder: ImageBuilder
    let resolver: TargetResolver
    let verifier: TargetVerifier
    let store: RecordStore

    /// A configuration that cannot be managed as asked.
    struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    /// One invocation's view: for whom, under which id, with what to say meanwhile.
    struct Operation: Sendable {
        /// Enters the tokens by which Image Builder knows repeated requests.
        let id: String
        let progress: Progress
        let logger: Logger
    }

    enum Verification: Sendable {
        /// Look at accounts and keys in any case.
        case always
        /// Only where something is to be changed.
        case beforeChange
    }

    // MARK: Bringing to what the template says

    /// Reads the present configuration, changes what the properties name, and writes it when something differs.
    ///
    /// - Returns: the attributes, and what has changed.
    func apply(
        _ properties: [String: JSONValue],
        owner: CustomResourceRequest.Owner,
        verification: Verification,
        _ operation: Operation
    ) async throws -> (data: ResourceData, changes: [String]) {
        let template = try DistributionProperties(properties)
        let arn = template.configuration
        let region = imageBuilder.client.configuration.region
        guard arn.region == region else {
            throw PropertyError("AmiDistributionArn", "\(arn.text) is in \(arn.region); this function serves \(region)")
        }
        operation.progress.now("reading the record of \(arn.text)")
        let record = try await record(of: arn, for: owner)
        operation.progress.now("reading parameters and organizational units")
        let desired = try await resolver.resolve(template)
        operation.progress.now("reading \(arn.text)")
        guard let present = try await settings(of: arn) else {
            throw Refusal(description: "the distribution configuration \(arn.text) does not exist")
        }
        let original = record?.original ?? present
        let (target, fields) = try present.reverting(record?.fields ?? [], to: original).applying(desired)
        let differs = !target.isEquivalent(to: present)
        if template.verifies, differs || verification == .always {
            operation.progress.now("verifying roles and keys of the target accounts")
            try await verifier.verify(target, regions: desired.regions, for: arn)
        }

        var managed =
            record
            ?? ManagedConfiguration(
                arn: arn,
                owner: owner,
                state: .pending,
                properties: properties,
                fields: [],
                original: original
            )
        // Before anything changes, the record says what is going to: an interrupted change can be taken back.
        if record == nil || managed.owner != owner || !fields.isSubset(of: managed.fields) {
            operation.progress.now("writing the record of \(arn.text)")
            managed.owner = owner
            managed.fields.formUnion(fields)
            if record == nil { try await store.create(managed) } else { try await store.save(managed) }
        }
        let changes = present.changes(to: target, within: managed.fields.union(fields))
        if differs { try await update(arn, to: target, operation) }
        let before = managed
        managed.state = .active
        managed.properties = properties
        managed.fields = fields
        if managed != before { try await store.save(managed) }

        let data = ResourceData(
            configurationARN: arn.text,
            regions: desired.regions,
            publishingAccounts: desired.publishingAccounts ?? [],
            sharingAccounts: desired.sharingAccounts ?? []
        )
        return (data, differs ? changes : [])
    }

    /// The record of a configuration that `owner` may manage.
    private func record(
        of arn: ConfigurationARN,
        for owner: CustomResourceRequest.Owner
    ) async throws -> ManagedConfiguration? {
        let record = try await store.configuration(arn)
        guard let record, record.owner != owner, record.state == .active else { return record }
        throw Refusal(
            description: "the distribution configuration \(arn.text) is managed by the resource "
                + "\(record.owner.logicalResourceID) of the stack \(record.owner.stackID) already"
        )
    }

    // MARK: Taking back

    /// Takes back what a resource changed, and forgets it. Nothing to do is success: no record, another resource's record,
    /// a configuration that is gone.
    ///
    /// - Parameter onlyPending: Leave a configuration alone that a Create has brought to its end.
    func release(
        _ arn: ConfigurationARN,
        owner: CustomResourceRequest.Owner,
        onlyPending: Bool = false,
        _ operation: Operation
    ) async throws {
        operation.progress.now("reading the record of \(arn.text)")
        guard let record = try await store.configuration(arn), record.owner == owner,
            record.state == .pending || !onlyPending
        else { return }
        try await release(record, operation)
    }

    func release(_ record: ManagedConfiguration, _ operation: Operation) async throws {
        let arn = record.arn
        operation.progress.now("reading \(arn.text)")
        if let present = try await settings(of: arn) {
            let target = present.reverting(record.fields, to: record.original)
            if !target.isEquivalent(to: present) {
                try await updateUnlessGone(arn, to: target, operation)
            }
        }
        operation.progress.now("deleting the record of \(arn.text)")
        try await store.delete(record)
    }

    // MARK: Image Builder

    private func settings(of arn: ConfigurationARN) async throws(AWSError) -> DistributionSettings? {
        do {
            let configuration = try await imageBuilder.distributionConfiguration(arn: arn.text)
            return DistributionSettings(
                description: configuration.description,
                distributions: configuration.distributions
            )
        } catch  where Self.isGone(error) {
            return nil
        }
    }

    private func update(
        _ arn: ConfigurationARN,
        to settings: DistributionSettings,
        _ operation: Operation
    ) async throws(AWSError) {
        operation.progress.now("updating \(arn.text)")
        let content = RecordStore.text(
            .array([settings.description.map(JSONValue.string) ?? .null] + settings.distributions)
        )
        try await imageBuilder.updateDistributionConfiguration(
            ImageBuilder.UpdateDistributionConfiguration(
                arn: arn.text,
                description: settings.description,
                distributions: settings.distributions,
                clientToken: Digest.hex(Digest.sha256("\(operation.id)\n\(arn.text)\n\(content)".utf8))
            )
        )
    }

    private func updateUnlessGone(
        _ arn: ConfigurationARN,
        to settings: DistributionSettings,
        _ operation: Operation
    ) async throws(AWSError) {
        do {
            try await update(arn, to: settings, operation)
        } catch  where Self.isGone(error) {
            operation.logger.info("the distribution configuration is gone", ["configuration": arn.text])
        }
    }

    private static func isGone(_ error: AWSError) -> Bool { error.code == "ResourceNotFoundException" }
}
