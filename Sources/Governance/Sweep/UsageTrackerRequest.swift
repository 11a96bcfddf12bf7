import AWSClient

/// What the usage tracker is invoked with: an event, or `{"sweep": {}}` by the schedule, or `{"sweep": {"force": true}}` by
/// someone who wants a sweep to begin now.
public enum UsageTrackerRequest: Hashable, Sendable {
    case sweep(isForced: Bool)
    case event(GovernanceEvent)

    /// - Throws: `MalformedEvent`, naming the field that is missing, wrong or not known.
    public init(parsing json: [UInt8]) throws(MalformedEvent) {
        let request = try JSONElement(event: json)
        guard request.member("sweep") != nil else {
            self = .event(try GovernanceEvent(reading: request))
            return
        }
        try request.refuseMembers(except: ["sweep"])
        let sweep = try request.requiredObject(at: "sweep")
        try sweep.refuseMembers(except: ["force"])
        self = .sweep(isForced: try sweep.optionalValue(at: "force") ?? false)
    }
}
