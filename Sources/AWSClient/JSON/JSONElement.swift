/// One value of a JSON document, read where it stands: nothing is made of what nobody asks for. For documents of which
/// little is wanted and whose shape is not certain, such as events.
package struct JSONElement {
    package enum Kind {
        case null, bool, number, string, array, object
    }

    private let document: JSONDocument
    private let position: Int

    private init(_ document: JSONDocument, at position: Int) {
        self.document = document
        self.position = position
    }

    /// The whole of a document.
    /// - Throws: where the bytes are no JSON text.
    package init(parsing bytes: [UInt8]) throws(JSONDocument.Fault) {
        self.init(try JSONDocument(bytes), at: 0)
    }

    private var node: JSONDocument.Node { document.nodes[position] }

    package var kind: Kind {
        switch node.kind {
        case .null: .null
        case .bool: .bool
        case .number: .number
        case .string, .escapedString: .string
        case .array: .array
        case .object: .object
        }
    }

    // MARK: Values

    /// The text of a string; nil for any other value, and for a string that is not valid UTF-8 or has an escape that stands
    /// for nothing.
    package var string: String? { kind == .string ? document.string(node) : nil }

    /// A truth value; nil for any other value.
    package var bool: Bool? { kind == .bool ? document.bytes[Int(node.start)] == UInt8(ascii: "t") : nil }

    /// A number without a fraction, however it is spelled (`12`, `1.2e1`); nil for any other value.
    package var integer: Int64? {
        guard kind == .number else { return nil }
        let text = document.literal(node)
        return Int64(text) ?? Double(text).flatMap { Int64(exactly: $0) }
    }

    // MARK: What is inside

    /// The value of an object's member, the first one where a name occurs twice; nil where there is none, or this is no object.
    package func member(_ name: String) -> JSONElement? {
        guard node.kind == .object else { return nil }
        return document.member(name, of: position, from: position + 1).map { JSONElement(document, at: $0) }
    }

    /// The names of an object's members in their order, but for those that are not valid UTF-8; empty where this is no object.
    package var memberNames: [String] {
        guard node.kind == .object else { return [] }
        var names: [String] = []
        var member = position + 1
        while member < Int(node.next) {
            if let name = document.string(document.nodes[member]) { names.append(name) }
            member = Int(document.nodes[member + 1].next)
        }
        return names
    }

    /// Calls `body` with each element of an array, in order; with none where this is no array.
    package func forEachElement<Failure: Error>(_ body: (JSONElement) throws(Failure) -> Void) throws(Failure) {
        guard node.kind == .array else { return }
        let end = Int(node.next)
        var element = position + 1
        while element < end {
            try body(JSONElement(document, at: element))
            element = Int(document.nodes[element].next)
        }
    }

    /// Where this stands in the document: `detail.items[3].imageId`; empty for the whole of it.
    package var path: String {
        var path = ""
        var container = 0
        while container < position {
            let isObject = document.nodes[container].kind == .object
            var index = 0
            // Of a member, where its name is.
            var child = container + 1
            while case let next = Int(document.nodes[isObject ? child + 1 : child].next), next <= position {
                child = next
                index += 1
            }
            if isObject {
                path += (path.isEmpty ? "" : ".") + (document.string(document.nodes[child]) ?? "?")
                child += 1
            } else {
                path += "[\(index)]"
            }
            container = child
        }
        return path
    }
}
