import AWSServices

/// A structure of Image Builder's model that a property holds, for example a launch template configuration: its members
/// and what each may be.
///
/// Templates spell members as CloudFormation does (`LaunchTemplateId`) or as the API (`launchTemplateId`).
/// <https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_Distribution.html>
struct OutputStructure: Sendable {
    enum Kind: Sendable {
        case text(String, @Sendable (String) -> Bool)
        case flag
        case number(ClosedRange<Int64>)
        case structure(OutputStructure)
    }

    struct Member: Sendable {
        /// As the API spells it.
        let name: String
        let kind: Kind
        var isRequired = false

        /// As CloudFormation spells it.
        var templateName: String { name.prefix(1).uppercased() + name.dropFirst() }
    }

    let members: [Member]

    /// The structure in the API's spelling, its scalars in their own types.
    func read(_ value: JSONValue, _ path: String) throws(PropertyError) -> JSONValue {
        guard let object = value.object else { throw PropertyError(path, "must be an object") }
        var spelled: [String: JSONValue] = [:]
        for (name, member) in object {
            let templateName = name.prefix(1).uppercased() + name.dropFirst()
            guard spelled.updateValue(member, forKey: templateName) == nil else {
                throw PropertyError("\(path).\(templateName)", "is given twice, in two spellings")
            }
        }
        let reader = PropertyReader(spelled, path: path)
        try reader.refuseUnknown(Set(members.map(\.templateName)))
        var result: [String: JSONValue] = [:]
        for member in members {
            if let value = try read(member, reader) {
                result[member.name] = value
            } else if member.isRequired {
                throw PropertyError(reader.name(member.templateName), "is required")
            }
        }
        return .object(result)
    }

    private func read(_ member: Member, _ reader: PropertyReader) throws(PropertyError) -> JSONValue? {
        let name = member.templateName
        switch member.kind {
        case .text(let kind, let isValid):
            guard let text = try reader.text(name), !text.isEmpty else { return nil }
            guard isValid(text) else { throw PropertyError(reader.name(name), "\(quoted(text)) is not \(kind)") }
            return .string(text)
        case .flag:
            return try reader.flag(name).map(JSONValue.boolean)
        case .number(let range):
            return try reader.number(name, in: range).map(JSONValue.integer)
        case .structure(let structure):
            guard let value = reader.members[name], value != .null else { return nil }
            return try structure.read(value, reader.name(name))
        }
    }
}

extension OutputStructure {
    static let ssmParameter = OutputStructure(members: [
        Member(name: "amiAccountId", kind: .text("an account id", { Identifiers.isAccount($0) })),
        Member(
            name: "parameterName",
            kind: .text("the name of a parameter", { Identifiers.isParameterName($0) }),
            isRequired: true
        ),
        Member(name: "dataType", kind: .text("text or aws:ec2:image", { ["text", "aws:ec2:image"].contains($0) })),
    ])

    static let launchTemplate = OutputStructure(members: [
        Member(
            name: "launchTemplateId",
            kind: .text("the id of a launch template", Identifiers.isLaunchTemplate),
            isRequired: true
        ),
        Member(name: "accountId", kind: .text("an account id", { Identifiers.isAccount($0) })),
        Member(name: "setDefaultVersion", kind: .flag),
    ])

    static let s3Export = OutputStructure(members: [
        Member(name: "roleName", kind: anyText, isRequired: true),
        Member(
            name: "diskImageFormat",
            kind: .text("VMDK, RAW or VHD", { ["VMDK", "RAW", "VHD"].contains($0) }),
            isRequired: true
        ),
        Member(name: "s3Bucket", kind: anyText, isRequired: true),
        Member(name: "s3Prefix", kind: anyText),
    ])

    static let fastLaunch = OutputStructure(members: [
        Member(name: "enabled", kind: .flag, isRequired: true),
        Member(
            name: "snapshotConfiguration",
            kind: .structure(
                OutputStructure(members: [Member(name: "targetResourceCount", kind: .number(1...10_000))])
            )
        ),
        Member(name: "maxParallelLaunches", kind: .number(1...Int64.max)),
        Member(
            name: "launchTemplate",
            kind: .structure(
                OutputStructure(members: [
                    Member(
                        name: "launchTemplateId",
                        kind: .text("the id of a launch template", Identifiers.isLaunchTemplate)
                    ),
                    Member(name: "launchTemplateName", kind: anyText),
                    Member(name: "launchTemplateVersion", kind: anyText),
                ])
            )
        ),
        Member(name: "accountId", kind: .text("an account id", { Identifiers.isAccount($0) })),
    ])

    private static let anyText = Kind.text("a text of at most 1,024 characters", { $0.unicodeScalars.count <= 1024 })
}
