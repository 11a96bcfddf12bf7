/// What is told where accounts lost an image, and it is not known whether they use it. Nobody else can be told: no resource of
/// theirs is known. The topic gets all of it; the administrator an e-mail about those of which nothing will be known by
/// itself (``doubtful``), since images that are shared for hours only would be a mail each time.
public struct UnknownUseNotice: Hashable, Sendable {
    public let loss: ImageLoss
    public let imageName: String?
    /// The accounts, sorted, and how well their use is known.
    public let accounts: [AccountCoverage]

    /// Those of which more than the next sweep is needed: without a tracker, or one that does not do its work.
    var doubtful: [AccountCoverage] { accounts.filter { !$0.isSettledByNextSweep } }

    /// So many accounts are named.
    public static let maximumListed = 200

    public init(loss: ImageLoss, imageName: String?, accounts: [AccountCoverage]) {
        self.loss = loss
        self.imageName = imageName
        self.accounts = accounts.sorted { $0.account < $1.account }
    }

    /// "it was deregistered", without a full stop.
    public var whatHappened: String {
        switch loss.status {
        case .deregistered: "it was deregistered"
        case .disabled: "it was disabled"
        case .removed, .shared:
            switch loss.scope {
            case .everyone: "all its launch permissions were reset"
            case .principals: "launch permissions were taken away"
            }
        }
    }

    /// The same text for every report of the same loss, and another one than that of alerts of it.
    var identity: String { loss.identity + Self.suffix }

    static let suffix = "#unknown-use"
}

extension AccountCoverage {
    /// Why the account's use is not known, and when something was last heard of it; one sentence without a full stop.
    var whyUnknown: String {
        let doubts = Doubt.doubts(about: self).map(\.description).joined(separator: "; ")
        return "\(doubts.isEmpty ? "account \(account)" : doubts); last event: \(lastEventText)"
    }

    /// "account 444455556666", "3 accounts"
    static func names(_ accounts: [AccountCoverage]) -> String {
        accounts.count == 1 ? "account \(accounts[0].account)" : "\(accounts.count) accounts"
    }

    var lastEventText: String { record?.lastEvent?.readable ?? "none known" }
}

/// A notice as JSON, for SNS; at most ``UnknownUseNotice/maximumListed`` accounts are listed.
struct UnknownUseMessage: Encodable {
    let type = "image_lost_use_unknown"
    let region: Region
    let imageId: ImageID
    let imageName: String?
    let imageOwner: AccountID
    let imageUrl: String
    let status: String
    let description: String
    let actor: String?
    let eventTime: EventTime
    let eventId: String
    let eventName: String
    let accountCount: Int
    let accounts: [CoverageMessage]

    init(_ notice: UnknownUseNotice, links: ConsoleLinks) {
        let loss = notice.loss
        region = loss.region
        imageId = loss.image
        imageName = notice.imageName
        imageOwner = loss.creator
        imageUrl = links.image(loss.image)
        status = loss.status.rawValue
        description = notice.whatHappened
        actor = loss.occurrence.actor
        eventTime = loss.occurrence.time
        eventId = loss.occurrence.eventID
        eventName = loss.occurrence.eventName
        accountCount = notice.accounts.count
        accounts = notice.accounts.prefix(UnknownUseNotice.maximumListed).map(CoverageMessage.init)
    }
}
