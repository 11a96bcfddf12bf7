import AWSClient

/// What a `ModifyImageAttribute` call changed of an image's launch permissions. Both are empty where it changed another
/// attribute.
public struct LaunchPermissionChange: Hashable, Sendable {
    public let image: ImageID
    public let added: [Principal]
    public let removed: [Principal]

    public init(image: ImageID, added: [Principal], removed: [Principal]) {
        self.image = image
        self.added = added
        self.removed = removed
    }
}

extension APICall {
    static func modifyImageAttribute(in detail: JSONElement) throws(MalformedEvent) -> APICall {
        let request = try request(in: detail, of: "ModifyImageAttribute")
        let image = try request.value(ImageID.self, at: "imageId", "ImageId")
        let attribute = try request.text(at: "attributeType", "attribute", "Attribute") ?? "launchPermission"
        guard attribute == "launchPermission" else {
            return .modifyImageAttribute(LaunchPermissionChange(image: image, added: [], removed: []))
        }
        let nested = try request.object(at: "launchPermission", "LaunchPermission")
        var added = try nested?.list(PermissionItem.self, at: "add", "Add").flatMap(\.principals) ?? []
        var removed = try nested?.list(PermissionItem.self, at: "remove", "Remove").flatMap(\.principals) ?? []

        let flat = try flatPrincipals(in: request)
        if !flat.isEmpty {
            switch try request.value(PermissionOperation.self, at: "operationType", "OperationType") {
            case .add: added += flat
            case .remove: removed += flat
            }
        }
        return .modifyImageAttribute(
            LaunchPermissionChange(image: image, added: added.unique(), removed: removed.unique())
        )
    }

    /// The spelling of `ModifyImageAttribute --operation-type add --user-ids …`: one list for each kind of principal.
    private static func flatPrincipals(in request: JSONElement) throws(MalformedEvent) -> [Principal] {
        var principals: [Principal] = []
        for (kind, keys) in PrincipalKind.flatKeys {
            guard let value = request.firstMember(keys) else { continue }
            for item in try value.list(FlatItem.self) {
                principals.append(try kind.principal(item.text, at: value))
            }
        }
        return principals
    }
}

private enum PermissionOperation: String, EventReadable {
    case add, remove

    init(reading value: JSONElement) throws(MalformedEvent) {
        guard let operation = Self(rawValue: try String(reading: value)) else {
            throw value.isMalformed("neither add nor remove")
        }
        self = operation
    }
}

private enum PrincipalKind {
    case account, group, organization, organizationalUnit

    static let nestedKeys: [(PrincipalKind, [String])] = [
        (.account, ["userId", "UserId"]),
        (.group, ["group", "groups", "Group"]),
        (.organization, ["organizationArn", "OrganizationArn"]),
        (.organizationalUnit, ["organizationalUnitArn", "OrganizationalUnitArn"]),
    ]

    static let flatKeys: [(PrincipalKind, [String])] = [
        (.account, ["userIds", "userIdSet", "userIdsSet", "userId", "UserIds", "UserId"]),
        (
            .group,
            ["userGroups", "userGroupSet", "userGroupsSet", "userGroup", "groups", "groupSet", "group", "UserGroup"]
        ),
        (
            .organization,
            ["organizationArns", "organizationArnSet", "organizationArnsSet", "organizationArn", "OrganizationArn"]
        ),
        (
            .organizationalUnit,
            [
                "organizationalUnitArns", "organizationalUnitArnSet", "organizationalUnitArnsSet",
                "organizationalUnitArn", "OrganizationalUnitArn",
            ]
        ),
    ]

    func principal(_ value: LenientString, at place: JSONElement) throws(MalformedEvent) -> Principal {
        let principal: Principal?
        let expectation: String
        switch self {
        case .account:
            principal = AccountID(value).map(Principal.account)
            expectation = AccountID.expectation
        case .group:
            principal = value.text == "all" ? .all : nil
            expectation = "the group all"
        case .organization:
            principal = Principal(organizationARN: value.text)
            expectation = "the ARN of an organization"
        case .organizationalUnit:
            principal = Principal(organizationalUnitARN: value.text)
            expectation = "the ARN of an organizational unit"
        }
        guard let principal else { throw place.isMalformed("not \(expectation)") }
        return principal
    }
}

/// One item of `launchPermission.add` or `.remove`: it names one principal; CloudTrail writes a public share as
/// `{"group": "all"}` or `{"groups": "all"}`.
private struct PermissionItem: EventReadable {
    let principals: [Principal]

    init(reading item: JSONElement) throws(MalformedEvent) {
        guard item.kind == .object else { throw item.isOfWrongType }
        var principals: [Principal] = []
        for (kind, keys) in PrincipalKind.nestedKeys {
            guard let value = item.firstMember(keys) else { continue }
            for text in try value.list(LenientString.self) {
                principals.append(try kind.principal(text, at: value))
            }
        }
        guard !principals.isEmpty else { throw item.isMalformed("names no principal") }
        self.principals = principals
    }
}

/// An item of the flat spelling: the value, or an object that holds it under the principal's name.
private struct FlatItem: EventReadable {
    let text: LenientString

    init(reading value: JSONElement) throws(MalformedEvent) {
        text = try LenientString(reading: value.firstMember(PrincipalKind.nestedKeys.flatMap(\.1)) ?? value)
    }
}

extension Array where Element: Hashable {
    /// The elements in their order, each once.
    func unique() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
