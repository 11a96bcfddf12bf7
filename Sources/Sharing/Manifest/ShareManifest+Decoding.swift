import Governance
import YAML

extension ShareManifest {
    /// Reads a manifest.
    ///
    /// - Parameters:
    ///   - bytes: The file's contents.
    ///   - file: Its name, for messages.
    ///   - environment: The values of `{{ .Name }}`.
    /// - Throws: ``ManifestFaults``, with all that is wrong.
    public init(
        _ bytes: [UInt8],
        file: String,
        environment: @escaping @Sendable (String) -> String?
    ) throws(ManifestFaults) {
        var faults: [YAMLFault] = []
        let root = YAMLParser(placeholderValue: environment).parse(bytes, &faults)
        var decoder = ManifestDecoder()
        let manifest = root.flatMap { decoder.manifest($0) }
        faults += decoder.diagnostics.faults
        guard let manifest, faults.isEmpty else { throw ManifestFaults(file: file, faults: faults) }
        self = manifest
    }
}

/// Reads the parts of a manifest. What is nil has a fault among the diagnostics.
struct ManifestDecoder {
    var diagnostics = Diagnostics()

    mutating func manifest(_ root: YAMLNode) -> ShareManifest? {
        guard var reader = MappingReader(root, "the manifest", &diagnostics) else { return nil }
        let sourceNode = reader.require("source-account", of: "the manifest", &diagnostics)
        let lists: [(node: YAMLNode?, kind: TargetKind)] = TargetKind.allCases.map { (reader.take($0.rawValue), $0) }
        reader.finish(&diagnostics)
        let source = sourceNode.flatMap { sourceAccount($0) }
        var targets: [(target: ShareTarget, position: YAMLPosition)] = []
        for (node, kind) in lists {
            for element in node?.elements(kind.rawValue, &diagnostics) ?? [] {
                if let target = target(element, kind) { targets.append((target, element.position)) }
            }
        }
        if lists.allSatisfy({ $0.node == nil }) {
            let names = TargetKind.allCases.map { quoted($0.rawValue) }.joined(separator: ", ")
            diagnostics.add("the manifest shares with nobody: it has none of \(names)", at: root.position)
        }
        checkDuplicates(targets, source: source)
        var digest = InputDigest()
        digest.add(root)
        return source.map { ShareManifest(source: $0, targets: targets.map(\.target), digest: digest.hex) }
    }

    private mutating func checkDuplicates(
        _ targets: [(target: ShareTarget, position: YAMLPosition)],
        source: SourceAccount?
    ) {
        var principals: [Principal: YAMLPosition] = [:]
        var labels: [String: YAMLPosition] = [:]
        for (target, position) in targets {
            let place = target.access?.id.position ?? position
            if let account = target.account, account == source?.access.id.value {
                diagnostics.add("account \(account) is the source; its images are its own", at: place)
            }
            if let first = principals.updateValue(place, forKey: target.principal) {
                diagnostics.add("\(target.principal.name) is a target already, at \(first)", at: place)
            } else if let first = labels.updateValue(place, forKey: target.label) {
                let message = "the alias \(quoted(target.label)) is that of another target already, at \(first)"
                diagnostics.add(message, at: target.access?.alias?.position ?? place)
            }
        }
    }

    private mutating func sourceAccount(_ node: YAMLNode) -> SourceAccount? {
        let what = "source-account"
        guard var reader = MappingReader(node, what, &diagnostics) else { return nil }
        let access = access(&reader, what, isRoleRequired: false)
        let tags = reader.take("post-share-tags").map { postShareTags($0) } ?? [:]
        reader.finish(&diagnostics)
        guard let access, let tags else { return nil }
        return SourceAccount(access: access, postShareTags: tags)
    }

    /// `id`, `alias`, `assume-role` and `external-id`.
    mutating func access(_ reader: inout MappingReader, _ what: String, isRoleRequired: Bool) -> AccountAccess? {
        let idNode = reader.require("id", of: what, &diagnostics)
        let id = idNode?.value("id", AccountID.expectation, &diagnostics) { AccountID($0) }
        let alias = alias(&reader)
        let roleNode =
            isRoleRequired
            ? reader.require("assume-role", of: what, &diagnostics) : reader.take("assume-role")
        let role = roleNode?.value("assume-role", "the name or the ARN of a role", &diagnostics) { RoleName($0) }
        let externalNode = reader.take("external-id")
        let externalID = externalNode?.value(
            "external-id",
            "an external id: 2 to 1224 letters, digits and _+=,.@:/-",
            &diagnostics,
            isConfidential: true
        ) { Self.isExternalID($0) ? $0 : nil }
        if externalNode != nil, roleNode == nil, let externalNode {
            diagnostics.add("\"external-id\" is of no use without \"assume-role\"", at: externalNode.position)
        }
        if let role, let account = role.value.account, let id, account != id.value {
            diagnostics.add("assume-role is a role of account \(account), not of \(id.value)", at: role.position)
        }
        guard let id, roleNode == nil || role != nil else { return nil }
        return AccountAccess(id: id, alias: alias, role: role?.value, externalID: externalID?.value)
    }

    mutating func alias(_ reader: inout MappingReader) -> Positioned<String>? {
        let expectation = "an account alias: 3 to 63 lower-case letters, digits and single hyphens between them"
        return reader.take("alias")?.value("alias", expectation, &diagnostics) { Self.isAlias($0) ? $0 : nil }
    }

    private mutating func postShareTags(_ node: YAMLNode) -> [String: String]? {
        if node.isUnknown { return nil }
        guard let entries = node.mapping else {
            diagnostics.add("post-share-tags is to be a mapping of names and values", at: node.position)
            return nil
        }
        var tags: [String: String] = [:]
        for entry in entries {
            let name = entry.key
            if TagRules.isReserved(name) {
                diagnostics.add("the tag \(quoted(name)) is set by AWS or by sharing itself", at: entry.keyPosition)
            } else if !TagRules.isName(name) {
                diagnostics.add("\(quoted(name)) is not the name of a tag: 1 to 127 characters", at: entry.keyPosition)
            }
            let value = entry.value.value(
                "the tag \(quoted(name))",
                "a tag's value: up to 256 characters",
                &diagnostics
            ) {
                TagRules.isValue($0) ? $0 : nil
            }
            tags[name] = value?.value
        }
        return tags
    }

    // MARK: Texts

    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccountAlias.html>
    static func isAlias(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (3...63).contains(bytes.count), bytes.first != 0x2D, bytes.last != 0x2D else { return false }
        return bytes.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
            && !zip(bytes, bytes.dropFirst()).contains { $0 == 0x2D && $1 == 0x2D }
    }

    /// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
    static func isExternalID(_ text: String) -> Bool {
        (2...1224).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: "_+=,.@:/-".utf8.contains(byte)
                }
            }
    }
}
