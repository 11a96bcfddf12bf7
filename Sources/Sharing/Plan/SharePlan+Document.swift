import AWSClient
import Governance
import YAML

extension SharePlan {
    /// The version of the plan's file.
    static let version = "1"

    /// SHA-256 over the whole plan: whoever changes a letter of its file changes this.
    public func digest() throws -> String {
        Digest.hex(Digest.sha256(Array(try YAMLEmitter.text(.mapping(members)).utf8)))
    }

    /// The plan as a file: YAML that says everything that will happen, and the digest.
    public func text() throws -> String {
        try YAMLEmitter.text(document(digest: try digest()))
    }

    /// The plan as a tree of values, the digest with it.
    public func document(digest: String) -> YAMLValue {
        var members = members
        members.insert(.init("digest", .string("sha256:\(digest)")), at: 1)
        return .mapping(members)
    }

    private var members: [YAMLValue.Member] {
        var members: [YAMLValue.Member] = [
            .init("amictl-plan", .string(Self.version)),
            .init("kind", .string(kind.rawValue)),
            .init("made", .string(made.dateTime)),
        ]
        if let inputs {
            members.append(
                .init(
                    "inputs",
                    [
                        "manifest": .string(inputs.manifest),
                        "manifest-sha256": .string(inputs.manifestDigest),
                        "observed-sha256": .string(inputs.observedDigest),
                        "images": .integer(inputs.imageCount),
                    ]
                )
            )
        }
        members += [
            .init("share-snapshots", .boolean(sharesSnapshots)),
            .init("source", Self.document(source)),
        ]
        if !postShareTags.isEmpty { members.append(.init("post-share-tags", Self.document(postShareTags))) }
        members += [
            .init("targets", .sequence(targets.map(Self.document))),
            .init("images", .sequence(images.map(Self.document))),
            .init("steps", .sequence(steps.enumerated().map { Self.document($1, number: $0 + 1) })),
            .init("notes", .sequence(notes.map { .string($0) })),
            .init("problems", .sequence(problems.map { .string($0) })),
        ]
        return members
    }

    private static func document(_ account: Account) -> YAMLValue {
        .mapping(members(account))
    }

    private static func members(_ account: Account) -> [YAMLValue.Member] {
        [
            .init("id", .string(account.id.text)),
            account.alias.map { .init("alias", .string($0)) },
            account.role.map { .init("assume-role", .string($0)) },
            account.externalID.map { .init("external-id", .string($0)) },
        ].compactMap { $0 }
    }

    private static func document(_ target: Target) -> YAMLValue {
        var members: [YAMLValue.Member] = [
            .init("label", .string(target.label)), .init("principal", .string(target.principal.description)),
        ]
        if target.grantsKeys { members.append(.init("kms", "grant")) }
        if !target.keptTags.isEmpty {
            members.append(.init("keep-tags", .sequence(target.keptTags.map { .string($0.pattern) })))
        }
        if let account = target.account { members.append(.init("account", document(account))) }
        return .mapping(members)
    }

    private static func document(_ tags: [String: String]) -> YAMLValue {
        .mapping(tags.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })
    }

    private static func document(_ image: Image) -> YAMLValue {
        var members: [YAMLValue.Member] = [
            .init("region", .string(image.region.text)),
            .init("id", .string(image.id.text)),
            .init("name", .string(image.name)),
            .init("created", YAMLValue(image.created?.dateTime)),
            .init("snapshots", .sequence(image.snapshots.map { .string($0.text) })),
        ]
        if !image.keys.isEmpty { members.append(.init("keys", .sequence(image.keys.map { .string($0) }))) }
        members += [
            .init("tags", document(image.tags)),
            .init("targets", .sequence(image.targets.map { .string($0) })),
        ]
        if !image.leftOut.isEmpty {
            members.append(.init("left-out", .sequence(image.leftOut.map { .string($0) })))
        }
        return .mapping(members)
    }

    private static func document(_ step: PlanStep, number: Int) -> YAMLValue {
        var members: [YAMLValue.Member] = [
            .init("step", .integer(number)),
            .init("do", .string(step.purpose.rawValue)),
            .init("region", .string(step.region.text)),
            .init("image", .string(step.image.text)),
        ]
        if !step.alsoFor.isEmpty {
            members.append(.init("also-for", .sequence(step.alsoFor.map { .string($0.text) })))
        }
        if let target = step.target { members.append(.init("target", .string(target))) }
        func add(_ change: StateChange.Transition<Bool>) {
            members.append(.init("now", .string(change.now ? "present" : "absent")))
            members.append(.init("then", .string(change.then ? "present" : "absent")))
        }
        switch step.change {
        case .launchPermission(let principal, let change):
            members.append(.init("principal", .string(principal.description)))
            add(change)
        case .volumePermission(let snapshot, let account, let change):
            members.append(.init("snapshot", .string(snapshot.text)))
            members.append(.init("account", .string(account.text)))
            add(change)
        case .keyGrant(let key, let account, let change):
            members.append(.init("key", .string(key)))
            members.append(.init("account", .string(account.text)))
            add(change)
        case .tags(let resource, let account, let changes):
            members.append(.init("resource", .string(resource)))
            members.append(.init("account", .string(account.text)))
            let tags = changes.map { change -> YAMLValue in
                ["name": .string(change.name), "now": YAMLValue(change.now), "then": YAMLValue(change.then)]
            }
            members.append(.init("tags", .sequence(tags)))
        }
        return .mapping(members)
    }
}
