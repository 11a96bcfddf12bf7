@testable import Governance

/// Events about one image, made in short: `share("08:00:00", [.all])`.
enum ShareEvents {
    static func event(
        _ clock: String,
        _ subject: GovernanceEvent.Subject,
        id: String? = nil,
        actor: String? = "arn:aws:iam::1:user/mary"
    ) -> GovernanceEvent {
        let name: String
        var actor = actor
        switch subject {
        case .call(.modifyImageAttribute): name = "ModifyImageAttribute"
        case .call(.resetLaunchPermission): name = "ResetImageAttribute"
        case .call(.deregisterImage): name = "DeregisterImage"
        case .call(.disableImage): name = "DisableImage"
        case .call(.enableImage): name = "EnableImage"
        case .call: name = "Other"
        default: (name, actor) = ("EC2 AMI State Change", nil)
        }
        return GovernanceEvent(
            account: creator,
            region: region,
            occurrence: Occurrence(
                time: time("2026-11-20T\(clock)Z"),
                eventID: id ?? "\(clock)-\(name)",
                eventName: name,
                actor: actor
            ),
            subject: subject
        )
    }

    static func share(_ clock: String, _ principals: [Principal], id: String? = nil) -> GovernanceEvent {
        event(clock, .call(.modifyImageAttribute(.init(image: image, added: principals, removed: []))), id: id)
    }

    static func unshare(_ clock: String, _ principals: [Principal], id: String? = nil) -> GovernanceEvent {
        event(clock, .call(.modifyImageAttribute(.init(image: image, added: [], removed: principals))), id: id)
    }

    static func reset(_ clock: String) -> GovernanceEvent { event(clock, .call(.resetLaunchPermission(image))) }
    static func deregister(_ clock: String) -> GovernanceEvent { event(clock, .call(.deregisterImage(image))) }
    static func disable(_ clock: String) -> GovernanceEvent { event(clock, .call(.disableImage(image))) }
    static func enable(_ clock: String) -> GovernanceEvent { event(clock, .call(.enableImage(image))) }

    static func state(_ clock: String, _ state: GovernanceEvent.ImageState) -> GovernanceEvent {
        event(clock, .imageState(image, state))
    }

    /// What the events amount to, by definition and not by steps: the meaning that every order has to arrive at.
    static func expectedStatus(of principal: Principal, after events: [GovernanceEvent]) -> String? {
        let changes = events.compactMap { ShareChanges($0) }
        let permissions = changes.flatMap(\.permissions).filter { $0.principal == principal }.map(\.permission)
        guard let permission = permissions.max() else { return nil }
        let revocations = changes.compactMap(\.imageChange?.revocations).reduce(Sightings()) { $0.merging($1) }
        if permission.status == .shared, let revocation = revocations.effective,
            revocation.occurrence.time >= permission.occurrence.time
        {
            return revocation.status.rawValue
        }
        return permission.status.rawValue
    }

    /// Since when the principal's permission is what the events make it, by definition: the first event of those that tell it
    /// with none between them that tells anything else.
    static func expectedSince(of principal: Principal, after events: [GovernanceEvent]) -> EventTime? {
        let changes = events.compactMap { ShareChanges($0) }
        let permissions = changes.flatMap(\.permissions).filter { $0.principal == principal }.map(\.permission).sorted()
        guard let last = permissions.last else { return nil }
        let run = permissions.reversed().prefix { $0.status == last.status }
        guard last.status == .shared else { return run.last?.occurrence.time }
        let revoked = changes.compactMap(\.imageChange?.revocations).flatMap { [$0.call, $0.stateChange] }
            .compactMap { $0?.occurrence.time }.filter { $0 < last.occurrence.time }.max()
        return run.last { sighting in revoked.map { $0 < sighting.occurrence.time } ?? true }?.occurrence.time
    }
}
