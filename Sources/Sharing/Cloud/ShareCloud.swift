import AWSClient
import Governance

/// The source account and the target accounts as steps see them: each piece of state can be read and set.
///
/// ``AWSShareCloud`` is the real one; tests have one in memory, by which they prove what plans do.
public protocol ShareCloud: Sendable {
    /// Available images of the source account; what is gone, or not available, is left out.
    func sourceImages(_ ids: [ImageID], in region: Region) async throws(AWSError) -> [ImageID: SourceImage]

    func launchPermissions(of image: ImageID, in region: Region) async throws(AWSError) -> Set<Principal>
    func setLaunchPermission(
        of image: ImageID,
        in region: Region,
        for principal: Principal,
        isGranted: Bool
    ) async throws(AWSError)

    func volumePermissions(of snapshot: SnapshotID, in region: Region) async throws(AWSError) -> Set<AccountID>
    func setVolumePermission(
        of snapshot: SnapshotID,
        in region: Region,
        for account: AccountID,
        isGranted: Bool
    ) async throws(AWSError)

    /// Whether an account has the grant that sharing makes, for a key of the source account.
    func hasGrant(of key: String, in region: Region, for account: AccountID) async throws(AWSError) -> Bool
    func setGrant(of key: String, in region: Region, for account: AccountID, isGranted: Bool) async throws(AWSError)

    /// The tags of an image or snapshot as an account sees them; nil where it does not see the resource.
    func tags(of resource: String, in region: Region, as account: AccountID) async throws(AWSError) -> [String: String]?
    /// Removes tags, and then sets others: where it fails in between, what was to be set is as it was.
    func changeTags(
        of resource: String,
        in region: Region,
        as account: AccountID,
        set: [String: String],
        removed: [String]
    ) async throws(AWSError)

    /// Waits until what was changed may have spread.
    ///
    /// - Parameter attempt: From 1.
    func pause(attempt: Int) async throws(AWSError)
}
