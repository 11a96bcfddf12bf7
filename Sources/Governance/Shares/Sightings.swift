/// A status, and what was seen to bring it about.
public struct Sighting<Status: Comparable & Hashable & Sendable>: Hashable, Sendable {
    public let status: Status
    public let occurrence: Occurrence

    public init(_ status: Status, _ occurrence: Occurrence) {
        self.status = status
        self.occurrence = occurrence
    }
}

extension Sighting: Comparable {
    /// By time (``Occurrence/order``). CloudTrail tells times to the second; of two in the same second the greater status
    /// counts, which is the one that takes more away, and then the greater event id: an order that every delivery order
    /// agrees on.
    public static func < (a: Self, b: Self) -> Bool {
        if a.occurrence.order != b.occurrence.order { return a.occurrence.order < b.occurrence.order }
        if a.status != b.status { return a.status < b.status }
        return a.occurrence.eventID < b.occurrence.eventID
    }
}

/// The last that was seen of one thing, by source. The same change is reported twice: by CloudTrail, which tells who did
/// it and when it was asked for; and by a state change, seconds later, which tells neither. Both are kept, so that the
/// answer does not depend on which came first: merging is commutative, associative and idempotent.
public struct Sightings<Status: Comparable & Hashable & Sendable>: Hashable, Sendable {
    /// The last seen in CloudTrail.
    public private(set) var call: Sighting<Status>?
    /// The last seen as a state change.
    public private(set) var stateChange: Sighting<Status>?

    /// A state change this close to a call that has the same effect is that call's.
    public static var sameChangeSeconds: Int64 { 15 * 60 }

    public init(call: Sighting<Status>? = nil, stateChange: Sighting<Status>? = nil) {
        self.call = call
        self.stateChange = stateChange
    }

    public init(_ sighting: Sighting<Status>) {
        self = sighting.occurrence.isCall ? Sightings(call: sighting) : Sightings(stateChange: sighting)
    }

    public var isEmpty: Bool { call == nil && stateChange == nil }

    public func merging(_ other: Self) -> Self {
        Sightings(call: Self.later(call, other.call), stateChange: Self.later(stateChange, other.stateChange))
    }

    private static func later(_ a: Sighting<Status>?, _ b: Sighting<Status>?) -> Sighting<Status>? {
        guard let a, let b else { return a ?? b }
        return max(a, b)
    }

    /// What both sources together say: the later of the two; the call where both report the same change.
    public var effective: Sighting<Status>? {
        guard let call, let stateChange else { return call ?? stateChange }
        let apart = abs(call.occurrence.time.milliseconds - stateChange.occurrence.time.milliseconds)
        if call.status == stateChange.status, apart <= Self.sameChangeSeconds * 1000 { return call }
        return max(call, stateChange)
    }
}
