/// Where a principal stands with an image. The greater takes more away.
public enum ShareStatus: String, Hashable, Sendable, CaseIterable, Comparable {
    case shared
    /// The launch permission was taken from this principal, or, by a reset, from all.
    case removed
    case disabled
    case deregistered

    public static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

    private var rank: Int {
        switch self {
        case .shared: 0
        case .removed: 1
        case .disabled: 2
        case .deregistered: 3
        }
    }
}

/// What is known of one principal of one image.
///
/// The last change of the principal's own launch permission and the last event that took the image from everyone are kept
/// apart, and the status follows from both. So records that saw the same events are equal, whatever the order.
public struct ShareRecord: Hashable, Sendable {
    public let image: ImageID
    public let principal: Principal
    public let region: Region
    /// The last change of the principal's own launch permission: `shared` or `removed`.
    public internal(set) var permission: Sighting<ShareStatus>
    /// Where earlier events had told the same of the permission, and none the opposite since: the time of the first of them.
    /// EC2 takes a permission that is given once more, or taken away once more, and CloudTrail tells of it; nothing changes.
    /// Where events come late, it may be a later one of them.
    var permissionSince: EventTime?
    /// The last events that took the image from every principal.
    public internal(set) var revocations: Sightings<ShareStatus>
    /// The earliest time at which the image was shared with the principal; nil where only a removal was seen. Where the
    /// share was found with EC2 (``Occurrence/isFound``), when it was found.
    public internal(set) var firstShared: EventTime?
    /// The latest such time, however it went on.
    var latestShare: EventTime?
    /// When EC2 was first seen not to list the share, though no event told of its end; nil while EC2 lists it.
    var unlistedSince: EventTime?

    public init(
        image: ImageID,
        principal: Principal,
        region: Region,
        permission: Sighting<ShareStatus>,
        permissionSince: EventTime? = nil,
        revocations: Sightings<ShareStatus> = Sightings(),
        firstShared: EventTime?,
        lastShared: EventTime? = nil,
        unlistedSince: EventTime? = nil
    ) {
        self.image = image
        self.principal = principal
        self.region = region
        self.permission = permission
        self.permissionSince = permissionSince
        self.revocations = revocations
        self.firstShared = firstShared
        latestShare = lastShared ?? firstShared
        self.unlistedSince = unlistedSince
    }

    /// The status, and the event that made it. A principal that had lost the image already loses nothing when the image
    /// is taken from everyone; one that shares a second with such an event has lost it.
    public var current: Sighting<ShareStatus> {
        guard permission.status == .shared, let revocation = revocations.effective,
            revocation.occurrence.order >= permission.occurrence.order
        else { return permission }
        return revocation
    }

    public var status: ShareStatus { current.status }

    /// Since when the status is what it is: ``current`` may only have told it once more.
    public var since: EventTime {
        guard current == permission, let permissionSince else { return current.occurrence.time }
        return permissionSince
    }

    /// The same, as events are ordered (``Occurrence/order``).
    var orderSince: EventTime {
        guard current == permission, let permissionSince else { return current.occurrence.order }
        return permissionSince
    }

    /// Since when the principal has the image, or had it at last. Nil where only the removal was seen.
    public var lastShared: EventTime? {
        permission.status == .shared ? permissionSince ?? permission.occurrence.time : latestShare
    }

    /// Since when the principal has the image, or had it at last.
    public var possession: Possession {
        if status == .shared { return permission.occurrence.isFound ? .found(since) : .since(since) }
        // What was found may have been lost before it was found.
        return lastShared.map { .since(min($0, current.occurrence.time)) } ?? .notRecorded(isLost: true)
    }
}

extension ShareRecord {
    /// What a sweep has to be later than to tell what the principal uses: when it got the image; or, where it has it no
    /// longer, when it was last told to have lost it: what no event told of may have come before that.
    public var standing: Possession { status == .shared ? possession : .until(current.occurrence.time) }
}

/// What an event does to one principal's own launch permission.
public struct PermissionChange: Hashable, Sendable {
    public let principal: Principal
    /// `shared` or `removed`.
    public let permission: Sighting<ShareStatus>
}

extension ShareRecord {
    /// The record after a change of the principal's launch permission.
    /// - Returns: nil where there is nothing to write.
    public static func merge(
        _ current: ShareRecord?,
        _ change: PermissionChange,
        of image: ImageID,
        in region: Region
    ) -> ShareRecord? {
        let shared = change.permission.status == .shared ? change.permission.occurrence.time : nil
        if change.permission.occurrence.isFound, (current?.status == .shared) == (change.permission.status == .shared) {
            // Nothing new; and of a share that is recorded, an event told more than what EC2 lists.
            return nil
        }
        guard let current else {
            return ShareRecord(
                image: image,
                principal: change.principal,
                region: region,
                permission: change.permission,
                firstShared: shared
            )
        }
        var merged = current
        merged.permission = max(current.permission, change.permission)
        merged.permissionSince = permissionSince(current, change.permission)
        // Of no account while it is not shared; a later share finds them at the image.
        if merged.permission.status != .shared { merged.revocations = Sightings() }
        if let shared {
            merged.firstShared = min(current.firstShared ?? shared, shared)
            merged.latestShare = max(current.lastTold ?? shared, shared)
        } else {
            merged.latestShare = current.lastTold
        }
        if merged.permission != current.permission { merged.unlistedSince = nil }
        // EC2 may still list what was taken away meanwhile, and not list yet what was given.
        if change.permission.occurrence.isFound, merged.status != change.permission.status { return nil }
        return merged == current ? nil : merged
    }

    /// When the image was last told to be shared with the principal, be it once more.
    private var lastTold: EventTime? { permission.status == .shared ? permission.occurrence.time : latestShare }

    /// What ``permissionSince`` becomes by a change.
    private static func permissionSince(_ current: ShareRecord, _ change: Sighting<ShareStatus>) -> EventTime? {
        if change > current.permission {
            // Whoever lost the image when it was taken from everybody gets it now.
            guard change.status == current.permission.status, current.current == current.permission else { return nil }
            return min(current.since, change.occurrence.time)
        }
        return change.status == current.permission.status ? current.permissionSince : current.unbroken(by: change)
    }

    /// ``permissionSince``, unless what has come to light tells the opposite of that time or a later one.
    private func unbroken(by other: Sighting<ShareStatus>) -> EventTime? {
        permissionSince.flatMap { other.occurrence.time < $0 ? $0 : nil }
    }

    /// The record after events that took the image from every principal. Nothing changes for a principal that was not
    /// shared with; should a share that is older come later, the image's own record still has them.
    /// - Returns: nil where there is nothing to write.
    public static func merge(_ current: ShareRecord, _ revocations: Sightings<ShareStatus>) -> ShareRecord? {
        guard current.permission.status == .shared else { return nil }
        var merged = current
        merged.revocations = current.revocations.merging(revocations)
        for revocation in [revocations.call, revocations.stateChange] {
            if let revocation { merged.permissionSince = merged.unbroken(by: revocation) }
        }
        return merged == current ? nil : merged
    }
}
