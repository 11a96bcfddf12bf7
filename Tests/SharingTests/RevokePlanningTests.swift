import AWSClient
import Governance
import Sharing
import TestSupport
import Testing

@Suite("What taking back leaves to other images")
struct RevokePlanningTests {
    /// An image of the source account with one encrypted snapshot.
    private struct Image: Sendable {
        let id: String
        var snapshot: String
        var key = "k-1"
        var launchers: [String] = []
        var tags: [String] = []
        var isAvailable = true
        var hasSnapshot = true
    }

    private static let organization = "arn:aws:organizations::999999999999:organization/o-a1b2c3d4e5"

    private static func arn(_ key: String) -> String { "arn:aws:kms:eu-central-1:111111111111:key/\(key)" }

    /// EC2 and KMS: every snapshot is shared with the account 222222222222, and every key has a grant for it.
    private static func accounts(_ images: [Image]) -> ScriptedAccounts {
        ScriptedAccounts { form, _ in
            switch form["Action"] {
            case "DescribeImages":
                return described(images)
            case "DescribeImageAttribute":
                let launchers = images.first { $0.id == form["ImageId"] }?.launchers ?? []
                let items = launchers.map { launcher in
                    launcher.hasPrefix("arn:")
                        ? "<item><organizationArn>\(launcher)</organizationArn></item>"
                        : "<item><userId>\(launcher)</userId></item>"
                }
                let image = "<imageId>\(form["ImageId"] ?? "")</imageId>"
                return answer(
                    "DescribeImageAttribute",
                    "\(image)<launchPermission>\(items.joined())</launchPermission>"
                )
            case "DescribeSnapshots":
                let items = images.filter(\.hasSnapshot).map {
                    "<item><snapshotId>\($0.snapshot)</snapshotId><encrypted>true</encrypted>"
                        + "<kmsKeyId>\(arn($0.key))</kmsKeyId></item>"
                }
                return answer("DescribeSnapshots", "<snapshotSet>\(items.joined())</snapshotSet>")
            case "DescribeSnapshotAttribute":
                let snapshot = form["SnapshotId"] ?? ""
                guard images.contains(where: { $0.snapshot == snapshot && $0.hasSnapshot }) else {
                    return ScriptedAccounts.error("InvalidSnapshot.NotFound", 400)
                }
                return answer(
                    "DescribeSnapshotAttribute",
                    "<snapshotId>\(snapshot)</snapshotId><createVolumePermission><item><userId>222222222222</userId>"
                        + "</item></createVolumePermission>"
                )
            case "ListGrants":
                return .ok("{\"Grants\":[{\"GrantId\":\"g\",\"Name\":\"ami-steward/share/222222222222\"}]}")
            default:
                return ScriptedAccounts.error("InvalidAction", 400)
            }
        }
    }

    private static func described(_ images: [Image]) -> TestServer.Reply {
        let items = images.filter(\.isAvailable).map { image in
            let tags = image.tags.map { "<item><key>\($0)</key><value>true</value></item>" }.joined()
            return "<item><imageId>\(image.id)</imageId><imageOwnerId>111111111111</imageOwnerId>"
                + "<imageState>available</imageState><blockDeviceMapping><item><ebs><snapshotId>\(image.snapshot)</snapshotId>"
                + "<encrypted>true</encrypted></ebs></item></blockDeviceMapping><tagSet>\(tags)</tagSet></item>"
        }
        return answer("DescribeImages", "<imagesSet>\(items.joined())</imagesSet>")
    }

    private static func answer(_ operation: String, _ body: String) -> TestServer.Reply {
        .ok("<\(operation)Response>\(body)</\(operation)Response>")
    }

    private static func steps(_ plan: SharePlan) -> [String] {
        plan.steps.map { step in
            let what =
                switch step.change {
                case .launchPermission(let principal, _): principal.identifier
                case .volumePermission(let snapshot, _, _): snapshot.text
                case .keyGrant(let key, _, _): String(key.suffix(3))
                case .tags(_, _, let changes): changes.map(\.name).joined(separator: " ")
                }
            return "\(step.image) \(step.purpose.rawValue) \(what)"
        }
    }

    private static let launch = "ami-1 launch-permission 222222222222"
    private static let snapshot = "ami-1 snapshot-permission snap-1"
    private static let grant = "ami-1 key-grant k-1"

    private struct Case: Sendable {
        let name: String
        let other: Image
        let steps: [String]
    }

    private static let dev = "222222222222"

    private static let cases = [
        Case(
            name: "another image with the same key, and no tag",
            other: Image(id: "ami-2", snapshot: "snap-2", launchers: [dev]),
            steps: [launch, snapshot]
        ),
        Case(
            name: "another image with the same snapshot",
            other: Image(id: "ami-2", snapshot: "snap-1", launchers: [dev], tags: ["SharedWith-dev"]),
            steps: [launch]
        ),
        Case(
            name: "another image that is shared with others",
            other: Image(id: "ami-2", snapshot: "snap-1", launchers: ["333333333333", organization]),
            steps: [launch, snapshot, grant]
        ),
        Case(
            name: "another image that has but the tag",
            other: Image(id: "ami-2", snapshot: "snap-1", tags: ["SharedWith-222222222222"]),
            steps: [launch, snapshot, grant]
        ),
        Case(
            name: "another image with another key and snapshot",
            other: Image(id: "ami-2", snapshot: "snap-2", key: "k-2", launchers: [dev]),
            steps: [launch, snapshot, grant]
        ),
        Case(
            name: "another image that is gone",
            other: Image(id: "ami-2", snapshot: "snap-1", launchers: [dev], isAvailable: false),
            steps: [launch, snapshot, grant]
        ),
    ]

    @Test("Who may launch decides what another image needs, whatever tags say", arguments: cases.indices)
    func retained(_ index: Int) async throws {
        let test = Self.cases[index]
        let accounts = Self.accounts([Image(id: "ami-1", snapshot: "snap-1", launchers: [Self.dev]), test.other])
        let plan = try await revocation(["ami-1"], accounts)
        #expect(Self.steps(plan) == test.steps, "\(test.name)")
    }

    @Test("Images that are taken back together need nothing of one another")
    func together() async throws {
        let accounts = Self.accounts([
            Image(id: "ami-1", snapshot: "snap-1", launchers: [Self.dev]),
            Image(id: "ami-2", snapshot: "snap-2", launchers: [Self.dev]),
        ])
        let plan = try await revocation(["ami-1", "ami-2"], accounts)
        #expect(
            Self.steps(plan) == [
                Self.launch, Self.snapshot, Self.grant, "ami-2 launch-permission 222222222222",
                "ami-2 snapshot-permission snap-2",
            ]
        )
    }

    private func revocation(_ images: [String], _ accounts: ScriptedAccounts) async throws -> SharePlan {
        let source = try Sample.account(1)
        let region = try Sample.region()
        let cloud = AWSShareCloud(source: source, clients: [source: try accounts.client()])
        let planning = RevokePlanning(
            images: images.map { RegionalID(region: region, id: $0) },
            from: nil,
            source: .init(id: source, alias: nil, role: nil, externalID: nil),
            manifest: nil
        )
        return try await planning.plan(ShareScanner(cloud), at: Sample.now)
    }

    private struct GoneCase: Sendable {
        let name: String
        let images: [Image]
        /// The keys that the plan noted.
        var keys: [String] = []
        let steps: [String]
    }

    private static let goneCases = [
        GoneCase(
            name: "the snapshot is left",
            images: [Image(id: "ami-1", snapshot: "snap-1", isAvailable: false)],
            steps: [snapshot, grant]
        ),
        GoneCase(
            name: "the snapshot is gone, and nobody noted its key",
            images: [Image(id: "ami-1", snapshot: "snap-1", isAvailable: false, hasSnapshot: false)],
            steps: []
        ),
        GoneCase(
            name: "the snapshot is gone, and its key was noted",
            images: [Image(id: "ami-1", snapshot: "snap-1", isAvailable: false, hasSnapshot: false)],
            keys: ["k-1"],
            steps: [grant]
        ),
        GoneCase(
            name: "another image has the snapshot",
            images: [
                Image(id: "ami-1", snapshot: "snap-1", isAvailable: false),
                Image(id: "ami-2", snapshot: "snap-1", launchers: [dev]),
            ],
            keys: ["k-1"],
            steps: []
        ),
    ]

    @Test("Of an image that is gone, what is left is taken back", arguments: goneCases.indices)
    func gone(_ index: Int) async throws {
        let test = Self.goneCases[index]
        let source = try Sample.account(1)
        let image = try Sample.image("ami-1", tags: ["SharedWith-dev": "true"], snapshots: ["snap-1"])
        let target = SharePlan.Target(
            principal: .account(try Sample.account(2)),
            label: "dev",
            account: nil,
            grantsKeys: false
        )
        let shared = SharePlan(
            kind: .share,
            made: Sample.now,
            inputs: nil,
            sharesSnapshots: true,
            source: .init(id: source, alias: nil, role: nil, externalID: nil),
            postShareTags: ["status": "shared"],
            targets: [target],
            images: [.init(image, keys: test.keys.map(Self.arn), targets: ["dev"])],
            steps: []
        )
        let accounts = Self.accounts(test.images)
        let cloud = AWSShareCloud(source: source, clients: [source: try accounts.client()])
        let plan = try await RevokePlanning(revoking: shared).plan(ShareScanner(cloud), at: Sample.now)
        #expect(Self.steps(plan) == test.steps, "\(test.name)")
        #expect(plan.notes.contains("ami-1 in eu-central-1 is gone, or not available: nobody has it"))
        #expect(!accounts.operations.contains("DescribeImageAttribute") || test.images.count > 1)
    }
}
