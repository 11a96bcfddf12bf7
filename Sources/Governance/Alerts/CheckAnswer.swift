import AWSClient

/// What the deregistration checker is invoked with: an event, or `{"check": "ami-…"}` by someone who wants to know first.
public enum DeregistrationRequest: Hashable, Sendable {
    case check(ImageID)
    case event(GovernanceEvent)

    /// - Throws: `MalformedEvent`, naming the field that is missing or wrong.
    public init(parsing json: [UInt8]) throws(MalformedEvent) {
        do {
            self = try JSONDocument.decode(DeregistrationRequest.self, from: json)
        } catch {
            throw MalformedEvent(error)
        }
    }
}

extension DeregistrationRequest: Decodable {
    public init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: AnyKey.self)
        if object.contains("check") {
            self = .check(try object.value(at: "check"))
        } else {
            self = .event(try GovernanceEvent(from: decoder))
        }
    }
}

/// Who uses an image, by account. Rows come as a stream sorted by account; memory and the size of the answer stay bounded:
/// counts are whole, resources are listed up to a limit for each kind and account and up to a limit in all.
public struct CheckAnswer: Sendable {
    public static let maximumListedResources = 2000
    public static let maximumListedAccounts = 10_000

    private let image: ImageID
    private let record: ImageRecord?
    private let sharedWith: [Principal]
    /// Of the accounts it is shared with, those of which no row has come yet.
    private var unseen: Set<AccountID>
    private let links: ConsoleLinks
    private let limit: Int
    private var grouping: UsageGrouping
    private var accounts: [UsageSummary] = []
    private var accountCount = 0
    private var listed = 0
    private var counts: [ResourceKind: Int] = [:]

    /// - Parameters:
    ///   - record: what is known of the image.
    ///   - shares: what is known of its principals; those that have it are named.
    ///   - limit: how many resources of each kind are listed for an account.
    public init(
        image: ImageID,
        record: ImageRecord?,
        shares: [ShareRecord],
        links: ConsoleLinks,
        limit: Int = 50
    ) {
        self.image = image
        self.record = record
        sharedWith = shares.filter { $0.status == .shared }.map(\.principal).sorted()
        unseen = Set(sharedWith.compactMap { if case .account(let account) = $0 { account } else { nil } })
        self.links = links
        self.limit = limit
        grouping = UsageGrouping(limit: limit)
    }

    public mutating func add(_ row: UsageRow) {
        if let finished = grouping.add(row) { take(finished) }
    }

    private mutating func take(_ summary: UsageSummary) {
        accountCount += 1
        unseen.remove(summary.account)
        for kind in summary.presentKinds { counts[kind, default: 0] += summary[kind].count }
        guard accounts.count < Self.maximumListedAccounts else { return }
        let open = max(0, Self.maximumListedResources - listed)
        let bounded = summary.limited(to: min(limit, open / max(1, summary.presentKinds.count)))
        listed += bounded.presentKinds.reduce(0) { $0 + bounded[$1].first.count }
        accounts.append(bounded)
    }

    /// Ends the stream.
    public mutating func json() throws -> [UInt8] {
        if let last = grouping.finish() { take(last) }
        return try GovernanceJSON.encode(Message(self))
    }

    private struct Message: Encodable {
        struct Account: Encodable {
            let accountId: AccountID
            let resourceCount: Int
            let resources: [KindMessage]
        }

        let imageId: ImageID
        let imageName: String?
        let imageStatus: String?
        let inUse: Bool
        let accountCount: Int
        let resourceCount: Int
        let resourceCounts: [Count]
        let accounts: [Account]
        let sharedWith: [String]
        let sharedWithCount: Int
        /// From what usage is known: `events` since the installation.
        let coverage = "events"
        /// Accounts that have the image by a share of their own, and of which no use is known: not the same as none.
        let accountsWithoutKnownUsage: [AccountID]

        struct Count: Encodable {
            let kind: String
            let count: Int
        }

        init(_ answer: CheckAnswer) {
            imageId = answer.image
            imageName = answer.record?.name
            imageStatus = answer.record?.status.rawValue
            accountCount = answer.accountCount
            inUse = accountCount > 0
            resourceCount = answer.counts.values.reduce(0, +)
            resourceCounts = ResourceKind.allCases.map { Count(kind: $0.rawValue, count: answer.counts[$0] ?? 0) }
            accounts = answer.accounts.map { summary in
                Account(
                    accountId: summary.account,
                    resourceCount: summary.count,
                    resources: summary.presentKinds.map { KindMessage($0, summary[$0], links: answer.links) }
                )
            }
            sharedWith = answer.sharedWith.prefix(1000).map(\.description)
            sharedWithCount = answer.sharedWith.count
            accountsWithoutKnownUsage = Array(answer.unseen.sorted().prefix(1000))
        }
    }
}
