/// The text of a JSON document (RFC 8259) and where each of its values stands.
///
/// One pass finds the values and their ends, so that what nobody asks for costs no more than that: an event of CloudTrail has
/// hundreds of values, of which a dozen count. The text of strings is checked when they are read.
package final class JSONDocument {
    enum Kind: UInt8 {
        case null, bool, number, string, escapedString, array, object
    }

    /// A value, or the name of a member, which stands before its value.
    struct Node {
        let kind: Kind
        /// The text's first byte and the byte after its last; of a string without the quotation marks.
        let start: Int32
        var end: Int32
        /// The position of the node after this one and all that is inside.
        var next: Int32
    }

    let bytes: [UInt8]
    let nodes: [Node]

    /// What is wrong with a text, and where.
    package struct Fault: Error, CustomStringConvertible {
        let message: String
        let offset: Int
        package var description: String { "\(message) at byte \(offset)" }
    }

    init(_ bytes: [UInt8]) throws(Fault) {
        guard bytes.count < Int32.max else { throw Fault(message: "a document of 2 GiB", offset: bytes.count) }
        let nodes = bytes.withUnsafeBufferPointer { buffer -> Result<[Node], Fault> in
            var scanner = JSONScanner(buffer)
            do throws(Fault) {
                try scanner.scanDocument()
                return .success(scanner.nodes)
            } catch {
                return .failure(error)
            }
        }
        self.bytes = bytes
        self.nodes = try nodes.get()
    }

    /// The text of a string; nil where it is not valid UTF-8 or has an escape that stands for nothing.
    func string(_ node: Node) -> String? {
        let range = Int(node.start)..<Int(node.end)
        return bytes.withUnsafeBufferPointer { buffer in
            let text = UnsafeBufferPointer(rebasing: buffer[range])
            guard node.kind == .escapedString else { return String(validating: text, as: UTF8.self) }
            return Self.unescaped(text).flatMap { String(validating: $0, as: UTF8.self) }
        }
    }

    /// The text of a number, a truth value or null.
    func literal(_ node: Node) -> Substring {
        Substring(decoding: bytes[Int(node.start)..<Int(node.end)], as: UTF8.self)
    }

    /// The position of the value of a member; the search begins at the name at `first` and goes round.
    func member(_ name: String, of object: Int, from first: Int) -> Int? {
        var name = name
        let end = Int(nodes[object].next)
        return name.withUTF8 { name in
            bytes.withUnsafeBufferPointer { bytes in
                find(name, in: first..<end, bytes) ?? find(name, in: (object + 1)..<first, bytes)
            }
        }
    }

    private func find(_ name: UnsafeBufferPointer<UInt8>, in range: Range<Int>, _ bytes: UnsafeBufferPointer<UInt8>)
        -> Int?
    {
        var position = range.lowerBound
        while position < range.upperBound {
            let node = nodes[position]
            if node.kind == .escapedString {
                if let text = string(node), text.utf8.elementsEqual(name) { return position + 1 }
            } else if Int(node.end - node.start) == name.count,
                bytes[Int(node.start)..<Int(node.end)].elementsEqual(name)
            {
                return position + 1
            }
            position = Int(nodes[position + 1].next)
        }
        return nil
    }

    private static func unescaped(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var rest = text[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "u"):
                guard let scalar = scalar(&rest) else { return nil }
                result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            case let byte?: result.append(byte)
            case nil: return nil
            }
        }
        return result
    }

    /// The character after `\u`; two escapes stand for one beyond the Basic Multilingual Plane.
    private static func scalar(_ rest: inout Slice<UnsafeBufferPointer<UInt8>>) -> Unicode.Scalar? {
        guard let high = codeUnit(&rest) else { return nil }
        guard UTF16.isLeadSurrogate(high) else { return Unicode.Scalar(UInt32(high)) }
        guard rest.popFirst() == UInt8(ascii: "\\"), rest.popFirst() == UInt8(ascii: "u"),
            let low = codeUnit(&rest), UTF16.isTrailSurrogate(low)
        else { return nil }
        return Unicode.Scalar(0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(low) - 0xDC00))
    }

    private static func codeUnit(_ rest: inout Slice<UnsafeBufferPointer<UInt8>>) -> UInt16? {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = rest.popFirst(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                return nil
            }
            value = value << 4 | UInt16(digit)
        }
        return value
    }
}
