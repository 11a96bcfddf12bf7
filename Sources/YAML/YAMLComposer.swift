/// Makes nodes of events. What is wrong with one value keeps no other from being read; it is gathered among the faults.
struct YAMLComposer {
    private let events: YAMLEvents
    private let limits: YAMLParser.Limits
    private let placeholders: YAMLPlaceholders?
    /// What aliases stand for, and how many nodes that is; nil while it is not complete.
    private var anchors: [String: (node: YAMLNode, count: Int)?] = [:]
    private var count = 0
    /// What is wrong with the values read so far.
    private(set) var faults: [YAMLFault] = []

    init(events: YAMLEvents, limits: YAMLParser.Limits, placeholders: YAMLPlaceholders?) {
        self.events = events
        self.limits = limits
        self.placeholders = placeholders
    }

    /// - Throws: What keeps the rest of the text from being read.
    mutating func document() throws(YAMLFault) -> YAMLNode {
        _ = try events.next()
        let start = try events.next()
        guard case .documentStart = start.kind else { throw YAMLFault("the text has no document", at: start.position) }
        let root = try node(try events.next(), depth: 1)
        _ = try events.next()
        let end = try events.next()
        guard case .streamEnd = end.kind else {
            faults.append(YAMLFault("a second document begins here; the text is to hold one", at: end.position))
            return root
        }
        return root
    }

    private mutating func node(_ event: YAMLEvent, depth: Int) throws(YAMLFault) -> YAMLNode {
        let position = event.position
        guard depth <= limits.depth else {
            throw YAMLFault("collections are nested more than \(limits.depth) deep", at: position)
        }
        let first = count
        try add(1, at: position)
        let content: YAMLNode.Content
        let anchorOfNode: String?
        switch event.kind {
        case .alias(let name):
            guard let anchor = anchors[name] else {
                return unknown("nothing is named &\(name) before this alias", at: position)
            }
            guard let (node, count) = anchor else {
                return unknown("*\(name) stands within what it stands for", at: position)
            }
            try add(count - 1, at: position)
            return node
        case .scalar(let scalar, let anchor, let tag):
            check(tag, is: "str", at: position)
            content = filled(scalar, at: position).map { .scalar($0) } ?? .unknown
            anchorOfNode = anchor
        case .sequenceStart(let anchor, let tag):
            check(tag, is: "seq", at: position)
            if let anchor { anchors[anchor] = .some(nil) }
            content = .sequence(try sequence(depth: depth))
            anchorOfNode = anchor
        case .mappingStart(let anchor, let tag):
            check(tag, is: "map", at: position)
            if let anchor { anchors[anchor] = .some(nil) }
            content = .mapping(try mapping(depth: depth))
            anchorOfNode = anchor
        default:
            throw YAMLFault("a value is missing", at: position)
        }
        let node = YAMLNode(content, at: position)
        if let anchorOfNode { anchors[anchorOfNode] = (node, count - first) }
        return node
    }

    private mutating func sequence(depth: Int) throws(YAMLFault) -> [YAMLNode] {
        var nodes: [YAMLNode] = []
        while true {
            let event = try events.next()
            if case .sequenceEnd = event.kind { return nodes }
            nodes.append(try node(event, depth: depth + 1))
        }
    }

    private mutating func mapping(depth: Int) throws(YAMLFault) -> [YAMLNode.Entry] {
        var entries: [YAMLNode.Entry] = []
        var positions: [String: YAMLPosition] = [:]
        while true {
            let event = try events.next()
            if case .mappingEnd = event.kind { return entries }
            let key = try node(event, depth: depth + 1)
            if !key.isUnknown, key.text == nil {
                let message = "a key is to be a single value, no list and no mapping"
                faults.append(YAMLFault(message, at: event.position))
            }
            let value = try node(try events.next(), depth: depth + 1)
            guard let key = key.text else { continue }
            if let position = positions[key] {
                let message = "the key \(quoted(key)) is there already, at \(position)"
                faults.append(YAMLFault(message, at: event.position))
                continue
            }
            positions[key] = event.position
            entries.append(YAMLNode.Entry(key: key, keyPosition: event.position, value: value))
        }
    }

    /// Stands for a value that cannot be told.
    private mutating func unknown(_ message: String, at position: YAMLPosition) -> YAMLNode {
        faults.append(YAMLFault(message, at: position))
        return YAMLNode(.unknown, at: position)
    }

    private mutating func add(_ nodes: Int, at position: YAMLPosition) throws(YAMLFault) {
        count += nodes
        guard count <= limits.nodes else {
            throw YAMLFault("the document has more than \(limits.nodes) values, aliases counted", at: position)
        }
    }

    /// - Parameter name: The core schema's tag for the kind of node, which says nothing new.
    private mutating func check(_ tag: String?, is name: String, at position: YAMLPosition) {
        guard let tag, tag != "!", tag != "tag:yaml.org,2002:\(name)" else { return }
        faults.append(YAMLFault("the tag \(quoted(tag)) is not supported here", at: position))
    }

    /// - Returns: nil where a value is missing.
    private mutating func filled(_ scalar: YAMLNode.Scalar, at position: YAMLPosition) -> YAMLNode.Scalar? {
        guard let placeholders else { return scalar }
        let before = faults.count
        let text = placeholders.filled(scalar.text, at: position, &faults)
        guard faults.count == before else { return nil }
        return text.map { YAMLNode.Scalar($0) } ?? scalar
    }
}
