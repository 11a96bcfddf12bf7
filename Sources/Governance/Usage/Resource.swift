/// What can use an image.
public enum ResourceKind: String, Hashable, Sendable, CaseIterable, Comparable {
    case instance
    case launchTemplate = "launch-template"
    case launchConfiguration = "launch-configuration"

    /// Whether another resource can get the same identifier once one is gone. Instances and launch templates (and the
    /// versions of one) have identifiers that never come back; launch configurations have names.
    public var isReused: Bool { self == .launchConfiguration }

    public static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }

    private var rank: Int {
        switch self {
        case .instance: 0
        case .launchTemplate: 1
        case .launchConfiguration: 2
        }
    }
}

/// One resource that uses an image.
public enum Resource: Hashable, Sendable {
    case instance(InstanceID)
    case launchTemplateVersion(LaunchTemplateID, Int)
    case launchConfiguration(LaunchConfigurationName)

    public var kind: ResourceKind {
        switch self {
        case .instance: .instance
        case .launchTemplateVersion: .launchTemplate
        case .launchConfiguration: .launchConfiguration
        }
    }

    /// Its identifier within its kind: `i-…`, `lt-…/3`, a launch configuration's name.
    public var id: String {
        switch self {
        case .instance(let instance): instance.text
        case .launchTemplateVersion(let template, let version): "\(template)/\(version)"
        case .launchConfiguration(let name): name.text
        }
    }

    /// Reads what `kind` and `id` give.
    public init?(kind: ResourceKind, id: String) {
        switch kind {
        case .instance:
            guard let instance = InstanceID(id) else { return nil }
            self = .instance(instance)
        case .launchTemplate:
            let parts = id.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, let template = LaunchTemplateID(String(parts[0])), let version = Int(parts[1]),
                version > 0
            else { return nil }
            self = .launchTemplateVersion(template, version)
        case .launchConfiguration:
            guard let name = LaunchConfigurationName(id) else { return nil }
            self = .launchConfiguration(name)
        }
    }

    public var mappingKey: MappingKey {
        switch self {
        case .instance(let instance): MappingKey(resourceID: instance.text, part: "-")
        case .launchTemplateVersion(let template, let version):
            MappingKey(resourceID: template.text, part: String(version))
        case .launchConfiguration(let name):
            MappingKey(resourceID: MappingKey.launchConfigurations + name.text, part: "-")
        }
    }

    /// The key of the record that the whole launch template is deleted, for a version of one.
    public var templateKey: MappingKey? {
        guard case .launchTemplateVersion(let template, _) = self else { return nil }
        return .template(template)
    }
}

/// The key of an item of the mapping table.
public struct MappingKey: Hashable, Sendable, Comparable {
    static let launchConfigurations = "launch-configuration#"

    /// `i-…`, `lt-…` or `launch-configuration#<name>`.
    public let resourceID: String
    /// A launch template version's number; `*` for the whole launch template; `-` for everything else.
    public let part: String

    public init(resourceID: String, part: String) {
        self.resourceID = resourceID
        self.part = part
    }

    public static func template(_ template: LaunchTemplateID) -> MappingKey {
        MappingKey(resourceID: template.text, part: "*")
    }

    /// The resource the key stands for; nil for a whole launch template and for what is no key.
    public var resource: Resource? {
        if resourceID.hasPrefix(Self.launchConfigurations) {
            return Resource(
                kind: .launchConfiguration,
                id: String(resourceID.dropFirst(Self.launchConfigurations.count))
            )
        }
        if part == "-" { return Resource(kind: .instance, id: resourceID) }
        return Resource(kind: .launchTemplate, id: resourceID + "/" + part)
    }

    public static func < (a: Self, b: Self) -> Bool { (a.resourceID, a.part) < (b.resourceID, b.part) }
}
