import Governance
import Sharing
import Testing

@Suite("What is shared and not asked for")
struct DriftTests {
    private static let key = "arn:aws:kms:eu-central-1:111111111111:key/k-1"

    /// `eu-central-1 ami-1 222222222222: shared`, with a `!` where the manifest does not have the target.
    private static func text(_ surplus: ShareDrift.Surplus) -> String {
        let what =
            switch surplus.what {
            case .launchPermission(let isTagged): isTagged ? "shared, tagged" : "shared"
            case .shareTag: "tagged"
            case .snapshotPermission(let snapshot): snapshot.text
            case .keyGrant(let key): String(key.suffix(3))
            }
        let place = surplus.image?.id.text ?? "-"
        return "\(surplus.region) \(place) \(surplus.target)\(surplus.isInManifest ? "" : "!"): \(what)"
    }

    private struct Case: Sendable {
        let name: String
        /// Tags of the image.
        var tags: [String] = []
        /// Who may launch it.
        var launchers: [String] = []
        /// Who may make volumes of its snapshot.
        var holders: [String] = []
        /// Who has a grant for its key.
        var granted: [Int] = []
        /// Whether the manifest wishes it for the account 222222222222, called dev.
        var isWished = false
        var grantsKeys = false
        var region = "eu-central-1"
        let surplus: [String]
    }

    private static let dev = "account#222222222222"
    private static let stranger = "account#333333333333"
    private static let organization = "organization#arn:aws:organizations::999999999999:organization/o-a1b2c3d4e5"
    private static let unit = "organizational-unit#arn:aws:organizations::999999999999:ou/o-a1b2c3d4e5/ou-ab12-34567890"

    private static let cases: [Case] = [
        Case(name: "nothing", surplus: []),
        Case(
            name: "as wished",
            tags: ["SharedWith-dev", "other"],
            launchers: [dev],
            holders: [dev],
            granted: [2],
            isWished: true,
            grantsKeys: true,
            surplus: []
        ),
        Case(name: "wished, and missing", isWished: true, grantsKeys: true, surplus: []),
        Case(
            name: "an image too many",
            tags: ["SharedWith-dev"],
            launchers: [dev],
            surplus: ["eu-central-1 ami-1 dev: shared, tagged"]
        ),
        Case(name: "shared past sharing", launchers: [dev], surplus: ["eu-central-1 ami-1 dev: shared"]),
        Case(
            name: "a target that was dropped",
            tags: ["SharedWith-dev", "SharedWith-old"],
            launchers: [dev, stranger],
            isWished: true,
            surplus: ["eu-central-1 ami-1 333333333333!: shared", "eu-central-1 ami-1 old!: tagged"]
        ),
        Case(
            name: "a target that was dropped and had no alias",
            tags: ["SharedWith-333333333333"],
            launchers: [stranger],
            surplus: ["eu-central-1 ami-1 333333333333!: shared, tagged"]
        ),
        Case(
            name: "an organization, a unit, everybody",
            tags: ["SharedWith-o-a1b2c3d4e5"],
            launchers: [organization, unit, "group#all"],
            surplus: [
                "eu-central-1 ami-1 everyone!: shared", "eu-central-1 ami-1 o-a1b2c3d4e5!: shared, tagged",
                "eu-central-1 ami-1 ou-ab12-34567890!: shared",
            ]
        ),
        Case(
            name: "a region that was dropped",
            tags: ["SharedWith-dev"],
            launchers: [dev],
            region: "eu-west-1",
            surplus: ["eu-west-1 ami-1 dev: shared, tagged"]
        ),
        Case(name: "tagged, and not shared", tags: ["SharedWith-dev"], surplus: ["eu-central-1 ami-1 dev: tagged"]),
        Case(
            name: "a target that got an alias",
            tags: ["SharedWith-dev", "SharedWith-222222222222"],
            launchers: [dev],
            isWished: true,
            surplus: ["eu-central-1 ami-1 222222222222!: tagged"]
        ),
        Case(
            name: "snapshots of what is not shared",
            holders: [dev, stranger, "group#all"],
            surplus: [
                "eu-central-1 ami-1 dev: snap-1", "eu-central-1 ami-1 333333333333!: snap-1",
                "eu-central-1 ami-1 everyone!: snap-1",
            ]
        ),
        Case(
            name: "a grant where none is asked for",
            launchers: [dev],
            granted: [2, 3],
            isWished: true,
            surplus: ["eu-central-1 - dev: k-1", "eu-central-1 - 333333333333!: k-1"]
        ),
    ]

    @Test("Everything that there is and nobody wished is told", arguments: cases.indices)
    func surplus(_ index: Int) throws {
        let test = Self.cases[index]
        let tags = Dictionary(test.tags.map { ($0, "true") }) { $1 }
        let image = try Sample.image(
            "ami-1",
            region: test.region,
            tags: tags,
            snapshots: ["snap-1"],
            isEncrypted: true
        )
        let target = try Sample.target(2, alias: "dev", grantsKeys: test.grantsKeys)
        func principals(_ texts: [String]) throws -> Set<Principal> {
            Set(try texts.map { try #require(Principal($0)) })
        }
        var reality = SharedReality()
        reality.images[image.region] = [image]
        reality.launchPermissions[image.key] = try principals(test.launchers)
        let snapshot = RegionalID(region: image.region, id: "snap-1")
        reality.volumePermissions[snapshot] = try principals(test.holders)
        reality.keys[snapshot] = Self.key
        reality.grants = Set(
            try test.granted.map { .init(region: image.region, key: Self.key, account: try Sample.account($0)) }
        )
        let wishes = test.isWished ? [Wish(target: target, image: image, groups: ["g"])] : []
        let surplus = ShareDrift.surplus(reality, wishes, targets: [target])
        #expect(surplus.map(Self.text) == test.surplus, "\(test.name)")
    }

    @Test("A snapshot or key that several images have is asked for by the wish for one, and told once")
    func common() throws {
        let images = try ["ami-1", "ami-2"].map { try Sample.image($0, snapshots: ["snap-1"], isEncrypted: true) }
        let target = try Sample.target(2, grantsKeys: true)
        let snapshot = RegionalID(region: images[0].region, id: "snap-1")
        var reality = SharedReality()
        reality.images[images[0].region] = images
        reality.volumePermissions[snapshot] = [.account(try Sample.account(2))]
        reality.keys[snapshot] = Self.key
        reality.grants = [.init(region: images[0].region, key: Self.key, account: try Sample.account(2))]
        let wish = Wish(target: target, image: images[1], groups: ["g"])
        #expect(ShareDrift.surplus(reality, [wish], targets: [target]) == [])
        #expect(
            ShareDrift.surplus(reality, [], targets: [target]).map(Self.text) == [
                "eu-central-1 ami-1 222222222222: snap-1", "eu-central-1 - 222222222222: k-1",
            ]
        )
    }
}
