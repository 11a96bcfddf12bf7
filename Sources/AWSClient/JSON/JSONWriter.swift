import Transport

/// Writes a JSON document straight into bytes. What is written is well formed as long as names and values alternate
/// within objects.
public struct JSONWriter: Sendable {
    /// The document so far.
    public private(set) var bytes: [UInt8] = []

    public init() { bytes.reserveCapacity(480) }

    public mutating func object(_ members: (inout JSONWriter) -> Void) {
        begin(UInt8(ascii: "{"))
        members(&self)
        bytes.append(UInt8(ascii: "}"))
    }

    public mutating func array<Element>(_ elements: [Element], _ write: (inout JSONWriter, Element) -> Void) {
        begin(UInt8(ascii: "["))
        for element in elements { write(&self, element) }
        bytes.append(UInt8(ascii: "]"))
    }

    /// An object of the entries, in the order of their names.
    public mutating func map<Value>(_ entries: [String: Value], _ write: (inout JSONWriter, Value) -> Void) {
        object { json in
            // The names alone are sorted: pairs of a type that is not known here are moved by way of their metadata.
            for name in entries.keys.sorted() {
                if let value = entries[name] { json.member(name) { write(&$0, value) } }
            }
        }
    }

    /// A member of an object, its value written by `value`.
    public mutating func member(_ name: String, _ value: (inout JSONWriter) -> Void) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        value(&self)
    }

    /// A member, unless it is nil.
    public mutating func member(_ name: String, _ value: String?) {
        if let value { member(name) { $0.string(value) } }
    }

    /// A member, unless it is nil.
    public mutating func member(_ name: String, _ value: Int?) {
        if let value { member(name) { $0.integer(value) } }
    }

    /// A member, unless it is nil.
    public mutating func member(_ name: String, _ value: Bool?) {
        if let value { member(name) { $0.boolean(value) } }
    }

    public mutating func integer(_ value: Int) {
        separate()
        bytes += String(value).utf8
    }

    /// A number or a word of JSON, as it is.
    mutating func literal(_ text: String) {
        separate()
        bytes += text.utf8
    }

    public mutating func boolean(_ value: Bool) {
        separate()
        bytes += (value ? "true" : "false").utf8
    }

    public mutating func null() { literal("null") }

    public mutating func string(_ text: String) {
        begin(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            var start = 0
            var index = 0
            while index < utf8.count {
                if index + 8 <= utf8.count {
                    let word = ByteWord(utf8, at: index)
                    let marks =
                        word.less(than: 0x20) | word.equal(to: UInt8(ascii: "\""))
                        | word.equal(to: UInt8(ascii: "\\"))
                    guard marks != 0 else {
                        index += 8
                        continue
                    }
                    index += ByteWord.countBefore(marks)
                }
                let byte = utf8[index]
                if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                    bytes += UnsafeBufferPointer(rebasing: utf8[start..<index])
                    escape(byte)
                    start = index + 1
                }
                index += 1
            }
            bytes += UnsafeBufferPointer(rebasing: utf8[start...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0a: bytes.append(UInt8(ascii: "n"))
        case 0x0c: bytes.append(UInt8(ascii: "f"))
        case 0x0d: bytes.append(UInt8(ascii: "r"))
        case ..<0x20:
            bytes += (byte < 0x10 ? "u000" : "u001").utf8
            bytes += String(byte & 15, radix: 16).utf8
        default: bytes.append(byte)
        }
    }

    private mutating func begin(_ byte: UInt8) {
        separate()
        bytes.append(byte)
    }

    /// A comma, where a value or name stands before.
    private mutating func separate() {
        switch bytes.last {
        case nil, UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: ":"): break
        default: bytes.append(UInt8(ascii: ","))
        }
    }
}
