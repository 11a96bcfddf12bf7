import AWSClient

/// The version that `CreateLaunchTemplate` (always version 1) or `CreateLaunchTemplateVersion` made.
public struct CreatedLaunchTemplateVersion: Hashable, Sendable {
    public let template: LaunchTemplateID
    public let version: Int
    public let name: String?
    public let image: Image

    public enum Image: Hashable, Sendable {
        case id(ImageID)
        /// `resolve:ssm:…`: what follows is a parameter's name or ARN, perhaps with `:version` or `:label`. EC2 looks the
        /// image up at each launch.
        case parameter(String)
        /// The call does not tell: the version takes what it was not given from a source version.
        case inherited(sourceVersion: String)
        /// The version names no image; a launch has to.
        case none
    }

    public init(template: LaunchTemplateID, version: Int, name: String?, image: Image) {
        self.template = template
        self.version = version
        self.name = name
        self.image = image
    }
}

extension CreatedLaunchTemplateVersion {
    init(createLaunchTemplate detail: JSONElement) throws(MalformedEvent) {
        let request = try APICall.request(in: detail, of: "CreateLaunchTemplate")
        let created = try APICall.launchTemplate(answering: "CreateLaunchTemplate", in: detail)
        template = created.id
        version = 1
        name = created.name
        image = try Self.image(in: request.object(at: "LaunchTemplateData", "launchTemplateData")) ?? .none
    }

    init(createVersion detail: JSONElement) throws(MalformedEvent) {
        let call = "CreateLaunchTemplateVersion"
        let request = try APICall.request(in: detail, of: call)
        let response = try APICall.response(in: detail, of: call)
        guard let created = try response.object(at: "launchTemplateVersion") else {
            throw response.isMissing("launchTemplateVersion")
        }
        template = try created.value(at: "launchTemplateId")
        version = try created.value(VersionNumber.self, at: "versionNumber").value
        name = try created.text(at: "launchTemplateName")
        let source = try request.text(at: "SourceVersion", "sourceVersion")
        if let given = try Self.image(in: created.object(at: "launchTemplateData")) {
            image = given
        } else if let asked = try Self.image(in: request.object(at: "LaunchTemplateData", "launchTemplateData")) {
            image = asked
        } else {
            image = source.map { .inherited(sourceVersion: $0) } ?? .none
        }
    }

    private static func image(in data: JSONElement?) throws(MalformedEvent) -> Image? {
        guard let value = data?.firstMember(["imageId", "ImageId"]), value.kind != .null else { return nil }
        let text = try LenientString(reading: value).text
        if text.isEmpty { return nil }
        if let name = parameterName(in: text) { return .parameter(name) }
        return .id(try ImageID(reading: value))
    }

    /// What follows `resolve:ssm:`; nil for a text that does not begin so.
    static func parameterName(in text: String) -> String? {
        let reference = "resolve:ssm:"
        guard text.hasPrefix(reference), text.utf8.count > reference.utf8.count else { return nil }
        return String(text.dropFirst(reference.count))
    }
}

/// A launch template version's number; EC2's XML gives numbers as numbers or as strings.
struct VersionNumber: EventReadable {
    let value: Int

    init(reading value: JSONElement) throws(MalformedEvent) {
        guard let number = Int(try LenientString(reading: value).text), number > 0 else {
            throw value.isMalformed("not a version number")
        }
        self.value = number
    }
}

extension APICall {
    /// The `launchTemplate` of an answer.
    static func launchTemplate(
        answering call: String,
        in detail: JSONElement
    ) throws(MalformedEvent) -> (id: LaunchTemplateID, name: String?) {
        let response = try response(in: detail, of: call)
        guard let template = try response.object(at: "launchTemplate") else {
            throw response.isMissing("launchTemplate")
        }
        return (try template.value(at: "launchTemplateId"), try template.text(at: "launchTemplateName"))
    }

    /// The answer names the id also where the request had only the name.
    static func deleteLaunchTemplate(in detail: JSONElement) throws(MalformedEvent) -> APICall {
        let call = "DeleteLaunchTemplate"
        if try detail.object(at: "responseElements") == nil,
            let id = try request(in: detail, of: call).optionalValue(LaunchTemplateID.self, at: "LaunchTemplateId")
        {
            return .deleteLaunchTemplate(id)
        }
        return .deleteLaunchTemplate(try launchTemplate(answering: call, in: detail).id)
    }

    /// The call succeeds also where some of the versions could not be deleted: only the answer's list of those that were
    /// counts.
    static func deleteLaunchTemplateVersions(in detail: JSONElement) throws(MalformedEvent) -> APICall {
        struct Item: EventReadable {
            let template: LaunchTemplateID
            let version: Int

            init(reading item: JSONElement) throws(MalformedEvent) {
                template = try item.value(at: "launchTemplateId")
                version = try item.value(VersionNumber.self, at: "versionNumber").value
            }
        }
        let response = try response(in: detail, of: "DeleteLaunchTemplateVersions")
        let deleted = try response.list(Item.self, at: "successfullyDeletedLaunchTemplateVersionSet")
        guard let template = deleted.first?.template else { return .other }
        return .deleteLaunchTemplateVersions(template, deleted.map(\.version))
    }
}
