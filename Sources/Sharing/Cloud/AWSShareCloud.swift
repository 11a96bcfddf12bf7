import AWSClient
import AWSServices
import Governance
import Synchronization

/// The source account and the target accounts in AWS, each through its role.
///
/// The roles need what ``SharePermissions`` lists.
public final class AWSShareCloud: ShareCloud {
    public let source: AccountID
    private let clients: [AccountID: AWSClient]
    private let regional = Mutex<[Place: AWSClient]>([:])

    private struct Place: Hashable {
        let account: AccountID
        let region: Region
    }

    /// The operations of a key that launching an image with encrypted snapshots takes.
    /// <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html>
    public static let grantedOperations = [
        "CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo",
    ]

    /// - Parameter clients: For each account a client with credentials in it; the source account's among them.
    public init(source: AccountID, clients: [AccountID: AWSClient]) {
        self.source = source
        self.clients = clients
    }

    /// A client for an account and region.
    ///
    /// - Throws: `AWSError` of the kind `configuration` where no credentials for the account were given.
    func client(_ account: AccountID, _ region: Region) throws(AWSError) -> AWSClient {
        guard let client = clients[account] else {
            throw AWSError(
                kind: .configuration,
                code: "NoSuchAccount",
                message: "there is no way into account \(account): it has no role"
            )
        }
        return regional.withLock { regional in
            let place = Place(account: account, region: region)
            if let known = regional[place] { return known }
            let made = client.with(region: region.text)
            regional[place] = made
            return made
        }
    }

    /// A client for the source account.
    public func sourceClient(in region: Region) throws(AWSError) -> AWSClient { try client(source, region) }

    func ec2(_ account: AccountID, _ region: Region) throws(AWSError) -> EC2 {
        EC2(try client(account, region))
    }

    func ec2(_ region: Region) throws(AWSError) -> EC2 { try ec2(source, region) }

    func kms(_ region: Region) throws(AWSError) -> KMS { KMS(try client(source, region)) }

    // MARK: Regions

    /// The regions that are enabled for the source account.
    ///
    /// - Parameter region: The one that is asked.
    public func enabledRegions(asking region: Region) async throws(AWSError) -> [Region] {
        let output = try await client(source, region).call(EC2.DescribeRegions())
        return output.regions.compactMap { Region($0.name) }.sorted()
    }

    // MARK: Images

    public func sourceImages(_ ids: [ImageID], in region: Region) async throws(AWSError) -> [ImageID: SourceImage] {
        guard !ids.isEmpty else { return [:] }
        let found = try await ec2(region).images(ids: ids.map(\.text))
        var images: [ImageID: SourceImage] = [:]
        for image in found.values {
            if let image = SourceImage(image, in: region, owner: source) { images[image.id] = image }
        }
        return images
    }

    public func launchPermissions(of image: ImageID, in region: Region) async throws(AWSError) -> Set<Principal> {
        let permissions = try await ec2(region).launchPermissions(imageID: image.text)
        return Set(permissions.compactMap { Principal($0) })
    }

    public func setLaunchPermission(
        of image: ImageID,
        in region: Region,
        for principal: Principal,
        isGranted: Bool
    ) async throws(AWSError) {
        let permission = EC2.LaunchPermission(principal)
        _ = try await client(source, region).call(
            EC2.ModifyImageLaunchPermissions(
                imageID: image.text,
                added: isGranted ? [permission] : [],
                removed: isGranted ? [] : [permission]
            )
        )
    }

    // MARK: Snapshots

    public func volumePermissions(of snapshot: SnapshotID, in region: Region) async throws(AWSError) -> Set<AccountID> {
        let permissions = try await ec2(region).snapshotPermissions(snapshotID: snapshot.text)
        return Set(permissions.compactMap { $0.userID.flatMap { AccountID($0) } })
    }

    /// Who may make volumes of a snapshot: accounts, or everybody.
    func volumeHolders(of snapshot: SnapshotID, in region: Region) async throws(AWSError) -> Set<Principal> {
        let permissions = try await ec2(region).snapshotPermissions(snapshotID: snapshot.text)
        return Set(
            permissions.compactMap { permission in
                permission.group == "all" ? .all : permission.userID.flatMap { AccountID($0) }.map(Principal.account)
            }
        )
    }

    public func setVolumePermission(
        of snapshot: SnapshotID,
        in region: Region,
        for account: AccountID,
        isGranted: Bool
    ) async throws(AWSError) {
        let permission = EC2.CreateVolumePermission(userID: account.text)
        _ = try await client(source, region).call(
            EC2.ModifySnapshotPermissions(
                snapshotID: snapshot.text,
                added: isGranted ? [permission] : [],
                removed: isGranted ? [] : [permission]
            )
        )
    }

    // MARK: Keys

    public func hasGrant(of key: String, in region: Region, for account: AccountID) async throws(AWSError) -> Bool {
        try await !grants(of: key, in: region, for: account).isEmpty
    }

    public func setGrant(
        of key: String,
        in region: Region,
        for account: AccountID,
        isGranted: Bool
    ) async throws(AWSError) {
        let kms = try kms(region)
        if isGranted {
            // The name makes of a repeated request the same grant.
            let grant = KMS.CreateGrant(
                keyID: key,
                granteePrincipal: Self.root(of: account, key: key),
                operations: Self.grantedOperations,
                grantName: Self.grantName(account)
            )
            _ = try await kms.createGrant(grant)
        } else {
            for grant in try await grants(of: key, in: region, for: account) {
                _ = try await kms.client.call(KMS.RevokeGrant(keyID: key, grantID: grant.id))
            }
        }
    }

    private func grants(
        of key: String,
        in region: Region,
        for account: AccountID
    ) async throws(AWSError) -> [KMS.Grant] {
        let input = KMS.ListGrants(keyID: key, granteePrincipal: Self.root(of: account, key: key))
        var found: [KMS.Grant] = []
        for try await page in try kms(region).grants(input) {
            found += (page.grants ?? []).filter { $0.name == Self.grantName(account) }
        }
        return found
    }

    /// The accounts that have a grant for a key that sharing has made.
    func grantHolders(of key: String, in region: Region) async throws(AWSError) -> Set<AccountID> {
        var found: Set<AccountID> = []
        for try await page in try kms(region).grants(KMS.ListGrants(keyID: key, limit: 100)) {
            for grant in page.grants ?? [] {
                guard let name = grant.name, name.hasPrefix(Self.grantPrefix) else { continue }
                if let account = AccountID(String(name.dropFirst(Self.grantPrefix.count))) { found.insert(account) }
            }
        }
        return found
    }

    private static let grantPrefix = "ami-steward/share/"

    private static func grantName(_ account: AccountID) -> String { "\(grantPrefix)\(account)" }

    /// The account as a principal, in the key's partition.
    private static func root(of account: AccountID, key: String) -> String {
        "arn:\(ARN(key)?.partition ?? "aws"):iam::\(account):root"
    }

    // MARK: Tags

    public func tags(
        of resource: String,
        in region: Region,
        as account: AccountID
    ) async throws(AWSError) -> [String: String]? {
        let ec2 = try ec2(account, region)
        if resource.hasPrefix("ami-") { return try await ec2.images(ids: [resource])[resource]?.tags }
        return try await ec2.snapshots(ids: [resource])[resource]?.tags
    }

    public func changeTags(
        of resource: String,
        in region: Region,
        as account: AccountID,
        set: [String: String],
        removed: [String]
    ) async throws(AWSError) {
        let client = try client(account, region)
        if !removed.isEmpty { _ = try await client.call(EC2.DeleteTags(resourceIDs: [resource], keys: removed)) }
        if !set.isEmpty { _ = try await client.call(EC2.CreateTags(resourceIDs: [resource], tags: set)) }
    }

    public func pause(attempt: Int) async throws(AWSError) {
        try await clients[source]?.pause(attempt: attempt, service: .ec2, operation: "DescribeImages")
    }
}

extension EC2 {
    /// The snapshots of these ids that the caller may see, by id.
    func snapshots(ids: [String]) async throws(AWSError) -> [String: Snapshot] {
        // A filter takes 200 values.
        let ids = Array(Set(ids)).sorted()
        let chunks = stride(from: 0, to: ids.count, by: 200).map { Array(ids[$0..<min($0 + 200, ids.count)]) }
        let pages = try await concurrentMap(chunks, limit: 4) { chunk throws(AWSError) in
            var found: [Snapshot] = []
            let input = DescribeSnapshots(filters: [Filter("snapshot-id", chunk)])
            for try await page in snapshots(input) { found += page.snapshots }
            return found
        }
        return Dictionary(pages.joined().map { ($0.snapshotID, $0) }) { first, _ in first }
    }
}
