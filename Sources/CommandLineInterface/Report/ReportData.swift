import Governance

/// What a report tells, gathered before any of it is written.
struct ReportData: Sendable {
    struct Image: Sendable {
        let id: ImageID
        var name: String?
        /// `available`, `disabled`, `deregistered`, …
        var state: String
        var isPublic = false
        /// Whether EC2 refuses to deregister it.
        var isProtected = false
        var created: EventTime?
        /// When an instance was last launched from it, as EC2 tells its owner; nil where no launch is known.
        var lastLaunched: EventTime?
        var shares: [Share] = []
        /// By account, sorted.
        var usage: [UsageSummary] = []
        var outcome: Verdict.Outcome
        /// Why no known use is not no use.
        var doubts: [String] = []

        var resourceCount: Int { usage.reduce(0) { $0 + $1.count } }
        var exists: Bool { state != "deregistered" }
    }

    struct Share: Hashable, Sendable {
        let principal: Principal
        /// Nil where it is not known.
        let since: EventTime?
    }

    /// The account that owns the images.
    var owner: AccountID?
    let region: Region
    let generated: EventTime
    /// For so long without a launch, an image that nobody uses is stale.
    let staleDays: Int64
    var images: [Image] = []
    var accounts: [AccountStanding] = []
    /// What the report lacks, one sentence each.
    var omissions: [String] = []
}

extension ReportData {
    /// Whether nobody is known to use the image, and it is older than the limit and was not launched since.
    func isStale(_ image: Image) -> Bool {
        guard image.exists, image.outcome != .inUse else { return false }
        let limit = generated.advanced(bySeconds: -staleDays * 86_400)
        // An image without a time of creation is not in EC2's list.
        guard let created = image.created, created < limit else { return false }
        return image.lastLaunched.map { $0 < limit } ?? true
    }

    /// Images that are there and in use, those that break most first.
    var breaking: [Image] {
        images.filter { $0.exists && $0.outcome == .inUse }
            .sorted { ($1.resourceCount, $0.id) < ($0.resourceCount, $1.id) }
    }

    /// Images that are gone: deregistered, and no longer in EC2's list.
    var gone: [Image] { images.filter { !$0.exists } }

    /// Those of ``gone`` that something is still known to use, those that break most first: it is broken, or cannot be
    /// launched anew, already.
    var broken: [Image] {
        gone.filter { $0.outcome == .inUse }.sorted { ($1.resourceCount, $0.id) < ($0.resourceCount, $1.id) }
    }

    /// Stale images, those longest without a launch first.
    var stale: [Image] {
        images.filter(isStale).sorted { ($0.lastSign, $0.id) < ($1.lastSign, $1.id) }
    }

    /// Accounts whose use of images is not known well.
    var unknownAccounts: [AccountStanding] { accounts.filter { !$0.coverage.isKnown } }

    /// How many of the images that are there have that outcome.
    func count(_ outcome: Verdict.Outcome) -> Int { images.count { $0.exists && $0.outcome == outcome } }

    /// Of a last launch.
    enum Age: String {
        case recent
        /// So long ago that an image is stale.
        case old
        /// No launch is known.
        case none
    }

    /// How many images were last launched how long ago; those without a known launch last.
    var launches: [(label: String, age: Age, count: Int)] {
        let bounds: [(String, Int64)] = [
            ("week", 7), ("month", 30), ("3 months", 90), ("6 months", 180), ("year", 365),
        ]
        var counts = [Int](repeating: 0, count: bounds.count + 2)
        for image in images where image.exists {
            guard let launched = image.lastLaunched else {
                counts[bounds.count + 1] += 1
                continue
            }
            let days = (generated.milliseconds - launched.milliseconds) / 86_400_000
            counts[bounds.firstIndex { days < $0.1 } ?? bounds.count] += 1
        }
        let ages = bounds.map { $0.1 <= staleDays ? Age.recent : .old } + [.old, .none]
        return zip(zip(bounds.map(\.0) + ["longer", "no launch"], ages), counts).map { ($0.0, $0.1, $1) }
    }
}

extension ReportData.Image {
    /// The last launch, or else the creation.
    var lastSign: EventTime { lastLaunched ?? created ?? EventTime(milliseconds: 0) }
}
