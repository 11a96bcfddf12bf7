import AWSClient
import Governance
import YAML

/// SHA-256 over values: each with its length before it, so that no two sequences of values give the same bytes.
struct InputDigest {
    private var bytes: [UInt8] = []

    var hex: String { Digest.hex(Digest.sha256(bytes)) }

    mutating func add(_ text: String?) {
        guard let text else {
            bytes.append(UInt8(ascii: "-"))
            return
        }
        bytes += "\(text.utf8.count):".utf8
        bytes += text.utf8
    }

    /// A list: its length, and then each element.
    mutating func add<Element>(_ elements: [Element], _ addElement: (inout InputDigest, Element) -> Void) {
        bytes += "[\(elements.count)]".utf8
        for element in elements { addElement(&self, element) }
    }

    mutating func add(_ tags: [String: String]) {
        add(tags.sorted { $0.key < $1.key }) { digest, tag in
            digest.add(tag.key)
            digest.add(tag.value)
        }
    }

    mutating func add(_ node: YAMLNode) {
        switch node.content {
        case .scalar(let scalar): add(scalar.text)
        case .sequence(let nodes): add(nodes) { $0.add($1) }
        case .mapping(let entries):
            add(entries) { digest, entry in
                digest.add(entry.key)
                digest.add(entry.value)
            }
        // A manifest that has such a value has no digest.
        case .unknown: break
        }
    }

    mutating func add(_ image: SourceImage) {
        add(image.region.text)
        add(image.id.text)
        add(image.name)
        add(image.created?.dateTime)
        add(image.tags)
        add(image.snapshots) { $0.add($1.text) }
    }

    mutating func add(_ observed: Observation) {
        func sorted<Value>(_ values: [RegionalID: Value]) -> [(key: RegionalID, value: Value)] {
            values.sorted { $0.key < $1.key }
        }
        func add(_ id: RegionalID, _ digest: inout InputDigest) {
            digest.add(id.region.text)
            digest.add(id.id)
        }
        self.add(sorted(observed.launchPermissions)) { digest, entry in
            add(entry.key, &digest)
            digest.add(entry.value.sorted()) { $0.add($1.description) }
        }
        self.add(sorted(observed.volumePermissions)) { digest, entry in
            add(entry.key, &digest)
            digest.add(entry.value.sorted()) { $0.add($1.text) }
        }
        self.add(sorted(observed.keys)) { digest, entry in
            add(entry.key, &digest)
            digest.add(entry.value.arn)
            digest.add("\(entry.value.manager)")
        }
        self.add(observed.grants.sorted { ($0.key, $0.account) < ($1.key, $1.account) }) { digest, grant in
            digest.add(grant.key)
            digest.add(grant.account.text)
        }
        self.add(observed.targetTags.sorted { $0.key < $1.key }) { digest, entry in
            digest.add(entry.key.text)
            digest.add(sorted(entry.value)) { digest, tagged in
                add(tagged.key, &digest)
                digest.add(tagged.value)
            }
        }
    }
}
