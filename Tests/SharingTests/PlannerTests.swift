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
            let tags = changes.map { "\($0.name) \($0.now ?? "-") → \($0.then ?? "-")" }.joined(separator: ", ")
            return "\(step.purpose.rawValue) \(resource) \(account): \(tags)"
        }
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
        observed.keys[snapshot] = .init(arn: "arn:aws:kms:eu-central-1:111111111111:key/k-1", isManagedByAWS: false)
        observed.targetTags[try Sample.account(2)] = [
            image.key: ["os": "windows", "old": "1", "team-x": "theirs", "SharedWith-sub": "true", "aws:z": "1"]
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
                "copied-tags ami-1 222222222222: os windows → linux, status - → shared",
                "removed-tags ami-1 222222222222: old 1 → -",
                "copied-tags snap-1 222222222222: os - → linux, status - → shared",
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
                "copied-tags ami-1 222222222222: os - → linux",
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

    @Test("An image encrypted with a key of AWS's cannot be shared; others are")
    func managedKey() throws {
        let bad = try Sample.image("ami-1", snapshots: ["snap-1"], isEncrypted: true)
        let good = try Sample.image("ami-2")
        let target = try Sample.target(2, grantsKeys: true)
        var observed = Observation()
        observed.keys[RegionalID(region: bad.region, id: "snap-1")] = .init(arn: "arn:x", isManagedByAWS: true)
        let wishes = [bad, good].map { Wish(target: target, image: $0, groups: ["g"]) }
        let result = try planner().plan(wishes, observed)
        #expect(Set(result.steps.map(\.image.text)) == ["ami-2"])
        #expect(
            result.problems == [
                "ami-1 in eu-central-1 cannot be shared with 222222222222: snap-1 is encrypted with a key that AWS manages, "
                    + "which no other account can use"
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
    }

    @Test("What several images have in common is done once")
    func common() throws {
        let key = "arn:aws:kms:eu-central-1:111111111111:key/k-1"
        let images = try ["ami-1", "ami-2"].map {
            try Sample.image($0, tags: ["n": $0], snapshots: ["snap-1"], isEncrypted: true)
        }
        var observed = Observation()
        observed.keys[RegionalID(region: images[0].region, id: "snap-1")] = .init(arn: key, isManagedByAWS: false)
        let target = try Sample.target(2, grantsKeys: true)
        let steps = try planner().plan(images.map { Wish(target: target, image: $0, groups: ["g"]) }, observed).steps
        #expect(steps.count { $0.purpose == .snapshotPermission } == 1)
        #expect(steps.count { $0.purpose == .keyGrant } == 1)
        #expect(
            steps.filter { $0.purpose == .copiedTags }.map(Self.text) == [
                "copied-tags ami-1 222222222222: n - → ami-1", "copied-tags snap-1 222222222222: n - → ami-1",
                "copied-tags ami-2 222222222222: n - → ami-2",
            ]
        )
    }
}
