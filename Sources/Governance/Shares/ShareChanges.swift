/// What one event changes of whom an image is shared with.
public struct ShareChanges: Hashable, Sendable {
    public let image: ImageID
    public let region: Region
    public let permissions: [PermissionChange]
    public var imageChange: ImageChange?

    public init(image: ImageID, region: Region, permissions: [PermissionChange] = [], imageChange: ImageChange? = nil) {
        self.image = image
        self.region = region
        self.permissions = permissions
        self.imageChange = imageChange
    }

    /// Decides what the event changes.
    /// - Returns: nil where that is nothing: a failed call, a change of another attribute, an event about something else.
    public init?(_ event: GovernanceEvent) {
        var change = ImageChange()
        let image: ImageID
        switch event.subject {
        case .call(.modifyImageAttribute(let permissions)):
            // A principal that one call both adds and removes counts as removed.
            let removed = Set(permissions.removed)
            let changes =
                permissions.added.filter { !removed.contains($0) }.map { ($0, ShareStatus.shared) }
                + permissions.removed.map { ($0, ShareStatus.removed) }
            guard !changes.isEmpty else { return nil }
            self.init(
                image: permissions.image,
                region: event.region,
                permissions: changes.map { principal, status in
                    PermissionChange(principal: principal, permission: Sighting(status, event.occurrence))
                }
            )
            return
        case .call(.resetLaunchPermission(let reset)):
            image = reset
            change.revocations = Sightings(Sighting(.removed, event.occurrence))
        case .call(.deregisterImage(let gone)), .imageState(let gone, .deregistered):
            image = gone
            change.revocations = Sightings(Sighting(.deregistered, event.occurrence))
            change.states = Sightings(Sighting(.deregistered, event.occurrence))
        case .call(.disableImage(let disabled)), .imageState(let disabled, .disabled):
            image = disabled
            change.revocations = Sightings(Sighting(.disabled, event.occurrence))
            change.states = Sightings(Sighting(.disabled, event.occurrence))
        case .call(.enableImage(let enabled)), .imageState(let enabled, .available):
            // Who lost the image when it was disabled does not get it back.
            image = enabled
            change.states = Sightings(Sighting(.available, event.occurrence))
        default:
            return nil
        }
        self.init(image: image, region: event.region, imageChange: change)
    }
}
