import CExpat

/// Receives expat's callbacks during one parse and builds the tree.
final class XMLTreeBuilder {
    private let parser: XML_Parser
    private let maximumDepth: Int
    private let omitted: Set<String>
    /// The open elements, outermost first.
    private var open: [XMLNode] = []
    /// Character data since the last tag.
    private var text: [UInt8] = []
    /// How many of the open elements are, or are in, one that is left out.
    private var omittedDepth = 0

    private(set) var root: XMLNode?
    /// What the builder, not expat, finds fault with.
    private(set) var refusal: String?

    init(parser: XML_Parser, maximumDepth: Int, omitted: Set<String>) {
        self.parser = parser
        self.maximumDepth = maximumDepth
        self.omitted = omitted
    }

    /// Sets the callbacks; they are valid as long as the builder lives.
    func install() {
        XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        XML_SetElementHandler(
            parser,
            { data, name, _ in
                guard let builder = XMLTreeBuilder.from(data), let name else { return }
                builder.start(name)
            },
            { data, _ in XMLTreeBuilder.from(data)?.end() }
        )
        XML_SetCharacterDataHandler(parser) { data, bytes, count in
            guard let builder = XMLTreeBuilder.from(data), let bytes else { return }
            builder.append(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
        }
        XML_SetStartDoctypeDeclHandler(parser) { data, _, _, _, _ in
            XMLTreeBuilder.from(data)?.refuse("a document type declaration is not accepted")
        }
    }

    private static func from(_ data: UnsafeMutableRawPointer?) -> XMLTreeBuilder? {
        data.map { Unmanaged<XMLTreeBuilder>.fromOpaque($0).takeUnretainedValue() }
    }

    private func start(_ name: UnsafePointer<CChar>) {
        guard open.count + omittedDepth < maximumDepth else {
            refuse("elements are nested deeper than \(maximumDepth)")
            return
        }
        text.removeAll(keepingCapacity: true)
        guard omittedDepth == 0 else {
            omittedDepth += 1
            return
        }
        let name = Self.localName(name)
        if omitted.contains(name), !open.isEmpty {
            omittedDepth = 1
        } else {
            open.append(XMLNode(name: name))
        }
    }

    private func end() {
        guard omittedDepth == 0 else {
            omittedDepth -= 1
            text.removeAll(keepingCapacity: true)
            return
        }
        guard var node = open.popLast() else { return }
        if node.children.isEmpty, !text.isEmpty {
            node.text = String(decoding: text, as: UTF8.self)
        }
        text.removeAll(keepingCapacity: true)
        if open.isEmpty {
            root = node
        } else {
            open[open.count - 1].children.append(node)
        }
    }

    private func append(_ bytes: UnsafeRawBufferPointer) {
        guard omittedDepth == 0 else { return }
        text.append(contentsOf: bytes)
    }

    private func refuse(_ reason: String) {
        guard refusal == nil else { return }
        refusal = reason
        XML_StopParser(parser, XML_Bool(XML_FALSE))
    }

    /// The name after its namespace prefix.
    private static func localName(_ name: UnsafePointer<CChar>) -> String {
        var local = name
        var end = name
        while end.pointee != 0 {
            if end.pointee == CChar(UInt8(ascii: ":")) { local = end + 1 }
            end += 1
        }
        let bytes = UnsafeRawBufferPointer(start: local, count: end - local)
        return String(decoding: bytes, as: UTF8.self)
    }
}
