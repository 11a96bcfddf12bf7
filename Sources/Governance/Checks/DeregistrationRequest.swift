import AWSClient

/// A question before an image is unshared or deregistered.
public struct CheckQuestion: Hashable, Sendable {
    public let image: ImageID
    /// Only the use by these accounts, sorted, each once; nil: by all.
    public let accounts: [AccountID]?
    /// Whether EC2 shall be asked for its own count over all accounts.
    public let asksOwnerView: Bool

    public init(image: ImageID, accounts: [AccountID]? = nil, asksOwnerView: Bool = false) {
        self.image = image
        self.accounts = accounts.map { Set($0).sorted() }
        self.asksOwnerView = asksOwnerView
    }
}

/// What the deregistration checker is invoked with: an event; by a schedule, `{"measure": {}}` or `{"guard": {}}`; or, by
/// someone who wants to know first, `{"check": "ami-…"}`, perhaps with `"accounts": ["111122223333", …]` and
/// `"owner_view": true`.
public enum DeregistrationRequest: Hashable, Sendable {
    case check(CheckQuestion)
    /// Give images in use deregistration protection, and take it from those that are clear.
    case guardImages
    /// Publish metrics of usage and coverage.
    case measure
    case event(GovernanceEvent)

    /// - Throws: `MalformedEvent`, naming the field that is missing, wrong or unknown.
    public init(parsing json: [UInt8]) throws(MalformedEvent) {
        let request = try JSONElement(event: json)
        if request.member("check") != nil {
            try request.refuseMembers(except: ["check", "accounts", "owner_view"])
            let asksOwnerView = request.member("owner_view") != nil
            self = .check(
                CheckQuestion(
                    image: try request.value(at: "check"),
                    accounts: try Self.accounts(in: request),
                    asksOwnerView: try asksOwnerView ? request.value(at: "owner_view") : false
                )
            )
        } else if request.member("guard") != nil {
            try request.refuseMembers(except: ["guard"])
            try request.requiredObject(at: "guard").refuseMembers(except: [])
            self = .guardImages
        } else if request.member("measure") != nil {
            try request.refuseMembers(except: ["measure"])
            try request.requiredObject(at: "measure").refuseMembers(except: [])
            self = .measure
        } else {
            self = .event(try GovernanceEvent(reading: request))
        }
    }

    /// A question may name so many accounts.
    public static let maximumAccounts = 10_000

    private static func accounts(in request: JSONElement) throws(MalformedEvent) -> [AccountID]? {
        guard let value = request.member("accounts") else { return nil }
        guard value.kind == .array else { throw value.isOfWrongType }
        let accounts = try value.list(AccountID.self)
        guard (1...maximumAccounts).contains(accounts.count) else {
            throw value.isMalformed("not 1 to \(maximumAccounts) accounts")
        }
        return accounts
    }
}
