import AWSClient
import AWSServices
import Governance

/// Looks at what is there: several accounts and regions side by side, page by page, a bounded number of requests at a time.
public struct ShareScanner: Sendable {
    let cloud: AWSShareCloud
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

    func availableImages(in region: Region) async throws(AWSError) -> [SourceImage] {
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

    /// Who may launch images.
    public func launchPermissions(of images: [SourceImage]) async throws -> [RegionalID: Set<Principal>] {
        var permissions: [RegionalID: Set<Principal>] = [:]
        for case .launchPermissions(let id, let principals) in try await answers(
            to: launchPermissionQueries(images),
            "looking at who may launch"
        ) {
            permissions[id] = principals
        }
        return permissions
    }

    /// The ARNs of the keys of encrypted snapshots of images, by snapshot. Snapshots that are gone have none.
    public func keys(of images: [SourceImage]) async throws -> [RegionalID: String] {
        var found: [RegionalID: String] = [:]
        for case .keys(let keys) in try await answers(to: snapshotQueries(images), "looking at snapshots") {
            found.merge(keys) { _, new in new }
        }
        return found
    }

    /// What is to be looked at.
    public struct Scope: Sendable {
        /// Images, and the targets they are or were for.
        public var shares: [(image: SourceImage, target: SharePlan.Target)]
        /// Whether the permissions of snapshots, and their tags in target accounts, count.
        public var includesSnapshots: Bool
        /// Whether a role may be without permission for snapshots and keys: one that never shared any need not have it.
        public var allowsRefusals: Bool
        /// Whether it matters who manages a key.
        public var describesKeys: Bool
        /// What is known already.
        public var launchPermissions: [RegionalID: Set<Principal>]
        /// Grants to look for, besides those for the keys of snapshots.
        public var grants: [Region: Set<Observation.GrantID>]

        public init(
            shares: [(image: SourceImage, target: SharePlan.Target)],
            includesSnapshots: Bool = false,
            allowsRefusals: Bool = false,
            describesKeys: Bool = true,
            launchPermissions: [RegionalID: Set<Principal>] = [:],
            grants: [Region: Set<Observation.GrantID>] = [:]
        ) {
            self.shares = shares
            self.includesSnapshots = includesSnapshots
            self.allowsRefusals = allowsRefusals
            self.describesKeys = describesKeys
            self.launchPermissions = launchPermissions
            self.grants = grants
        }

        /// Each image once.
        var images: [SourceImage] {
            var seen: Set<RegionalID> = []
            return shares.map(\.image).filter { seen.insert($0.key).inserted }
        }
    }

    /// The state of everything that sharing the images could change.
    ///
    /// - Throws: ``Failures``, or `AWSError` where the task was cancelled.
    public func observe(_ scope: Scope) async throws -> Observation {
        var observed = Observation()
        observed.launchPermissions = scope.launchPermissions
        let unknown = scope.images.filter { scope.launchPermissions[$0.key] == nil }
        let queries =
            launchPermissionQueries(unknown) + volumePermissionQueries(scope)
            + snapshotQueries(scope.images.filter(\.hasEncryptedSnapshots)) + tagQueries(scope)
        var keyARNs: [RegionalID: String] = [:]
        for answer in try await answers(to: queries, "looking at what is shared") {
            switch answer {
            case .launchPermissions(let id, let principals): observed.launchPermissions[id] = principals
            case .volumePermissions(let id, let accounts): observed.volumePermissions[id] = accounts
            case .keys(let keys): keyARNs.merge(keys) { _, new in new }
            case .tags(let account, let tags): observed.targetTags[account, default: [:]].merge(tags) { _, new in new }
            case .refused(let what): observed.unseen.append(what)
            default: break
            }
        }
        var managers: [String: Observation.KeyManager] = [:]
        for answer in try await answers(to: keyQueries(scope, keyARNs), "looking at keys") {
            switch answer {
            case .key(let arn, let manager): managers[arn] = manager
            case .grant(let grant, let isThere): if isThere { observed.grants.insert(grant) }
            case .unseenGrants(let key, let error): observed.unseenGrants[key] = error
            case .refused(let what): observed.unseen.append(what)
            default: break
            }
        }
        observed.unseen = Set(observed.unseen).sorted()
        observed.keys = keyARNs.mapValues { .init(arn: $0, manager: managers[$0] ?? .account) }
        return observed
    }

    // MARK: Queries

    enum Answer: Sendable {
        case images(Region, [SourceImage])
        case closedRegion(Region, String)
        case launchPermissions(RegionalID, Set<Principal>)
        case volumePermissions(RegionalID, Set<AccountID>)
        case holders(RegionalID, Set<Principal>)
        /// The ARNs of the keys of encrypted snapshots.
        case keys([RegionalID: String])
        case tags(AccountID, [RegionalID: [String: String]])
        case key(String, Observation.KeyManager)
        case grant(Observation.GrantID, isThere: Bool)
        case grants(Set<SharedReality.Grant>)
        /// A key whose grants cannot be seen, and the code of the error.
        case unseenGrants(String, String)
        /// Something that need not be allowed is not.
        case refused(String)
    }

    struct Query: Sendable {
        let account: AccountID
        let region: Region
        /// What is not known where the question is refused; nil where it must not be.
        var optional: String?
        let ask: @Sendable () async throws(AWSError) -> Answer

        init(
            account: AccountID,
            region: Region,
            optional: String? = nil,
            ask: @escaping @Sendable () async throws(AWSError) -> Answer
        ) {
            self.account = account
            self.region = region
            self.optional = optional
            self.ask = ask
        }
    }

    static func isRefusal(_ error: AWSError) -> Bool {
        ["UnauthorizedOperation", "AccessDenied", "AccessDeniedException"].contains(error.code)
    }

    /// All answers, or ``Failures``.
    func answers(to queries: [Query], _ activity: String) async throws -> [Answer] {
        let counter = Counter()
        let results = try await concurrentMap(queries, limit: Self.concurrency) { query throws(AWSError) in
            let result: Result<Answer, AWSError>
            do throws(AWSError) {
                result = .success(try await query.ask())
            } catch {
                if error.kind == .cancelled { throw error }
                if let optional = query.optional, Self.isRefusal(error) {
                    result = .success(.refused("\(optional) (\(error.code))"))
                } else {
                    result = .failure(error)
                }
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
