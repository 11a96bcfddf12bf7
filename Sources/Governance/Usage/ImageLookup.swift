import AWSClient
import AWSServices
import LambdaRuntime
import Synchronization

/// Finds out which image an event means, and whether it is one of the creator's.
public final class ImageLookup: Sendable {
    private let creatorAccount: AccountID
    private let ec2: EC2
    private let ssm: SSM
    private let autoScaling: AutoScaling
    /// The shares table, with the credentials of the cross-account role.
    private let shares: DynamoDB
    private let sharesTable: String
    /// Whether an image is the creator's, which never changes.
    private let owned = Mutex<[ImageID: Bool]>([:])

    /// Far more images than an account uses between two cold starts.
    private static let capacity = 10_000
    /// So many images are looked for in the creator's account at a time.
    private static let concurrency = 4

    /// - Parameters:
    ///   - client: With the own account's credentials.
    ///   - shares: With the cross-account role's.
    public init(creatorAccount: AccountID, client: AWSClient, shares: DynamoDB, sharesTable: String) {
        self.creatorAccount = creatorAccount
        ec2 = EC2(client)
        ssm = SSM(client)
        autoScaling = AutoScaling(client)
        self.shares = shares
        self.sharesTable = sharesTable
    }

    /// The images of the creator's that the references mean; those that mean none, or another's, or that name a parameter
    /// which may not be read, are missing.
    public func trackedImages(
        _ references: [ImageReference],
        of account: AccountID,
        logger: Logger
    ) async throws -> [ImageReference: ImageID] {
        var images: [ImageReference: ImageID] = [:]
        for reference in references {
            do {
                images[reference] = try await image(reference, logger: logger)
            } catch let error as AWSError where error.isRefusal && error.service == AWSService.ssm.sdkID {
                // The answer stays the same however often the event comes. What names the parameter, sweeps leave out, and say so.
                logger.warn("a parameter may not be read", error: error, ["reference": "\(reference)"])
            }
        }
        let tracked = try await creatorImages(among: Set(images.values), of: account, logger: logger)
        return images.filter { tracked.contains($0.value) }
    }

    // MARK: Which image

    /// The image that a reference leads to; nil where it leads to none.
    func image(_ reference: ImageReference, logger: Logger) async throws -> ImageID? {
        let text: String?
        switch reference {
        case .id(let image): return image
        case .parameter(let name): text = try await parameterValue(name)
        case .launchTemplateVersion(let template, let version):
            text = try await templateImage(template, version)
        case .launchConfiguration(let name):
            text = try await launchConfigurationImage(name)
        }
        if let text, let image = ImageID(text) { return image }
        logger.info("the reference leads to no image", ["reference": "\(reference)"])
        return nil
    }

    /// The parameter's value; nil where there is none, or the name can be none.
    private func parameterValue(_ name: String) async throws(AWSError) -> String? {
        do throws(AWSError) {
            return try await ssm.parameters(names: [name], withDecryption: false).found.first?.value
        } catch {
            if error.code == "ValidationException" { return nil }
            throw error
        }
    }

    /// The values of any number of parameters, by names that nobody has checked; see ``ParameterReading``.
    func parameterValues(_ names: Set<String>) async throws(AWSError) -> ParameterReading { try await ssm.read(names) }

    private func templateImage(_ template: LaunchTemplateID, _ version: Int) async throws(AWSError) -> String? {
        let input = EC2.DescribeLaunchTemplateVersions(launchTemplateID: template.text, versions: [String(version)])
        do throws(AWSError) {
            for try await page in ec2.launchTemplateVersions(input) {
                guard let text = page.versions.first?.imageID else { continue }
                guard let name = CreatedLaunchTemplateVersion.parameterName(in: text) else { return text }
                return try await parameterValue(name)
            }
            return nil
        } catch {
            // Deleted since: it uses nothing any more.
            if error.code.hasPrefix("InvalidLaunchTemplateId") { return nil }
            throw error
        }
    }

    private func launchConfigurationImage(_ name: LaunchConfigurationName) async throws(AWSError) -> String? {
        for try await page in autoScaling.launchConfigurations(.init(names: [name.text])) {
            if let configuration = page.launchConfigurations.first { return configuration.imageID }
        }
        return nil
    }

    // MARK: Whose image

    /// Those of the images that are the creator's. What cannot be told apart from another's is left out, and asked for again
    /// the next time.
    func creatorImages(
        among images: Set<ImageID>,
        of account: AccountID,
        logger: Logger
    ) async throws -> Set<ImageID> {
        let known = owned.withLock { owned in owned.filter { images.contains($0.key) } }
        let unknown = images.filter { known[$0] == nil }
        var found = known.filter(\.value).keys.reduce(into: Set<ImageID>()) { $0.insert($1) }
        guard !unknown.isEmpty else { return found }

        let described = try await ec2.images(ids: unknown.map(\.text))
        let owners = try await concurrentMap(Array(unknown), limit: Self.concurrency) {
            image throws(AWSError) -> (image: ImageID, isOwned: Bool?) in
            if let owner = described[image.text]?.ownerID { return (image, owner == self.creatorAccount.text) }
            return (image, try await self.isKnownAsShared(image, with: account) ? true : nil)
        }
        for (image, isOwned) in owners {
            guard let isOwned else {
                // It may become known: an event of the creator's may be under way.
                logger.info("the image cannot be described and is not known as shared", ["image_id": image.text])
                continue
            }
            remember(image, isOwned)
            if isOwned { found.insert(image) }
        }
        return found
    }

    private func remember(_ image: ImageID, _ isOwned: Bool) {
        owned.withLock { owned in
            if owned.count >= Self.capacity { owned.removeAll() }
            owned[image] = isOwned
        }
    }

    /// Whether the share recorder has seen the image, or its share with the account. An image that was deregistered, or
    /// unshared, in the meantime can no longer be described here.
    private func isKnownAsShared(
        _ image: ImageID,
        with account: AccountID
    ) async throws(AWSError) -> Bool {
        for sortKey in [ImageRecord.sortKey, Principal.account(account).description] {
            let key: DynamoDB.Item = [
                ShareRecord.imageKey: .string(image.text), ShareRecord.principalKey: .string(sortKey),
            ]
            // The role may read these attributes and no other.
            let attributes = [ShareRecord.imageKey, ShareRecord.principalKey, "status"]
            let item = try await shares.getItem(.init(table: sharesTable, key: key, attributes: attributes))
            if item != nil { return true }
        }
        return false
    }
}
