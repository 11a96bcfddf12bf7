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
    static func modifyImageAttribute(in detail: LenientObject) throws -> APICall {
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
            switch try request.value(String.self, at: "operationType", "OperationType") {
            case "add": added += flat
            case "remove": removed += flat
            default:
                throw DecodingError.dataCorruptedError(
                    forKey: request.presentKey(["operationType", "OperationType"]) ?? "operationType",
                    in: request,
                    debugDescription: "neither add nor remove"
                )
            }
        }
        return .modifyImageAttribute(
            LaunchPermissionChange(image: image, added: added.unique(), removed: removed.unique())
        )
    }

    /// The spelling of `ModifyImageAttribute --operation-type add --user-ids …`: one list for each kind of principal.
    private static func flatPrincipals(in request: LenientObject) throws -> [Principal] {
        var principals: [Principal] = []
        for (kind, keys) in PrincipalKind.flatKeys {
            guard let key = request.presentKey(keys) else { continue }
            for item in try request.decode(LenientList<FlatItem>.self, forKey: key).elements {
                principals.append(try kind.principal(item.text, at: request.codingPath + [key]))
            }
        }
        return principals
    }
}

private enum PrincipalKind {
    case account, group, organization, organizationalUnit

    static let nestedKeys: [(PrincipalKind, [AnyKey])] = [
        (.account, ["userId", "UserId"]),
        (.group, ["group", "groups", "Group"]),
        (.organization, ["organizationArn", "OrganizationArn"]),
        (.organizationalUnit, ["organizationalUnitArn", "OrganizationalUnitArn"]),
    ]

    static let flatKeys: [(PrincipalKind, [AnyKey])] = [
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

    func principal(_ value: LenientString, at path: [any CodingKey]) throws -> Principal {
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
        guard let principal else {
            throw DecodingError.dataCorrupted(.init(codingPath: path, debugDescription: "not \(expectation)"))
        }
        return principal
    }
}

/// One item of `launchPermission.add` or `.remove`: it names one principal; CloudTrail writes a public share as
/// `{"group": "all"}` or `{"groups": "all"}`.
private struct PermissionItem: Decodable {
    let principals: [Principal]

    init(from decoder: any Decoder) throws {
        let item = try decoder.container(keyedBy: AnyKey.self)
        var principals: [Principal] = []
        for (kind, keys) in PrincipalKind.nestedKeys {
            guard let key = item.presentKey(keys) else { continue }
            for value in try item.decode(LenientList<LenientString>.self, forKey: key).elements {
                principals.append(try kind.principal(value, at: item.codingPath + [key]))
            }
        }
        guard !principals.isEmpty else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: item.codingPath, debugDescription: "names no principal")
            )
        }
        self.principals = principals
    }
}

/// An item of the flat spelling: the value, or an object that holds it under the principal's name.
private struct FlatItem: Decodable {
    let text: LenientString

    init(from decoder: any Decoder) throws {
        if let object = try? decoder.container(keyedBy: AnyKey.self),
            let key = object.presentKey(PrincipalKind.nestedKeys.flatMap(\.1))
        {
            text = try object.decode(LenientString.self, forKey: key)
        } else {
            text = try LenientString(from: decoder)
        }
    }
}

extension Array where Element: Hashable {
    /// The elements in their order, each once.
    func unique() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
