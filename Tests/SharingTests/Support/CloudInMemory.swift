import AWSClient
import Governance
import Sharing
import Synchronization

/// Accounts that are a few dictionaries, with the rules that matter to sharing: who sees what, and whose tags are whose.
final class CloudInMemory: ShareCloud {
    struct State: Hashable {
        var images: [RegionalID: SourceImage] = [:]
        var launchPermissions: [RegionalID: Set<Principal>] = [:]
        var volumePermissions: [RegionalID: Set<AccountID>] = [:]
        var grants: Set<Observation.GrantID> = []
        /// Of target accounts; they stay when the account loses the resource.
        var targetTags: [AccountID: [RegionalID: [String: String]]] = [:]

        mutating func setSourceTags(_ id: RegionalID, _ tags: [String: String]) {
            guard let image = images[id] else { return }
            images[id] = image.with(tags: tags)
        }
    }

    let source: AccountID
    private let stored: Mutex<State>
    /// Refuses the writes it says yes to.
    let refuses: @Sendable (String) -> Bool
    private let written = Mutex<[String]>([])
    /// Told of each write that was done.
    let onWrite: @Sendable (String) -> Void
    /// How many times a target account does not see what it was just given.
    private let blindness: Mutex<Int>

    init(
        source: AccountID,
        _ state: State,
        blindness: Int = 0,
        refuses: @escaping @Sendable (String) -> Bool = { _ in false },
        onWrite: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.source = source
        self.blindness = Mutex(blindness)
        self.refuses = refuses
        self.onWrite = onWrite
        stored = Mutex(state)
    }

    var state: State { stored.withLock { $0 } }
    var writes: [String] { written.withLock { $0 } }

    /// Puts another state of an image of the source account in place, as its owner would.
    func replace(_ image: SourceImage) { stored.withLock { $0.images[image.key] = image } }

    private func write(_ what: String, _ body: (inout State) -> Void) throws(AWSError) {
        if refuses(what) {
            throw AWSError(kind: .clientError, code: "UnauthorizedOperation", message: what)
        }
        written.withLock { $0.append(what) }
        stored.withLock { body(&$0) }
        onWrite(what)
    }

    /// What a plan looks at, taken from the state at once.
    func observation(of wishes: [Wish], sharesSnapshots: Bool) -> Observation {
        let state = state
        var observed = Observation()
        for wish in wishes {
            let image = wish.image
            observed.launchPermissions[image.key] = state.launchPermissions[image.key] ?? []
            for snapshot in image.snapshots {
                let key = RegionalID(region: image.region, id: snapshot.text)
                if sharesSnapshots { observed.volumePermissions[key] = state.volumePermissions[key] ?? [] }
                if wish.target.grantsKeys, image.hasEncryptedSnapshots {
                    observed.keys[key] = .init(arn: Self.key(of: snapshot), manager: .account)
                }
            }
            guard let account = wish.target.account else { continue }
            let resources = [image.id.text] + (sharesSnapshots ? image.snapshots.map(\.text) : [])
            for resource in resources {
                let key = RegionalID(region: image.region, id: resource)
                guard isVisible(key, to: account, state) else { continue }
                observed.targetTags[account, default: [:]][key] = state.targetTags[account]?[key] ?? [:]
            }
        }
        observed.grants = state.grants
        return observed
    }

    static func key(of snapshot: SnapshotID) -> String {
        "arn:aws:kms:eu-central-1:111111111111:key/\(snapshot.text.last ?? "0")"
    }

    private func isVisible(_ key: RegionalID, to account: AccountID, _ state: State) -> Bool {
        state.launchPermissions[key]?.contains(.account(account)) == true
            || state.volumePermissions[key]?.contains(account) == true
    }

    // MARK: ShareCloud

    func sourceImages(_ ids: [ImageID], in region: Region) async throws(AWSError) -> [ImageID: SourceImage] {
        let state = state
        let found = ids.compactMap { state.images[RegionalID(region: region, id: $0.text)] }
        return Dictionary(found.map { ($0.id, $0) }) { first, _ in first }
    }

    func launchPermissions(of image: ImageID, in region: Region) async throws(AWSError) -> Set<Principal> {
        state.launchPermissions[RegionalID(region: region, id: image.text)] ?? []
    }

    func setLaunchPermission(
        of image: ImageID,
        in region: Region,
        for principal: Principal,
        isGranted: Bool
    ) async throws(AWSError) {
        try write("launch \(image) \(principal) \(isGranted)") { state in
            let key = RegionalID(region: region, id: image.text)
            if isGranted {
                state.launchPermissions[key, default: []].insert(principal)
            } else {
                state.launchPermissions[key]?.remove(principal)
            }
        }
    }

    func volumePermissions(of snapshot: SnapshotID, in region: Region) async throws(AWSError) -> Set<AccountID> {
        state.volumePermissions[RegionalID(region: region, id: snapshot.text)] ?? []
    }

    func setVolumePermission(
        of snapshot: SnapshotID,
        in region: Region,
        for account: AccountID,
        isGranted: Bool
    ) async throws(AWSError) {
        try write("volume \(snapshot) \(account) \(isGranted)") { state in
            let key = RegionalID(region: region, id: snapshot.text)
            if isGranted {
                state.volumePermissions[key, default: []].insert(account)
            } else {
                state.volumePermissions[key]?.remove(account)
            }
        }
    }

    func hasGrant(of key: String, in region: Region, for account: AccountID) async throws(AWSError) -> Bool {
        state.grants.contains(.init(key: key, account: account))
    }

    func setGrant(
        of key: String,
        in region: Region,
        for account: AccountID,
        isGranted: Bool
    ) async throws(AWSError) {
        try write("grant \(key) \(account) \(isGranted)") { state in
            let grant = Observation.GrantID(key: key, account: account)
            if isGranted { state.grants.insert(grant) } else { state.grants.remove(grant) }
        }
    }

    func tags(
        of resource: String,
        in region: Region,
        as account: AccountID
    ) async throws(AWSError) -> [String: String]? {
        let key = RegionalID(region: region, id: resource)
        let state = state
        if account == source { return state.images[key]?.tags }
        let isBlind = blindness.withLock { count in
            count -= 1
            return count >= 0
        }
        return isVisible(key, to: account, state) && !isBlind ? state.targetTags[account]?[key] ?? [:] : nil
    }

    func changeTags(
        of resource: String,
        in region: Region,
        as account: AccountID,
        set: [String: String],
        removed: [String]
    ) async throws(AWSError) {
        let key = RegionalID(region: region, id: resource)
        try write("tags \(resource) \(account)") { state in
            var tags = account == source ? state.images[key]?.tags ?? [:] : state.targetTags[account]?[key] ?? [:]
            tags.merge(set) { _, new in new }
            for name in removed { tags[name] = nil }
            if account == source {
                state.setSourceTags(key, tags)
            } else {
                state.targetTags[account, default: [:]][key] = tags
            }
        }
    }

    func pause(attempt: Int) async throws(AWSError) {}
}

extension SourceImage {
    func with(tags: [String: String]) -> SourceImage {
        SourceImage(
            id: id,
            region: region,
            name: name,
            created: created,
            tags: tags,
            snapshots: snapshots,
            hasEncryptedSnapshots: hasEncryptedSnapshots
        )
    }
}
