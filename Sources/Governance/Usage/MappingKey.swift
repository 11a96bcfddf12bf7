/// The key of an item of the mapping table.
public struct MappingKey: Hashable, Sendable, Comparable {
    /// `i-…`, `lt-…`, or `<kind>#<id>` for every other kind: `launch-configuration#web`.
    public let resourceID: String
    /// A launch template version's number; `*` for the whole launch template; the image's id for what can use several
    /// images; `-` for everything else.
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
        guard let separator = resourceID.firstIndex(of: "#") else {
            if part == "-" { return Resource(kind: .instance, id: resourceID) }
            return Resource(kind: .launchTemplate, id: resourceID + "/" + part)
        }
        guard let kind = ResourceKind(rawValue: String(resourceID[..<separator])),
            kind != .instance, kind != .launchTemplate,
            kind.usesSeveralImages ? image != nil : part == "-"
        else { return nil }
        return Resource(kind: kind, id: String(resourceID[resourceID.index(after: separator)...]))
    }

    /// The image that is part of the key, where the resource can use several.
    public var image: ImageID? { ImageID(part) }

    public static func < (a: Self, b: Self) -> Bool { (a.resourceID, a.part) < (b.resourceID, b.part) }
}

extension Resource {
    /// The key of the record of this resource's use of an image.
    /// - Parameter image: decides only where the resource can use several images.
    public func mappingKey(using image: ImageID?) -> MappingKey {
        switch self {
        case .instance(let instance): MappingKey(resourceID: instance.text, part: "-")
        case .launchTemplateVersion(let template, let version):
            MappingKey(resourceID: template.text, part: String(version))
        default:
            MappingKey(
                resourceID: kind.rawValue + "#" + id,
                part: kind.usesSeveralImages ? image?.text ?? "-" : "-"
            )
        }
    }

    /// The key of the record that the whole launch template is deleted, for a version of one.
    public var templateKey: MappingKey? {
        guard case .launchTemplateVersion(let template, _) = self else { return nil }
        return .template(template)
    }
}
