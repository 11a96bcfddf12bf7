import AWSClient
import Governance
import YAML

extension SharePlan {
    /// Reads a plan's file.
    ///
    /// - Throws: ``ManifestFaults`` where it is not one, or where it is not as it was written.
    public init(_ bytes: [UInt8], file: String) throws(ManifestFaults) {
        let limits = YAMLParser.Limits(bytes: 1 << 28, nodes: 20_000_000, depth: 10)
        var faults: [YAMLFault] = []
        let text = YAMLParser(limits: limits).parse(bytes, &faults)
        if let fault = Self.faultOfOtherFile(text, bytes) { throw ManifestFaults(file: file, faults: [fault]) }
        guard let root = text, faults.isEmpty else { throw ManifestFaults(file: file, faults: faults) }
        var decoder = PlanDecoder()
        let decoded = decoder.plan(root)
        guard let (plan, digest) = decoded, decoder.diagnostics.faults.isEmpty else {
            throw ManifestFaults(file: file, faults: decoder.diagnostics.faults)
        }
        guard let actual = try? plan.digest(), digest.value == "sha256:\(actual)" else {
            let message = "the plan has been changed since it was made: its digest is another. Make it anew"
            throw ManifestFaults(file: file, faults: [YAMLFault(message, at: digest.position)])
        }
        self = plan
    }

    private static let versionKey = "amictl-plan"

    /// What is said where the file is something else, however it is read; a manifest has placeholders.
    private static func faultOfOtherFile(_ root: YAMLNode?, _ bytes: [UInt8]) -> YAMLFault? {
        func isPlan(_ node: YAMLNode?) -> Bool { node?.mapping?.contains { $0.key == versionKey } ?? false }
        var ignored: [YAMLFault] = []
        guard !isPlan(root), let other = YAMLParser(placeholderValue: { _ in "" }).parse(bytes, &ignored),
            !isPlan(other)
        else { return nil }
        let isManifest = other.mapping?.contains { $0.key == "source-account" } ?? false
        let kind =
            isManifest ? "it is a manifest; amictl share plan makes a plan of one" : "it has no \(quoted(versionKey))"
        return YAMLFault("the file is no plan: \(kind)", at: other.position)
    }
}

private struct PlanDecoder {
    var diagnostics = Diagnostics()

    mutating func plan(_ root: YAMLNode) -> (SharePlan, digest: Positioned<String>)? {
        guard var reader = MappingReader(root, "the plan", &diagnostics) else { return nil }
        let versionNode = reader.require("amictl-plan", of: "the plan", &diagnostics)
        let version = versionNode?.value("amictl-plan", "a version that this program reads", &diagnostics) {
            $0 == SharePlan.version ? $0 : nil
        }
        // Of another version, nothing else is known.
        guard version != nil else { return nil }
        let what = "the plan"
        let digest = value(&reader, "digest", what, "a digest") { $0 }
        let kind = value(&reader, "kind", what, "share or revoke") { SharePlan.Kind(rawValue: $0) }
        let made = value(&reader, "made", what, "a time") { Timestamp(dateTime: $0) }
        let inputs = reader.take("inputs").map { self.inputs($0) }
        let sharesSnapshots = reader.require("share-snapshots", of: what, &diagnostics)?.boolean(
            "share-snapshots",
            &diagnostics
        )
        let source = reader.require("source", of: what, &diagnostics).flatMap { account($0) }
        let postShareTags = tags(reader.take("post-share-tags"), "post-share-tags")
        let targets = list(&reader, "targets", what) { $0.target($1) }
        let images = list(&reader, "images", what) { $0.image($1) }
        let steps = list(&reader, "steps", what) { $0.step($1) }
        let notes = list(&reader, "notes", what) { $1.text("a note", &$0.diagnostics) }
        let problems = list(&reader, "problems", what) { $1.text("a problem", &$0.diagnostics) }
        reader.finish(&diagnostics)
        guard let digest, let kind, let made, let sharesSnapshots, let source, inputs != .some(nil) else { return nil }
        let plan = SharePlan(
            kind: kind.value,
            made: made.value,
            inputs: inputs ?? nil,
            sharesSnapshots: sharesSnapshots,
            source: source,
            postShareTags: postShareTags,
            targets: targets,
            images: images,
            steps: steps,
            notes: notes,
            problems: problems
        )
        return (plan, digest)
    }

    private mutating func value<Value: Hashable & Sendable>(
        _ reader: inout MappingReader,
        _ key: String,
        _ what: String,
        _ expectation: String,
        _ parse: (String) -> Value?
    ) -> Positioned<Value>? {
        reader.require(key, of: what, &diagnostics)?.value(key, expectation, &diagnostics, parse)
    }

    private mutating func list<Element>(
        _ reader: inout MappingReader,
        _ key: String,
        _ what: String,
        _ decode: (inout PlanDecoder, YAMLNode) -> Element?
    ) -> [Element] {
        guard let node = reader.require(key, of: what, &diagnostics) else { return [] }
        return elements(node, key, decode)
    }

    /// A list that is left out where it is empty.
    private mutating func optionalList<Element>(
        _ reader: inout MappingReader,
        _ key: String,
        _ decode: (inout PlanDecoder, YAMLNode) -> Element?
    ) -> [Element] {
        reader.take(key).map { elements($0, key, decode) } ?? []
    }

    private mutating func elements<Element>(
        _ node: YAMLNode,
        _ key: String,
        _ decode: (inout PlanDecoder, YAMLNode) -> Element?
    ) -> [Element] {
        guard let nodes = node.sequence else {
            diagnostics.add("\(key) is to be a list", at: node.position)
            return []
        }
        return nodes.compactMap { decode(&self, $0) }
    }

    private mutating func tags(_ node: YAMLNode?, _ key: String) -> [String: String] {
        guard let node else { return [:] }
        guard let entries = node.mapping else {
            diagnostics.add("\(key) is to be a mapping of names and values", at: node.position)
            return [:]
        }
        var tags: [String: String] = [:]
        for entry in entries { tags[entry.key] = entry.value.text("a tag", &diagnostics) }
        return tags
    }

    private mutating func inputs(_ node: YAMLNode) -> SharePlan.Inputs? {
        guard var reader = MappingReader(node, "inputs", &diagnostics) else { return nil }
        let manifest = value(&reader, "manifest", "inputs", "a file") { $0 }
        let manifestDigest = value(&reader, "manifest-sha256", "inputs", "a digest") { $0 }
        let observedDigest = value(&reader, "observed-sha256", "inputs", "a digest") { $0 }
        let count = value(&reader, "images", "inputs", "a number") { Int($0) }
        reader.finish(&diagnostics)
        guard let manifest, let manifestDigest, let observedDigest, let count else { return nil }
        return SharePlan.Inputs(
            manifest: manifest.value,
            manifestDigest: manifestDigest.value,
            observedDigest: observedDigest.value,
            imageCount: count.value
        )
    }

    private mutating func account(_ node: YAMLNode) -> SharePlan.Account? {
        guard var reader = MappingReader(node, "an account", &diagnostics) else { return nil }
        let id = value(&reader, "id", "an account", AccountID.expectation) { AccountID($0) }
        let alias = reader.take("alias")?.text("alias", &diagnostics)
        let role = reader.take("assume-role")?.value("assume-role", "the ARN of a role", &diagnostics) { RoleName($0) }
        let externalID = reader.take("external-id")?.text("external-id", &diagnostics)
        reader.finish(&diagnostics)
        return id.map { SharePlan.Account(id: $0.value, alias: alias, role: role?.value.text, externalID: externalID) }
    }

    private mutating func target(_ node: YAMLNode) -> SharePlan.Target? {
        guard var reader = MappingReader(node, "a target", &diagnostics) else { return nil }
        let label = value(&reader, "label", "a target", "a label") { $0 }
        let principal = value(&reader, "principal", "a target", "a principal") { Principal($0) }
        let keys = reader.take("kms")?.text("kms", &diagnostics)
        let keptTags = optionalList(&reader, "keep-tags") { decoder, node in
            node.value("keep-tags", "the name of a tag", &decoder.diagnostics) { Glob($0) }?.value
        }
        let account = reader.take("account").map { self.account($0) }
        reader.finish(&diagnostics)
        guard let label, let principal, account != .some(nil) else { return nil }
        return SharePlan.Target(
            principal: principal.value,
            label: label.value,
            account: account ?? nil,
            grantsKeys: keys == "grant",
            keptTags: keptTags
        )
    }

    private mutating func image(_ node: YAMLNode) -> SharePlan.Image? {
        guard var reader = MappingReader(node, "an image", &diagnostics) else { return nil }
        let region = value(&reader, "region", "an image", Region.expectation) { Region($0) }
        let id = value(&reader, "id", "an image", ImageID.expectation) { ImageID($0) }
        let name = value(&reader, "name", "an image", "a name") { $0 }
        let createdNode = reader.require("created", of: "an image", &diagnostics)
        let created = createdNode.flatMap { node in
            node.isNull ? nil : node.value("created", "a time", &diagnostics) { Timestamp(dateTime: $0) }?.value
        }
        let snapshots = list(&reader, "snapshots", "an image") { decoder, node in
            node.value("a snapshot", SnapshotID.expectation, &decoder.diagnostics) { SnapshotID($0) }?.value
        }
        let keys = optionalList(&reader, "keys") { decoder, node in
            node.value("a key", ARN.expectation, &decoder.diagnostics) { ARN($0)?.text }?.value
        }
        let tags = tags(reader.require("tags", of: "an image", &diagnostics), "tags")
        let targets = list(&reader, "targets", "an image") { $1.text("a target", &$0.diagnostics) }
        let leftOut = optionalList(&reader, "left-out") { $1.text("a target", &$0.diagnostics) }
        reader.finish(&diagnostics)
        guard let region, let id, let name else { return nil }
        return SharePlan.Image(
            region: region.value,
            id: id.value,
            name: name.value,
            created: created,
            snapshots: snapshots,
            keys: keys,
            tags: tags,
            targets: targets,
            leftOut: leftOut
        )
    }

    // MARK: Steps

    private mutating func step(_ node: YAMLNode) -> PlanStep? {
        guard var reader = MappingReader(node, "a step", &diagnostics) else { return nil }
        _ = value(&reader, "step", "a step", "a number") { Int($0) }
        let purpose = value(&reader, "do", "a step", "something that a step does") { PlanStep.Purpose(rawValue: $0) }
        let region = value(&reader, "region", "a step", Region.expectation) { Region($0) }
        let image = value(&reader, "image", "a step", ImageID.expectation) { ImageID($0) }
        let alsoFor = optionalList(&reader, "also-for") { decoder, node in
            node.value("an image", ImageID.expectation, &decoder.diagnostics) { ImageID($0) }?.value
        }
        let target = reader.take("target")?.text("target", &diagnostics)
        let change = purpose.flatMap { self.change($0.value, &reader) }
        reader.finish(&diagnostics)
        guard let purpose, let region, let image, let change else { return nil }
        return PlanStep(
            purpose: purpose.value,
            region: region.value,
            image: image.value,
            alsoFor: alsoFor,
            target: target,
            change: change
        )
    }

    private mutating func change(_ purpose: PlanStep.Purpose, _ reader: inout MappingReader) -> StateChange? {
        switch purpose {
        case .launchPermission:
            let principal = value(&reader, "principal", "a step", "a principal") { Principal($0) }
            guard let principal, let change = self.transition(&reader) else { return nil }
            return .launchPermission(principal.value, change)
        case .snapshotPermission:
            let snapshot = value(&reader, "snapshot", "a step", SnapshotID.expectation) { SnapshotID($0) }
            guard let account = self.account(&reader), let change = self.transition(&reader), let snapshot else {
                return nil
            }
            return .volumePermission(snapshot.value, account, change)
        case .keyGrant:
            let key = value(&reader, "key", "a step", ARN.expectation) { ARN($0) }
            guard let account = self.account(&reader), let change = self.transition(&reader), let key else {
                return nil
            }
            return .keyGrant(key: key.value.text, account, change)
        case .shareTag, .postShareTags, .copiedTags, .removedTags:
            let resource = value(&reader, "resource", "a step", "the id of an image or snapshot") { text in
                ImageID(text)?.text ?? SnapshotID(text)?.text
            }
            let account = self.account(&reader)
            let changes = list(&reader, "tags", "a step") { $0.tagChange($1) }
            guard let resource, let account else { return nil }
            return .tags(resource: resource.value, account: account, changes)
        }
    }

    private mutating func account(_ reader: inout MappingReader) -> AccountID? {
        value(&reader, "account", "a step", AccountID.expectation) { AccountID($0) }?.value
    }

    private mutating func transition(_ reader: inout MappingReader) -> StateChange.Transition<Bool>? {
        let states = ["present": true, "absent": false]
        let now = value(&reader, "now", "a step", "present or absent") { states[$0] }
        let then = value(&reader, "then", "a step", "present or absent") { states[$0] }
        guard let now, let then else { return nil }
        return StateChange.Transition(now: now.value, then: then.value)
    }

    private mutating func tagChange(_ node: YAMLNode) -> StateChange.TagChange? {
        guard var reader = MappingReader(node, "a tag", &diagnostics) else { return nil }
        let name = value(&reader, "name", "a tag", "a name") { $0 }
        let values = ["now", "then"].map { key in
            let node = reader.require(key, of: "a tag", &diagnostics)
            return node.flatMap { $0.isNull ? nil : $0.text(key, &diagnostics) }
        }
        reader.finish(&diagnostics)
        return name.map { StateChange.TagChange($0.value, now: values[0], then: values[1]) }
    }
}
