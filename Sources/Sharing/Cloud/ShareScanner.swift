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
        /// Whether a role may be without permission for snapshots and keys: one that never shared any need not have it.
        public var allowsRefusals: Bool

        public init(
            shares: [(image: SourceImage, target: SharePlan.Target)],
            includesSnapshots: Bool = false,
            permissionsOnly: Bool = false,
            allowsRefusals: Bool = false
        ) {
            self.shares = shares
            self.includesSnapshots = includesSnapshots
            self.permissionsOnly = permissionsOnly
            self.allowsRefusals = allowsRefusals
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
            case .refused(let what): observed.unseen.append(what)
            case .images, .shared, .key, .grant: break
            }
        }
        var managed: Set<String> = []
        for answer in try await answers(to: keyQueries(scope, keyARNs), "looking at keys") {
            switch answer {
            case .key(let arn, let isManaged): if isManaged { managed.insert(arn) }
            case .grant(let grant, let isThere): if isThere { observed.grants.insert(grant) }
            case .refused(let what): observed.unseen.append(what)
            default: break
            }
        }
        observed.unseen = Set(observed.unseen).sorted()
        observed.keys = keyARNs.mapValues { .init(arn: $0, isManagedByAWS: managed.contains($0)) }
        return observed
    }

    // MARK: Queries

    enum Answer: Sendable {
        case images(Region, [SourceImage])
        case shared(AccountID, Set<RegionalID>)
        case launchPermissions(RegionalID, Set<Principal>)
        case volumePermissions(RegionalID, Set<AccountID>)
        /// The ARNs of the keys of encrypted snapshots.
        case keys([RegionalID: String])
        case tags(AccountID, [RegionalID: [String: String]])
        case key(String, isManagedByAWS: Bool)
        case grant(Observation.GrantID, isThere: Bool)
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

    private static func isRefusal(_ error: AWSError) -> Bool {
        ["UnauthorizedOperation", "AccessDenied", "AccessDeniedException"].contains(error.code)
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
