import Governance
import Sharing
import Testing

@Suite("Which steps a plan has")
struct PlannerTests {
    private func planner(_ tags: [String: String] = [:], snapshots: Bool = true) throws -> SharePlanner {
        SharePlanner(
            source: SourceAccount(access: Sample.access(try Sample.account(1)), postShareTags: tags),
            sharesSnapshots: snapshots
        )
    }

    /// `copied-tags ami-1 222222222222: os "" → "linux"`
    private static func text(_ step: PlanStep) -> String {
        switch step.change {
        case .launchPermission(let principal, let change):
            return "\(step.purpose.rawValue) \(step.image) \(principal.identifier): \(change.now) → \(change.then)"
        case .volumePermission(let snapshot, let account, let change):
            return "\(step.purpose.rawValue) \(snapshot) \(account): \(change.now) → \(change.then)"
        case .keyGrant(let key, let account, let change):
            return "\(step.purpose.rawValue) \(key.suffix(5)) \(account): \(change.now) → \(change.then)"
        case .tags(let resource, let account, let changes):
            let tags = changes.map { change in
                guard change.name == CopyRecord.tag else {
                    return "\(change.name) \(change.now ?? "-") → \(change.then ?? "-")"
                }
                return "record \(names(change.now)) → \(names(change.then))"
            }
            .joined(separator: ", ")
            return "\(step.purpose.rawValue) \(resource) \(account): \(tags)"
        }
    }

    private static func record(_ names: String...) -> String { CopyRecord(names: names).value ?? "" }

    /// The names in a record, of those that the tests use.
    private static func names(_ record: String?) -> String {
        let known = ["n", "old", "os", "status", "team-x"].filter(CopyRecord(value: record).contains)
        return known.isEmpty ? "-" : known.joined(separator: " ")
    }

    @Test("Everything a share does, in its order")
    func everything() throws {
        let image = try Sample.image(
            "ami-1",
            tags: ["os": "linux", "aws:x": "y", "SharedWith-other": "true", "status": "draft"],
            snapshots: ["snap-1"],
            isEncrypted: true
        )
        let target = try Sample.target(2, alias: "dev", grantsKeys: true, keeps: ["team*"])
        var observed = Observation()
        observed.launchPermissions[image.key] = []
        let snapshot = RegionalID(region: image.region, id: "snap-1")
        observed.keys[snapshot] = .init(arn: "arn:aws:kms:eu-central-1:111111111111:key/k-1", manager: .account)
        observed.targetTags[try Sample.account(2)] = [
            image.key: [
                "os": "windows", "old": "1", "own": "theirs", "team-x": "theirs", "SharedWith-sub": "true",
                "aws:z": "1",
                CopyRecord.tag: Self.record("os", "old", "team-x"),
            ]
        ]
        let wish = Wish(target: target, image: image, groups: ["g"])
        let result = try planner(["status": "shared"]).plan([wish], observed)
        #expect(
            result.steps.map(Self.text) == [
                "launch-permission ami-1 222222222222: false → true",
                "snapshot-permission snap-1 222222222222: false → true",
                "key-grant y/k-1 222222222222: false → true",
                "share-tag ami-1 111111111111: SharedWith-dev - → true",
                "post-share-tags ami-1 111111111111: status draft → shared",
                "removed-tags ami-1 222222222222: old 1 → -, record old os team-x → os",
                "copied-tags ami-1 222222222222: os windows → linux, status - → shared, record os → os status",
                "copied-tags snap-1 222222222222: os - → linux, status - → shared, record - → os status",
            ]
        )
        #expect(result.notes.isEmpty)
        #expect(result.problems.isEmpty)
    }

    @Test("Where all is as wished, there is nothing to do")
    func nothing() throws {
        let image = try Sample.image("ami-1", tags: ["os": "linux", "SharedWith-dev": "true"], snapshots: ["snap-1"])
        let account = try Sample.account(2)
        var observed = Observation()
        observed.launchPermissions[image.key] = [.account(account)]
        let snapshot = RegionalID(region: image.region, id: "snap-1")
        observed.volumePermissions[snapshot] = [account]
        observed.targetTags[account] = [image.key: ["os": "linux"], snapshot: ["os": "linux"]]
        let wish = Wish(target: try Sample.target(2, alias: "dev"), image: image, groups: ["g"])
        #expect(try planner().plan([wish], observed) == SharePlanner.Result())
    }

    @Test("Without --share-snapshots, snapshots are left alone")
    func withoutSnapshots() throws {
        let image = try Sample.image("ami-1", tags: ["os": "linux"], snapshots: ["snap-1"])
        let wish = Wish(target: try Sample.target(2), image: image, groups: ["g"])
        #expect(
            try planner(snapshots: false).plan([wish], Observation()).steps.map(Self.text) == [
                "launch-permission ami-1 222222222222: false → true",
                "share-tag ami-1 111111111111: SharedWith-222222222222 - → true",
                "copied-tags ami-1 222222222222: os - → linux, record - → os",
            ]
        )
    }

    @Test("An organization gets the launch permission; nothing is done within it")
    func organization() throws {
        let image = try Sample.image("ami-1", tags: ["os": "linux"], snapshots: ["snap-1"], isEncrypted: true)
        let wish = Wish(target: try Sample.organization(), image: image, groups: ["g"])
        let result = try planner().plan([wish], Observation())
        #expect(
            result.steps.map(Self.text) == [
                "launch-permission ami-1 o-a1b2c3d4e5: false → true",
                "share-tag ami-1 111111111111: SharedWith-o-a1b2c3d4e5 - → true",
            ]
        )
        #expect(
            result.notes == [
                "o-a1b2c3d4e5 gets 1 image with encrypted snapshots and no grants: the policies of the keys have to let it use them",
                "snapshots cannot be shared with organization o-a1b2c3d4e5, only with accounts",
            ]
        )
    }

    /// What is known of a key, whether the target has `kms: grant`, and what comes of it.
    private struct KeyCase: Sendable {
        let manager: Observation.KeyManager
        var unseenGrants: String?
        var grantsKeys = false
        var problem: String?
        var note: String?
    }

    private static let keyCases = [
        KeyCase(manager: .account, note: "222222222222 gets 2 images with encrypted snapshots and no grants: "),
        KeyCase(manager: .account, grantsKeys: true),
        KeyCase(
            manager: .aws,
            problem: "snap-1 is encrypted with a key that AWS manages, which no other account can use"
        ),
        KeyCase(
            manager: .aws,
            grantsKeys: true,
            problem: "snap-1 is encrypted with a key that AWS manages, which no other account can use"
        ),
        KeyCase(
            manager: .unseen("AccessDeniedException"),
            note: "whether another account can use ami-1 cannot be seen: the key arn:k-1 cannot be looked at "
                + "(AccessDeniedException)"
        ),
        KeyCase(
            manager: .unseen("AccessDeniedException"),
            grantsKeys: true,
            problem: "the key of snap-1 cannot be looked at (AccessDeniedException), arn:k-1"
        ),
        KeyCase(manager: .account, unseenGrants: "AccessDeniedException"),
        KeyCase(
            manager: .account,
            unseenGrants: "AccessDeniedException",
            grantsKeys: true,
            problem: "the grants for the key of snap-1 cannot be looked at (AccessDeniedException), arn:k-1"
        ),
    ]

    @Test("What a key keeps from being shared is one image; others are shared", arguments: keyCases.indices)
    func keys(_ index: Int) throws {
        let test = Self.keyCases[index]
        let images = try [("ami-1", "snap-1"), ("ami-2", "snap-2")].map {
            try Sample.image($0, snapshots: [$1], isEncrypted: true)
        }
        let target = try Sample.target(2, grantsKeys: test.grantsKeys)
        var observed = Observation()
        observed.keys[RegionalID(region: images[0].region, id: "snap-1")] = .init(arn: "arn:k-1", manager: test.manager)
        observed.keys[RegionalID(region: images[0].region, id: "snap-2")] = .init(arn: "arn:k-2", manager: .account)
        observed.unseenGrants["arn:k-1"] = test.unseenGrants
        let result = try planner(snapshots: false).plan(
            images.map { Wish(target: target, image: $0, groups: ["g"]) },
            observed
        )
        let shared = result.steps.filter { $0.purpose == .launchPermission }.map(\.image.text)
        #expect(shared == (test.problem == nil ? ["ami-1", "ami-2"] : ["ami-2"]))
        #expect(
            result.problems
                == test.problem.map { ["ami-1 in eu-central-1 cannot be shared with 222222222222: \($0)"] } ?? []
        )
        #expect(result.leftOut == (test.problem == nil ? [:] : [images[0].key: ["222222222222"]]))
        if let note = test.note { #expect(result.notes.contains { $0.hasPrefix(note) }, "\(result.notes)") }
    }

    @Test("A key that AWS manages is of no use to an organization either")
    func managedKeyOfAnOrganization() throws {
        let image = try Sample.image("ami-1", snapshots: ["snap-1"], isEncrypted: true)
        var observed = Observation()
        observed.keys[RegionalID(region: image.region, id: "snap-1")] = .init(arn: "arn:x", manager: .aws)
        let result = try planner().plan(
            [Wish(target: try Sample.organization(), image: image, groups: ["g"])],
            observed
        )
        #expect(result.steps.isEmpty)
        #expect(result.problems.count == 1)
    }

    @Test("Tags that an account has put there itself stay, and so do those with the same value as the source's")
    func ownTags() throws {
        let account = try Sample.account(2)
        let wanted = try Sample.image("ami-1", tags: ["os": "linux", "SharedWith-222222222222": "true"])
        var observed = Observation()
        observed.launchPermissions[wanted.key] = [.account(account)]
        observed.targetTags[account] = [wanted.key: ["os": "linux", "own": "x"]]
        func steps(_ image: SourceImage) throws -> [String] {
            let wish = Wish(target: try Sample.target(2), image: image, groups: ["g"])
            return try planner().plan([wish], observed).steps.map(Self.text)
        }
        #expect(try steps(wanted) == [])
        // The source loses it: it was the account's all along.
        let bare = wanted.with(tags: ["SharedWith-222222222222": "true"])
        #expect(try steps(bare) == [])
        observed.targetTags[account]?[wanted.key]?[CopyRecord.tag] = Self.record("os")
        #expect(try steps(bare) == ["removed-tags ami-1 222222222222: os linux → -, record os → -"])
        // A copy that the account has removed is the source's again.
        observed.targetTags[account] = [wanted.key: [CopyRecord.tag: Self.record("os", "old")]]
        #expect(
            try steps(wanted) == [
                "removed-tags ami-1 222222222222: record old os → os",
                "copied-tags ami-1 222222222222: os - → linux",
            ]
        )
    }

    @Test("More tags than EC2 allows are told beforehand; those of AWS do not count")
    func manyTags() throws {
        var tags: [String: String] = ["aws:a": "1", "aws:b": "1"]
        for number in 1...49 { tags["t\(number)"] = "x" }
        let image = try Sample.image("ami-1", tags: tags)
        func notes(_ targets: [ShareTarget]) throws -> [String] {
            try planner().plan(targets.map { Wish(target: $0, image: image, groups: ["g"]) }, Observation()).notes
        }
        #expect(try notes([Sample.target(2)]).isEmpty)
        #expect(
            try notes([Sample.target(2), Sample.target(3)]) == [
                "ami-1 in eu-central-1 would have 51 tags; EC2 allows 50"
            ]
        )
        // In the account: 49 copies, the record of them, and one of its own.
        var observed = Observation()
        observed.targetTags[try Sample.account(2)] = [image.key: ["own": "x"]]
        let wish = Wish(target: try Sample.target(2), image: image, groups: ["g"])
        #expect(
            try planner().plan([wish], observed).notes == [
                "ami-1 in eu-central-1 would have 51 tags in account 222222222222; EC2 allows 50"
            ]
        )
    }

    @Test("What several images have in common is done once")
    func common() throws {
        let key = "arn:aws:kms:eu-central-1:111111111111:key/k-1"
        let images = try ["ami-1", "ami-2"].map {
            try Sample.image($0, tags: ["n": $0], snapshots: ["snap-1"], isEncrypted: true)
        }
        var observed = Observation()
        observed.keys[RegionalID(region: images[0].region, id: "snap-1")] = .init(arn: key, manager: .account)
        let target = try Sample.target(2, grantsKeys: true)
        let steps = try planner().plan(images.map { Wish(target: target, image: $0, groups: ["g"]) }, observed).steps
        for purpose in [PlanStep.Purpose.snapshotPermission, .keyGrant] {
            let common = steps.filter { $0.purpose == purpose }
            #expect(common.map(\.image.text) == ["ami-1"])
            #expect(common.map { $0.alsoFor.map(\.text) } == [["ami-2"]])
        }
        #expect(
            steps.filter { $0.purpose == .copiedTags }.map(Self.text) == [
                "copied-tags ami-1 222222222222: n - → ami-1, record - → n",
                "copied-tags snap-1 222222222222: n - → ami-1, record - → n",
                "copied-tags ami-2 222222222222: n - → ami-2, record - → n",
            ]
        )
    }
}
