/// Reads a JSON document (RFC 8259) from left to right, straight into the values wanted: some ten times as fast as
/// `JSONDecoder`, which matters for pages of a megabyte.
public struct JSONReader: Sendable {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    /// Deeper nesting is refused, so that no document exhausts the stack.
    public static let maximumDepth = 512

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads one value, which must be the whole document.
    public static func read<Value>(
        _ bytes: [UInt8],
        _ value: (inout JSONReader) throws(ResponseFault) -> Value
    ) throws(ResponseFault) -> Value {
        var reader = JSONReader(bytes)
        let result = try value(&reader)
        guard reader.next() == nil else { throw reader.fault("something follows the value") }
        return result
    }

    /// An object: `member` is called with the name of each member, in order, and must read its value.
    public mutating func object(
        _ member: (inout JSONReader, String) throws(ResponseFault) -> Void
    ) throws(ResponseFault) {
        try enter(UInt8(ascii: "{"), "an object")
        if !take(UInt8(ascii: "}")) {
            repeat {
                guard next() == UInt8(ascii: "\"") else { throw fault("the name of a member is expected") }
                let name = try string()
                guard take(UInt8(ascii: ":")) else { throw fault("a colon is expected") }
                do throws(ResponseFault) {
                    try member(&self, name)
                } catch {
                    throw error.below(name)
                }
            } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "}")) else { throw fault("a comma or the end of the object is expected") }
        }
        depth -= 1
    }

    /// An array: `element` must read one element.
    public mutating func list<Element>(
        _ element: (inout JSONReader) throws(ResponseFault) -> Element
    ) throws(ResponseFault) -> [Element] {
        try enter(UInt8(ascii: "["), "an array")
        var elements: [Element] = []
        if !take(UInt8(ascii: "]")) {
            repeat {
                do throws(ResponseFault) {
                    elements.append(try element(&self))
                } catch {
                    throw error.below("[\(elements.count)]")
                }
            } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "]")) else { throw fault("a comma or the end of the array is expected") }
        }
        depth -= 1
        return elements
    }

    /// An object with any names; the last value counts where a name occurs twice.
    public mutating func map<Value>(
        _ value: (inout JSONReader) throws(ResponseFault) -> Value
    ) throws(ResponseFault) -> [String: Value] {
        var map: [String: Value] = [:]
        try object { (reader, name) throws(ResponseFault) in
            map[name] = try value(&reader)
        }
        return map
    }

    /// A value or null, which gives nil.
    public mutating func optional<Value>(
        _ value: (inout JSONReader) throws(ResponseFault) -> Value
    ) throws(ResponseFault) -> Value? {
        guard next() == UInt8(ascii: "n") else { return try value(&self) }
        try literal("null")
        return nil
    }

    public mutating func boolean() throws(ResponseFault) -> Bool {
        switch next() {
        case UInt8(ascii: "t"):
            try literal("true")
            return true
        case UInt8(ascii: "f"):
            try literal("false")
            return false
        default: throw fault("true or false is expected")
        }
    }

    /// A whole number without fraction or exponent.
    public mutating func integer() throws(ResponseFault) -> Int {
        let text = try number()
        guard let value = Int(text) else { throw fault("\(text.prefix(40)) is not an integer") }
        return value
    }

    /// A number as it is spelled.
    public mutating func number() throws(ResponseFault) -> String {
        _ = next()
        let start = position
        if byte == UInt8(ascii: "-") { position += 1 }
        if byte == UInt8(ascii: "0") {
            position += 1
        } else {
            guard digits() else { throw fault("a number is expected") }
        }
        if byte == UInt8(ascii: ".") {
            position += 1
            guard digits() else { throw fault("a digit is expected") }
        }
        if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
            position += 1
            if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
            guard digits() else { throw fault("a digit is expected") }
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// A string; nil for a value of any other type, which is passed over.
    public mutating func stringOrSkip() throws(ResponseFault) -> String? {
        if next() == UInt8(ascii: "\"") { return try string() }
        try skip()
        return nil
    }

    /// Passes over a value of any type.
    public mutating func skip() throws(ResponseFault) {
        switch next() {
        case UInt8(ascii: "{"): try object { (reader, _) throws(ResponseFault) in try reader.skip() }
        case UInt8(ascii: "["): _ = try list { reader throws(ResponseFault) in try reader.skip() }
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "t"), UInt8(ascii: "f"): _ = try boolean()
        case UInt8(ascii: "n"): try literal("null")
        case nil: throw fault("the document ends here")
        default: _ = try number()
        }
    }

    /// A fault at this place.
    public func fault(_ message: String) -> ResponseFault {
        ResponseFault(message: "\(message) (byte \(position) of \(bytes.count))")
    }
}

// MARK: Bytes

extension JSONReader {
    private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// The first byte of what comes next, after white space; nil at the end.
    private mutating func next() -> UInt8? {
        while let byte {
            guard byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { return byte }
            position += 1
        }
        return nil
    }

    private mutating func take(_ wanted: UInt8) -> Bool {
        guard next() == wanted else { return false }
        position += 1
        return true
    }

    private mutating func enter(_ bracket: UInt8, _ kind: String) throws(ResponseFault) {
        guard take(bracket) else { throw fault("\(kind) is expected") }
        guard depth < Self.maximumDepth else { throw fault("values are nested deeper than \(Self.maximumDepth)") }
        depth += 1
    }

    private mutating func literal(_ text: StaticString) throws(ResponseFault) {
        let end = position + text.utf8CodeUnitCount
        let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard end <= bytes.count, bytes[position..<end].elementsEqual(wanted) else {
            throw fault("\(text) is expected")
        }
        position = end
    }

    private mutating func digits() -> Bool {
        let start = position
        while let byte, byte &- 0x30 < 10 { position += 1 }
        return position > start
    }

    /// A string, its escapes resolved.
    public mutating func string() throws(ResponseFault) -> String {
        guard take(UInt8(ascii: "\"")) else { throw fault("a string is expected") }
        let start = position
        try plainBytes()
        if byte == UInt8(ascii: "\"") {
            defer { position += 1 }
            return try text(bytes[start..<position])
        }
        var resolved = Array(bytes[start..<position])
        while byte == UInt8(ascii: "\\") {
            position += 1
            try escape(into: &resolved)
            let start = position
            try plainBytes()
            resolved += bytes[start..<position]
        }
        position += 1
        return try text(resolved[...])
    }

    /// Goes on to the next quote or backslash.
    private mutating func plainBytes() throws(ResponseFault) {
        while let byte, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
            guard byte >= 0x20 else { throw fault("a control character in a string") }
            position += 1
        }
        guard byte != nil else { throw fault("the string does not end") }
    }

    private func text(_ slice: ArraySlice<UInt8>) throws(ResponseFault) -> String {
        let text = slice.withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) }
        guard let text else { throw fault("the string is not UTF-8") }
        return text
    }

    private mutating func escape(into resolved: inout [UInt8]) throws(ResponseFault) {
        let letter = byte
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): resolved.append(letter ?? 0)
        case UInt8(ascii: "b"): resolved.append(0x08)
        case UInt8(ascii: "f"): resolved.append(0x0c)
        case UInt8(ascii: "n"): resolved.append(0x0a)
        case UInt8(ascii: "r"): resolved.append(0x0d)
        case UInt8(ascii: "t"): resolved.append(0x09)
        case UInt8(ascii: "u"):
            var unit = try hexadecimal()
            if unit & 0xfc00 == 0xd800, byte == UInt8(ascii: "\\") {
                position += 1
                guard byte == UInt8(ascii: "u") else { throw fault("half of a surrogate pair") }
                position += 1
                let low = try hexadecimal()
                guard low & 0xfc00 == 0xdc00 else { throw fault("half of a surrogate pair") }
                unit = 0x10000 + (unit & 0x3ff) << 10 + low & 0x3ff
            }
            guard let scalar = Unicode.Scalar(unit) else { throw fault("half of a surrogate pair") }
            resolved += UTF8.encode(scalar).map { Array($0) } ?? []
        default: throw fault("an unknown escape")
        }
    }

    private mutating func hexadecimal() throws(ResponseFault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = byte.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
                throw fault("four hexadecimal digits are expected")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
