/// EC2's image usage report over all accounts: how many resources of each account refer to an image.
///
/// It is of one moment and lags behind: instances of the last 24 hours and launch templates of the last few days may be
/// missing, and what is gone may still be counted. It does not know every kind of resource; a launch template counts once,
/// however many of its versions name the image.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/your-ec2-ami-usage.html>
public struct UsageReport: Hashable, Sendable {
    /// How many resources of each kind, without those of which there are none.
    public typealias Counts = [ResourceKind: Int]

    /// So many accounts are kept apart.
    public static let maximumAccounts = 20_000

    /// When EC2 began to make it.
    public let created: EventTime
    /// What it counts.
    public let kinds: [ResourceKind]
    public private(set) var accounts: [AccountID: Counts] = [:]
    /// Of accounts that EC2 does not name, and of those beyond the maximum.
    public private(set) var others: Counts = [:]

    public init(created: EventTime, kinds: [ResourceKind] = [.instance, .launchTemplate]) {
        self.created = created
        self.kinds = kinds
    }

    /// - Parameter account: nil for one that EC2 does not name.
    public mutating func add(_ count: Int, _ kind: ResourceKind, of account: AccountID?) {
        guard count > 0, kinds.contains(kind) else { return }
        if let account, accounts[account] != nil || accounts.count < Self.maximumAccounts {
            accounts[account, default: [:]][kind, default: 0] += count
        } else {
            others[kind, default: 0] += count
        }
    }

    /// So long before it was begun, a report may lack what began: "the past few days" for launch templates, which AWS does
    /// not put into a number, and 24 hours for instances.
    public static let delayHours: Int64 = 72

    /// Whether it has everything that somebody began who lost the image at this time.
    ///
    /// It does not count every kind of resource. What it does not count, such as a launch configuration, cannot launch
    /// anything any more since the image was lost.
    public func settles(whatEnded end: EventTime) -> Bool {
        end.advanced(bySeconds: Self.delayHours * 3600) <= created
    }

    public var isUsed: Bool { !accounts.isEmpty || !others.isEmpty }

    public var totals: Counts {
        accounts.values.reduce(into: others) { $0.merge($1, uniquingKeysWith: +) }
    }

    /// What it says of these accounts, by their numbers; of all for nil.
    public func narrowed(to accounts: Set<AccountID>?) -> UsageReport {
        guard let accounts else { return self }
        var narrowed = UsageReport(created: created, kinds: kinds)
        narrowed.accounts = self.accounts.filter { accounts.contains($0.key) }
        return narrowed
    }
}
