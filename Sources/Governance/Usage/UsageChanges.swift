/// When something happened, in an order that is the same for everyone: by time, and within a second by event id.
public struct EventMark: Hashable, Sendable, Comparable {
    public let time: EventTime
    public let eventID: String

    public init(time: EventTime, eventID: String) {
        self.time = time
        self.eventID = eventID
    }

    public init(_ occurrence: Occurrence) { self.init(time: occurrence.time, eventID: occurrence.eventID) }

    public static func < (a: Self, b: Self) -> Bool { (a.time, a.eventID) < (b.time, b.eventID) }
}

/// How an event names an image.
public enum ImageReference: Hashable, Sendable {
    case id(ImageID)
    /// A parameter of the Parameter Store, by name or ARN, perhaps with `:version` or `:label`; its value is the image.
    case parameter(String)
    /// The image that this launch template version has; the event does not tell it.
    case launchTemplateVersion(LaunchTemplateID, Int)
    /// The image that this launch configuration has; the event does not tell it.
    case launchConfiguration(LaunchConfigurationName)
}

/// A resource began to use an image.
public struct Acquisition<Image: Hashable & Sendable>: Hashable, Sendable {
    public let resource: Resource
    /// A launch template's name.
    public let resourceName: String?
    public let image: Image
    public let mark: EventMark
    /// Whether looking the image up again may give another one.
    public let isVolatile: Bool
}

extension Acquisition where Image == ImageReference {
    init(_ resource: Resource, named name: String? = nil, of image: ImageReference, _ mark: EventMark) {
        self.resource = resource
        resourceName = name
        self.image = image
        self.mark = mark
        isVolatile = if case .parameter = image { true } else { false }
    }

    /// The acquisition of the image that the reference turned out to mean.
    public func resolved(to image: ImageID) -> Acquisition<ImageID> {
        Acquisition<ImageID>(
            resource: resource,
            resourceName: resourceName,
            image: image,
            mark: mark,
            isVolatile: isVolatile
        )
    }
}

/// What one event changes of the use of images.
public struct UsageChanges<Image: Hashable & Sendable>: Hashable, Sendable {
    public var acquisitions: [Acquisition<Image>]
    public var releases: [Resource]
    /// A launch template that was deleted with all its versions.
    public var deletedTemplate: LaunchTemplateID?
    /// Of the event.
    public let mark: EventMark

    public init(
        acquisitions: [Acquisition<Image>] = [],
        releases: [Resource] = [],
        deletedTemplate: LaunchTemplateID? = nil,
        mark: EventMark
    ) {
        self.acquisitions = acquisitions
        self.releases = releases
        self.deletedTemplate = deletedTemplate
        self.mark = mark
    }
}

extension UsageChanges where Image == ImageReference {
    /// Decides what the event changes.
    /// - Returns: nil where that is nothing: a failed call, a state other than terminated, an event about something else.
    public init?(_ event: GovernanceEvent) {
        let mark = EventMark(event.occurrence)
        self.init(mark: mark)
        switch event.subject {
        case .call(.runInstances(let instances)):
            acquisitions = instances.map { Acquisition(.instance($0.instance), of: .id($0.image), mark) }
        case .call(.terminateInstances(let instances)):
            releases = instances.unique().map(Resource.instance)
        case .instanceState(let instance, "terminated"):
            releases = [.instance(instance)]
        case .call(.createLaunchTemplateVersion(let created)):
            let image: ImageReference
            switch created.image {
            case .id(let id): image = .id(id)
            case .parameter(let name): image = .parameter(name)
            case .inherited: image = .launchTemplateVersion(created.template, created.version)
            case .none: return nil
            }
            acquisitions = [
                Acquisition(
                    .launchTemplateVersion(created.template, created.version),
                    named: created.name,
                    of: image,
                    mark
                )
            ]
        case .call(.deleteLaunchTemplateVersions(let template, let versions)):
            releases = versions.unique().map { .launchTemplateVersion(template, $0) }
        case .call(.deleteLaunchTemplate(let template)):
            deletedTemplate = template
        case .call(.createLaunchConfiguration(let name, source: .image(let image))):
            acquisitions = [Acquisition(.launchConfiguration(name), of: .id(image), mark)]
        case .call(.createLaunchConfiguration(let name, source: .instance)):
            acquisitions = [Acquisition(.launchConfiguration(name), of: .launchConfiguration(name), mark)]
        case .call(.deleteLaunchConfiguration(let name)):
            releases = [.launchConfiguration(name)]
        default:
            return nil
        }
    }

    /// The images and look-ups that the acquisitions need, each once.
    public var references: [ImageReference] { acquisitions.map(\.image).unique() }

    /// The changes with the images that the references turned out to mean; acquisitions of references that are not in
    /// `images` fall away: they mean no image that is tracked.
    public func resolved(_ images: [ImageReference: ImageID]) -> UsageChanges<ImageID> {
        UsageChanges<ImageID>(
            acquisitions: acquisitions.compactMap { use in images[use.image].map(use.resolved(to:)) },
            releases: releases,
            deletedTemplate: deletedTemplate,
            mark: mark
        )
    }
}
