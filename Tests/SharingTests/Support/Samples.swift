import AWSClient
import Governance
import Sharing
import Testing
import YAML

/// Values that tests are made of; what is not valid fails the test that asks for it.
enum Sample {
    static func account(_ digit: Int) throws -> AccountID {
        try #require(AccountID(String(repeating: String(digit), count: 12)))
    }

    static func region(_ text: String = "eu-central-1") throws -> Region { try #require(Region(text)) }

    static func image(
        _ id: String,
        name: String = "image",
        created: String? = "2026-11-01T00:00:00.000Z",
        region: String = "eu-central-1",
        tags: [String: String] = [:],
        snapshots: [String] = [],
        isEncrypted: Bool = false
    ) throws -> SourceImage {
        SourceImage(
            id: try #require(ImageID(id)),
            region: try Self.region(region),
            name: name,
            created: created.flatMap { Timestamp(dateTime: $0) },
            tags: tags,
            snapshots: try snapshots.map { try #require(SnapshotID($0)) },
            hasEncryptedSnapshots: isEncrypted
        )
    }

    static func access(_ account: AccountID, alias: String? = nil) -> AccountAccess {
        let place = YAMLPosition(line: 1, column: 1)
        return AccountAccess(
            id: Positioned(account, at: place),
            alias: alias.map { Positioned($0, at: place) },
            role: RoleName("share"),
            externalID: nil
        )
    }

    static func target(
        _ digit: Int,
        alias: String? = nil,
        grantsKeys: Bool = false,
        keeps: [String] = [],
        groups: [ImageGroup] = []
    ) throws -> ShareTarget {
        let account = try account(digit)
        return ShareTarget(
            principal: .account(account),
            label: alias ?? account.text,
            access: access(account, alias: alias),
            grantsKeys: grantsKeys,
            keptTags: keeps.compactMap { Glob($0) },
            groups: groups
        )
    }

    static func organization(_ groups: [ImageGroup] = []) throws -> ShareTarget {
        let arn = "arn:aws:organizations::111111111111:organization/o-a1b2c3d4e5"
        let principal = try #require(Principal(organizationARN: arn))
        return ShareTarget(
            principal: principal,
            label: "o-a1b2c3d4e5",
            access: nil,
            grantsKeys: false,
            keptTags: [],
            groups: groups
        )
    }

    static let now = Timestamp(seconds: 1_795_000_000)
}
