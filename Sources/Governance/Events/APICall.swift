import AWSClient

/// A call that CloudTrail recorded, as far as it concerns images and their use.
public enum APICall: Hashable, Sendable {
    case modifyImageAttribute(LaunchPermissionChange)
    /// `ResetImageAttribute`: every launch permission is taken away. Reset of another attribute is `.other`.
    case resetLaunchPermission(ImageID)
    case deregisterImage(ImageID)
    case disableImage(ImageID)
    case enableImage(ImageID)

    case runInstances([LaunchedInstance])
    case terminateInstances([InstanceID])
    case createLaunchTemplateVersion(CreatedLaunchTemplateVersion)
    case deleteLaunchTemplate(LaunchTemplateID)
    /// Only the versions that were deleted.
    case deleteLaunchTemplateVersions(LaunchTemplateID, [Int])
    case createLaunchConfiguration(LaunchConfigurationName, source: LaunchConfigurationSource)
    case deleteLaunchConfiguration(LaunchConfigurationName)

    /// The call failed or was a dry run (`errorCode`): it changed nothing.
    case failed(errorCode: String)
    /// A call that changes nothing here.
    case other

    init(named name: String, in detail: JSONElement) throws(MalformedEvent) {
        if let errorCode = try detail.text(at: "errorCode") {
            self = .failed(errorCode: errorCode)
            return
        }
        switch name {
        case "ModifyImageAttribute": self = try Self.modifyImageAttribute(in: detail)
        case "ResetImageAttribute": self = try Self.resetImageAttribute(in: detail)
        case "DeregisterImage": self = .deregisterImage(try Self.imageID(in: detail, of: name))
        case "DisableImage": self = .disableImage(try Self.imageID(in: detail, of: name))
        case "EnableImage": self = .enableImage(try Self.imageID(in: detail, of: name))
        case "RunInstances": self = .runInstances(try Self.launchedInstances(in: detail))
        case "TerminateInstances": self = .terminateInstances(try Self.terminatedInstances(in: detail))
        case "CreateLaunchTemplate":
            self = .createLaunchTemplateVersion(try CreatedLaunchTemplateVersion(createLaunchTemplate: detail))
        case "CreateLaunchTemplateVersion":
            self = .createLaunchTemplateVersion(try CreatedLaunchTemplateVersion(createVersion: detail))
        case "DeleteLaunchTemplate": self = try Self.deleteLaunchTemplate(in: detail)
        case "DeleteLaunchTemplateVersions": self = try Self.deleteLaunchTemplateVersions(in: detail)
        case "CreateLaunchConfiguration": self = try Self.createLaunchConfiguration(in: detail)
        case "DeleteLaunchConfiguration":
            let request = try Self.request(in: detail, of: name)
            self = .deleteLaunchConfiguration(try request.value(at: "launchConfigurationName"))
        default: self = .other
        }
    }

    var image: ImageID? {
        switch self {
        case .modifyImageAttribute(let change): change.image
        case .resetLaunchPermission(let image), .deregisterImage(let image), .disableImage(let image),
            .enableImage(let image):
            image
        case .runInstances(let instances):
            instances.allSatisfy { $0.image == instances.first?.image } ? instances.first?.image : nil
        case .createLaunchTemplateVersion(let version):
            if case .id(let image) = version.image { image } else { nil }
        case .createLaunchConfiguration(_, source: .image(let image)): image
        default: nil
        }
    }
}

/// CloudTrail writes the parameters of EC2's older calls as they are (`requestParameters.imageId`), those of the newer
/// ones inside an element named after the request (`requestParameters.DisableImageRequest.ImageId`), and answers alike.
extension APICall {
    static func request(in detail: JSONElement, of name: String) throws(MalformedEvent) -> JSONElement {
        try part("requestParameters", wrapper: name + "Request", in: detail)
    }

    static func response(in detail: JSONElement, of name: String) throws(MalformedEvent) -> JSONElement {
        try part("responseElements", wrapper: name + "Response", in: detail)
    }

    private static func part(
        _ name: String,
        wrapper: String,
        in detail: JSONElement
    ) throws(MalformedEvent) -> JSONElement {
        guard let part = try detail.object(at: name) else { throw detail.isMissing(name) }
        if try part.text(at: "omitted") == "true" {
            throw part.isMalformed("left out by CloudTrail because of its size")
        }
        return try part.object(at: wrapper) ?? part
    }

    fileprivate static func imageID(in detail: JSONElement, of name: String) throws(MalformedEvent) -> ImageID {
        try request(in: detail, of: name).value(at: "imageId", "ImageId")
    }

    fileprivate static func resetImageAttribute(in detail: JSONElement) throws(MalformedEvent) -> APICall {
        let request = try request(in: detail, of: "ResetImageAttribute")
        let attribute = try request.text(at: "attributeType", "attribute", "Attribute") ?? "launchPermission"
        guard attribute == "launchPermission" else { return .other }
        return .resetLaunchPermission(try request.value(at: "imageId", "ImageId"))
    }
}
