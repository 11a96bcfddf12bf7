import AWSClient
import AWSServices
import Governance

/// Looks at what is there: several accounts and regions side by side, page by page, a bounded number of requests at a time.
public struct ShareScanner: Sendable {
    private let cloud: AWSShareCloud
    private let onProgress: @Sendable (_ activity: String, _ count: Int, _ total: Int) -> Void

    /// Requests under way at a time.
    private static let concurrency = 8

    /// - Parameter onProgress: Told after each question that was answered.
    public init(
        _ cloud: AWSShareCloud,
        onProgress: @escaping @Sendable (_ activity: String, _ count: Int, _ total: Int) -> Void = { _, _, _ in }
    ) {
        self.cloud = cloud
        self.onProgress = onProgress
    }

    /// What could not be looked at. Half a picture would make a wrong plan, so there is none.
    public struct Failures: Error, Hashable, Sendable, CustomStringConvertible {
        /// One for each kind of failure, account and region.
        public let messages: [String]

        public var description: String { messages.joined(separator: "\n") }
    }

    /// The available images of the source account.
    public func images(in regions: [Region]) async throws -> [Region: [SourceImage]] {
        var images: [Region: [SourceImage]] = [:]
        let queries = regions.map { region in
            Query(account: cloud.source, region: region) { () throws(AWSError) in
                .images(region, try await availableImages(in: region))
            }
        }
        for case .images(let region, let found) in try await answers(to: queries, "looking at images") {
            images[region] = found
        }
        return images
    }

    private func availableImages(in region: Region) async throws(AWSError) -> [SourceImage] {
        let ec2 = try cloud.ec2(cloud.source, region)
        let input = EC2.DescribeImages(
            owners: ["self"],
            filters: [EC2.Filter("state", ["available"])],
            includesDeprecated: true,
            maximumResults: 1000
        )
        var found: [SourceImage] = []
        for try await page in ec2.images(input) {
            found += page.images.compactMap { SourceImage($0, in: region, owner: cloud.source) }
        }
        return found
    }

    /// The images of the source account that accounts may launch, as they see it themselves.
    public func imagesShared(
        with accounts: [AccountID],
        in regions: [Region]
    ) async throws -> [AccountID: Set<RegionalID>] {
        let cloud = cloud
        let queries = accounts.flatMap { account in
            regions.map { region in
                Query(account: account, region: region) { () throws(AWSError) in
                    let input = EC2.DescribeImages(
                        owners: [cloud.source.text],
                        executableUsers: ["self"],
                        maximumResults: 1000
                    )
                    var found: Set<RegionalID> = []
                    for try await page in try cloud.ec2(account, region).images(input) {
                        found.formUnion(page.images.map { RegionalID(region: region, id: $0.imageID) })
                    }
                    return .shared(account, found)
                }
            }
        }
        var shared: [AccountID: Set<RegionalID>] = [:]
        for case .shared(let account, let images) in try await answers(to: queries, "looking at target accounts") {
            shared[account, default: []].formUnion(images)
        }
        return shared
    }

    /// What is to be looked at.
    public struct Scope: Sendable {
        /// Images, and the targets they are or were for.
        public var shares: [(image: SourceImage, target: SharePlan.Target)]
        /// Whether the permissions of snapshots, and their tags in target accounts, count.
        public var includesSnapshots: Bool
        /// Whether nothing but the launch permissions of images counts.
        public var permissionsOnly: Bool

        public init(
            shares: [(image: SourceImage, target: SharePlan.Target)],
            includesSnapshots: Bool = false,
            permissionsOnly: Bool = false
        ) {
            self.shares = shares
            self.includesSnapshots = includesSnapshots
            self.permissionsOnly = permissionsOnly
        }
    }

    /// The state of everything that sharing the images could change.
    ///
    /// - Throws: ``Failures``, or `AWSError` where the task was cancelled.
    public func observe(_ scope: Scope) async throws -> Observation {
        var observed = Observation()
        var queries = stateQueries(scope)
        if !scope.permissionsOnly { queries += tagQueries(scope) }
        var keyARNs: [RegionalID: String] = [:]
        for answer in try await answers(to: queries, "looking at what is shared") {
            switch answer {
            case .launchPermissions(let id, let principals): observed.launchPermissions[id] = principals
            case .volumePermissions(let id, let accounts): observed.volumePermissions[id] = accounts
            case .keys(let keys): keyARNs.merge(keys) { _, new in new }
            case .tags(let account, let tags): observed.targetTags[account, default: [:]].merge(tags) { _, new in new }
            case .images, .shared, .key, .grant: break
            }
        }
        var managed: Set<String> = []
        for answer in try await answers(to: keyQueries(scope, keyARNs), "looking at keys") {
            switch answer {
            case .key(let arn, let isManaged): if isManaged { managed.insert(arn) }
            case .grant(let grant, let isThere): if isThere { observed.grants.insert(grant) }
            default: break
            }
        }
        observed.keys = keyARNs.mapValues { .init(arn: $0, isManagedByAWS: managed.contains($0)) }
        return observed
    }

    // MARK: Queries

    private enum Answer: Sendable {
        case images(Region, [SourceImage])
        case shared(AccountID, Set<RegionalID>)
        case launchPermissions(RegionalID, Set<Principal>)
        case volumePermissions(RegionalID, Set<AccountID>)
        /// The ARNs of the keys of encrypted snapshots.
        case keys([RegionalID: String])
        case tags(AccountID, [RegionalID: [String: String]])
        case key(String, isManagedByAWS: Bool)
        case grant(Observation.GrantID, isThere: Bool)
    }

    private struct Query: Sendable {
        let account: AccountID
        let region: Region
        let ask: @Sendable () async throws(AWSError) -> Answer
    }

    /// Permissions of images and snapshots, and the keys of snapshots.
    private func stateQueries(_ scope: Scope) -> [Query] {
        let cloud = cloud
        var queries: [Query] = []
        var images: Set<RegionalID> = []
        var snapshots: Set<RegionalID> = []
        var encrypted: [Region: Set<String>] = [:]
        for (image, target) in scope.shares {
            let region = image.region
            if images.insert(image.key).inserted {
                queries.append(
                    Query(account: cloud.source, region: region) { () throws(AWSError) in
                        .launchPermissions(image.key, try await cloud.launchPermissions(of: image.id, in: region))
                    }
                )
            }
            if scope.permissionsOnly { continue }
            if target.grantsKeys, image.hasEncryptedSnapshots {
                encrypted[region, default: []].formUnion(image.snapshots.map(\.text))
            }
            guard scope.includesSnapshots, case .account = target.principal else { continue }
            for snapshot in image.snapshots {
                let key = RegionalID(region: region, id: snapshot.text)
                guard snapshots.insert(key).inserted else { continue }
                queries.append(
                    Query(account: cloud.source, region: region) { () throws(AWSError) in
                        .volumePermissions(key, try await cloud.volumePermissions(of: snapshot, in: region))
                    }
                )
            }
        }
        for (region, ids) in encrypted {
            queries.append(
                Query(account: cloud.source, region: region) { () throws(AWSError) in
                    let found = try await cloud.ec2(cloud.source, region).snapshots(ids: Array(ids))
                    var keys: [RegionalID: String] = [:]
                    for snapshot in found.values where snapshot.isEncrypted {
                        keys[RegionalID(region: region, id: snapshot.snapshotID)] = snapshot.kmsKeyID
                    }
                    return .keys(keys)
                }
            )
        }
        return queries
    }

    /// What target accounts see of images and snapshots.
    private func tagQueries(_ scope: Scope) -> [Query] {
        struct Place: Hashable {
            let account: AccountID
            let region: Region
        }
        var images: [Place: Set<String>] = [:]
        var snapshots: [Place: Set<String>] = [:]
        for (image, target) in scope.shares {
            guard let account = target.account else { continue }
            let place = Place(account: account.id, region: image.region)
            images[place, default: []].insert(image.id.text)
            if scope.includesSnapshots { snapshots[place, default: []].formUnion(image.snapshots.map(\.text)) }
        }
        let cloud = cloud
        func queries(
            _ ids: [Place: Set<String>],
            _ tags: @escaping @Sendable (EC2, [String]) async throws(AWSError) -> [String: [String: String]]
        ) -> [Query] {
            ids.filter { !$0.value.isEmpty }.map { place, ids in
                Query(account: place.account, region: place.region) { () throws(AWSError) in
                    let found = try await tags(cloud.ec2(place.account, place.region), Array(ids))
                    let entries = found.map { (RegionalID(region: place.region, id: $0.key), $0.value) }
                    return .tags(place.account, Dictionary(entries) { first, _ in first })
                }
            }
        }
        return queries(images) { ec2, ids throws(AWSError) in
            try await ec2.images(ids: ids).mapValues(\.tags)
        }
            + queries(snapshots) { ec2, ids throws(AWSError) in
                try await ec2.snapshots(ids: ids).mapValues(\.tags)
            }
    }

    private func keyQueries(_ scope: Scope, _ keys: [RegionalID: String]) -> [Query] {
        let cloud = cloud
        var queries: [Query] = []
        var seen: Set<String> = []
        var grants: Set<Observation.GrantID> = []
        for (image, target) in scope.shares where target.grantsKeys {
            guard case .account(let account) = target.principal else { continue }
            let region = image.region
            for snapshot in image.snapshots {
                guard let key = keys[RegionalID(region: region, id: snapshot.text)] else { continue }
                if seen.insert(key).inserted {
                    queries.append(
                        Query(account: cloud.source, region: region) { () throws(AWSError) in
                            .key(key, isManagedByAWS: try await cloud.kms(region).key(key).manager == "AWS")
                        }
                    )
                }
                let grant = Observation.GrantID(key: key, account: account)
                guard grants.insert(grant).inserted else { continue }
                queries.append(
                    Query(account: cloud.source, region: region) { () throws(AWSError) in
                        .grant(grant, isThere: try await cloud.hasGrant(of: key, in: region, for: account))
                    }
                )
            }
        }
        return queries
    }

    /// All answers, or ``Failures``.
    private func answers(to queries: [Query], _ activity: String) async throws -> [Answer] {
        let counter = Counter()
        let results = try await concurrentMap(queries, limit: Self.concurrency) { query throws(AWSError) in
            let result: Result<Answer, AWSError>
            do throws(AWSError) {
                result = .success(try await query.ask())
            } catch {
                if error.kind == .cancelled { throw error }
                result = .failure(error)
            }
            onProgress(activity, counter.next(), queries.count)
            return result
        }
        var answers: [Answer] = []
        var failures: [(kind: String, message: String, count: Int)] = []
        for (query, result) in zip(queries, results) {
            switch result {
            case .success(let answer): answers.append(answer)
            case .failure(let error):
                let kind = "\(query.account) \(query.region) \(error.operation) \(error.code)"
                if let index = failures.firstIndex(where: { $0.kind == kind }) {
                    failures[index].count += 1
                } else {
                    failures.append((kind, "account \(query.account), \(query.region): \(error)", 1))
                }
            }
        }
        guard failures.isEmpty else {
            throw Failures(
                messages: failures.map { $0.count == 1 ? $0.message : "\($0.message) (\($0.count) times)" }
            )
        }
        return answers
    }
}
