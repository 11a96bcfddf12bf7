import Transport

/// Finds the values of a JSON text: the pass of ``JSONDocument``.
struct JSONScanner {
    private(set) var nodes: [JSONDocument.Node] = []
    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0

    /// A document that nests deeper is refused: reading goes down with it.
    private static let maximumDepth = 512

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        nodes.reserveCapacity(bytes.count / 16 + 8)
    }

    mutating func scanDocument() throws(JSONDocument.Fault) {
        // A byte order mark is no part of the text, but some write it.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
        skipSpace()
        try scanValue(depth: 0)
        skipSpace()
        guard index == bytes.count else { throw fault("text after the value") }
    }

    private func fault(_ message: String) -> JSONDocument.Fault {
        JSONDocument.Fault(message: index < bytes.count ? message : "the text ends too early", offset: index)
    }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x0A, 0x0D, 0x09: index += 1
            default: return
            }
        }
    }

    private mutating func scanValue(depth: Int) throws(JSONDocument.Fault) {
        switch current {
        case UInt8(ascii: "\""): try scanString()
        case UInt8(ascii: "{"): try scanObject(depth: depth)
        case UInt8(ascii: "["): try scanArray(depth: depth)
        case UInt8(ascii: "t"): try scanLiteral("true", .bool)
        case UInt8(ascii: "f"): try scanLiteral("false", .bool)
        case UInt8(ascii: "n"): try scanLiteral("null", .null)
        default: try scanNumber()
        }
    }

    private mutating func append(_ kind: JSONDocument.Kind, from start: Int, to end: Int) {
        let next = Int32(nodes.count + 1)
        nodes.append(.init(kind: kind, start: Int32(start), end: Int32(end), next: next))
    }

    private mutating func scanLiteral(_ text: StaticString, _ kind: JSONDocument.Kind) throws(JSONDocument.Fault) {
        let literal = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard bytes[index...].starts(with: literal) else { throw fault("no value") }
        append(kind, from: index, to: index + literal.count)
        index += literal.count
    }

    private mutating func scanString() throws(JSONDocument.Fault) {
        index += 1
        let start = index
        var kind = JSONDocument.Kind.string
        while index < bytes.count {
            if index + 8 <= bytes.count {
                let word = ByteWord(bytes, at: index)
                let marks =
                    word.less(than: 0x20) | word.equal(to: UInt8(ascii: "\"")) | word.equal(to: UInt8(ascii: "\\"))
                guard marks != 0 else {
                    index += 8
                    continue
                }
                index += ByteWord.countBefore(marks)
            }
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                append(kind, from: start, to: index)
                index += 1
                return
            }
            if byte == UInt8(ascii: "\\") {
                kind = .escapedString
                index += 1
                switch current {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
                    UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"), UInt8(ascii: "u"):
                    break
                default: throw fault("no such escape")
                }
            } else if byte < 0x20 {
                throw fault("a control character in a string")
            }
            index += 1
        }
        throw fault("")
    }

    private mutating func scanObject(depth: Int) throws(JSONDocument.Fault) {
        let position = try open(.object, depth: depth)
        if current == UInt8(ascii: "}") { return close(position) }
        while true {
            guard current == UInt8(ascii: "\"") else { throw fault("no name of a member") }
            try scanString()
            skipSpace()
            guard current == UInt8(ascii: ":") else { throw fault("no colon after a name") }
            index += 1
            skipSpace()
            try scanValue(depth: depth + 1)
            skipSpace()
            if current == UInt8(ascii: "}") { return close(position) }
            guard current == UInt8(ascii: ",") else { throw fault("no comma between members") }
            index += 1
            skipSpace()
        }
    }

    private mutating func scanArray(depth: Int) throws(JSONDocument.Fault) {
        let position = try open(.array, depth: depth)
        if current == UInt8(ascii: "]") { return close(position) }
        while true {
            try scanValue(depth: depth + 1)
            skipSpace()
            if current == UInt8(ascii: "]") { return close(position) }
            guard current == UInt8(ascii: ",") else { throw fault("no comma between elements") }
            index += 1
            skipSpace()
        }
    }

    private mutating func open(_ kind: JSONDocument.Kind, depth: Int) throws(JSONDocument.Fault) -> Int {
        guard depth < Self.maximumDepth else { throw fault("nested too deeply") }
        append(kind, from: index, to: index)
        index += 1
        skipSpace()
        return nodes.count - 1
    }

    private mutating func close(_ position: Int) {
        index += 1
        nodes[position].end = Int32(index)
        nodes[position].next = Int32(nodes.count)
    }

    private mutating func scanNumber() throws(JSONDocument.Fault) {
        let start = index
        if current == UInt8(ascii: "-") { index += 1 }
        if current == UInt8(ascii: "0") { index += 1 } else { try scanDigits() }
        if current == UInt8(ascii: ".") {
            index += 1
            try scanDigits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            index += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { index += 1 }
            try scanDigits()
        }
        append(.number, from: start, to: index)
    }

    private mutating func scanDigits() throws(JSONDocument.Fault) {
        let start = index
        while index < bytes.count, (0x30...0x39).contains(bytes[index]) { index += 1 }
        guard index > start else { throw fault("no value") }
    }
}
