/// An element of a parsed XML document.
///
/// Names are local names: a namespace prefix is taken off, and attributes are not kept, since no protocol of AWS puts
/// data there. An element holds either text or elements; white space between elements is dropped.
public struct XMLNode: Sendable, Hashable {
    public var name: String
    /// The character data of an element without children, as it is in the document; empty in one with children.
    public var text: String
    public var children: [XMLNode]

    public init(name: String, text: String = "", children: [XMLNode] = []) {
        self.name = name
        self.text = text
        self.children = children
    }

    /// The first child of this name.
    public subscript(name: String) -> XMLNode? {
        children.first { $0.name == name }
    }

    /// Every child of this name, in document order: a flattened list.
    public func all(_ name: String) -> [XMLNode] {
        children.filter { $0.name == name }
    }

    /// The first node on a path of names, none of which may be missing.
    public func descendant(_ path: String...) -> XMLNode? {
        var node = self
        for name in path {
            guard let child = node[name] else { return nil }
            node = child
        }
        return node
    }
}
