import AWSClient

/// What the usage tracker is invoked with: an event, or `{"sweep": {}}` by the schedule, or `{"sweep": {"force": true}}` by
/// someone who wants a sweep to begin now.
public enum UsageTrackerRequest: Hashable, Sendable {
    case sweep(isForced: Bool)
    case event(GovernanceEvent)

    /// - Throws: `MalformedEvent`, naming the field that is missing, wrong or not known.
    public init(parsing json: [UInt8]) throws(MalformedEvent) {
        do {
            self = try JSONDocument.decode(UsageTrackerRequest.self, from: json)
        } catch {
            throw MalformedEvent(error)
        }
    }
}

extension UsageTrackerRequest: Decodable {
    public init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: AnyKey.self)
        guard object.contains("sweep") else {
            self = .event(try GovernanceEvent(from: decoder))
            return
        }
        try object.refuseMembers(except: "sweep")
        let sweep = try object.nestedContainer(keyedBy: AnyKey.self, forKey: "sweep")
        try sweep.refuseMembers(except: "force")
        self = .sweep(isForced: try sweep.decodeIfPresent(Bool.self, forKey: "force") ?? false)
    }
}

extension LenientObject {
    /// A misspelt request must not do something else than was meant.
    fileprivate func refuseMembers(except known: String) throws {
        guard let other = allKeys.first(where: { $0.stringValue != known }) else { return }
        throw DecodingError.dataCorruptedError(forKey: other, in: self, debugDescription: "not known")
    }
}
