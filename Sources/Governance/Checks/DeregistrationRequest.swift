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
        do {
            self = try JSONDocument.decode(DeregistrationRequest.self, from: json)
        } catch {
            throw MalformedEvent(error)
        }
    }
}

extension DeregistrationRequest: Decodable {
    /// A question may name so many accounts.
    public static let maximumAccounts = 10_000

    public init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: AnyKey.self)
        if object.contains("check") {
            try object.refuseKeys(except: ["check", "accounts", "owner_view"])
            self = .check(
                CheckQuestion(
                    image: try object.value(at: "check"),
                    accounts: try Self.accounts(in: object),
                    asksOwnerView: try object.contains("owner_view")
                        ? object.value(Bool.self, at: "owner_view") : false
                )
            )
        } else if object.contains("guard") {
            try object.refuseKeys(except: ["guard"])
            try object.nestedContainer(keyedBy: AnyKey.self, forKey: "guard").refuseKeys(except: [])
            self = .guardImages
        } else if object.contains("measure") {
            try object.refuseKeys(except: ["measure"])
            try object.nestedContainer(keyedBy: AnyKey.self, forKey: "measure").refuseKeys(except: [])
            self = .measure
        } else {
            self = .event(try GovernanceEvent(from: decoder))
        }
    }

    private static func accounts(in object: LenientObject) throws -> [AccountID]? {
        guard object.contains("accounts") else { return nil }
        let accounts = try object.value([AccountID].self, at: "accounts")
        guard (1...maximumAccounts).contains(accounts.count) else {
            throw MalformedEvent(field: "accounts", reason: "not 1 to \(maximumAccounts) accounts")
        }
        return accounts
    }
}

extension KeyedDecodingContainer where K == AnyKey {
    /// - Throws: naming the first key that is none of these.
    fileprivate func refuseKeys(except known: Set<String>) throws {
        let unknown = allKeys.map(\.stringValue).filter { !known.contains($0) }.min()
        guard let unknown else { return }
        throw MalformedEvent(field: MalformedEvent.path(codingPath + [AnyKey(stringValue: unknown)]), reason: "unknown")
    }
}
