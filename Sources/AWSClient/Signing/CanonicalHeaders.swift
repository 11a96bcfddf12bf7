import Transport

/// The headers of a canonical request: names in lower case and sorted, values without superfluous white space and, of one
/// name, joined with commas.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request>
struct CanonicalHeaders {
    /// Where the name and the value of one field line stand in ``text``.
    private struct Field {
        let name: Range<Int>
        let value: Range<Int>
    }

    private let text: [UInt8]
    /// Sorted by name.
    private let fields: [Field]

    init(_ headers: HTTPHeaders) {
        var fields: [Field] = []
        fields.reserveCapacity(headers.count)
        // Nothing becomes longer.
        text = [UInt8](unsafeUninitializedCapacity: headers.text.count) { text, end in
            headers.text.withUnsafeBufferPointer { source in
                for line in headers.lines {
                    let name = UnsafeBufferPointer(rebasing: source[line.name])
                    if Self.isUnsigned(name) { continue }
                    let start = end
                    Self.append(lowercased: name, to: text, at: &end)
                    let middle = end
                    Self.append(collapsed: UnsafeBufferPointer(rebasing: source[line.value]), to: text, at: &end)
                    let field = Field(name: start..<middle, value: middle..<end)
                    Self.insert(field, into: &fields, of: UnsafeBufferPointer(text))
                }
            }
        }
        self.fields = fields
    }

    /// Of what ``append(to:)`` appends, at most.
    var byteCount: Int { text.count + 2 * fields.count }

    /// Appends the names, joined with `;`.
    func appendNames(to bytes: inout [UInt8]) {
        for (index, field) in fields.enumerated() where !repeatsName(index) {
            if index > 0 { bytes.append(UInt8(ascii: ";")) }
            bytes.append(contentsOf: text[field.name])
        }
    }

    /// Appends a line `name:value` for each name.
    func append(to bytes: inout [UInt8]) {
        for (index, field) in fields.enumerated() {
            if repeatsName(index) {
                bytes.append(UInt8(ascii: ","))
            } else {
                if index > 0 { bytes.append(UInt8(ascii: "\n")) }
                bytes.append(contentsOf: text[field.name])
                bytes.append(UInt8(ascii: ":"))
            }
            bytes.append(contentsOf: text[field.value])
        }
        if !fields.isEmpty { bytes.append(UInt8(ascii: "\n")) }
    }

    /// Whether a field has the name of the one before it.
    private func repeatsName(_ index: Int) -> Bool {
        index > 0
            && text.withUnsafeBufferPointer { Self.order(fields[index].name, fields[index - 1].name, in: $0) } == 0
    }

    /// Puts a field after those whose names precede its own, and those of the same name: there are few, and they come nearly
    /// sorted.
    private static func insert(_ field: Field, into fields: inout [Field], of text: UnsafeBufferPointer<UInt8>) {
        var index = fields.endIndex
        while index > 0, order(field.name, fields[index - 1].name, in: text) < 0 { index -= 1 }
        fields.insert(field, at: index)
    }

    /// By bytes: below zero where `left` comes first, zero where the names are the same.
    private static func order(_ left: Range<Int>, _ right: Range<Int>, in text: UnsafeBufferPointer<UInt8>) -> Int {
        for offset in 0..<min(left.count, right.count) {
            let (a, b) = (text[left.lowerBound + offset], text[right.lowerBound + offset])
            if a != b { return Int(a) - Int(b) }
        }
        return left.count - right.count
    }

    private static func append(
        lowercased name: UnsafeBufferPointer<UInt8>,
        to text: UnsafeMutableBufferPointer<UInt8>,
        at end: inout Int
    ) {
        for byte in name {
            text[end] = byte &- 0x41 < 26 ? byte | 0x20 : byte
            end += 1
        }
    }

    /// Appends a value without white space at its ends, and with one space for each run of it inside.
    private static func append(
        collapsed value: UnsafeBufferPointer<UInt8>,
        to text: UnsafeMutableBufferPointer<UInt8>,
        at end: inout Int
    ) {
        if isCollapsed(value) {
            end = text[end...].update(fromContentsOf: value)
            return
        }
        let start = end
        var pending = false
        for byte in value {
            // ASCII white space: tab, line feed, vertical tab, form feed, carriage return, space.
            if byte == 0x20 || (0x09...0x0d).contains(byte) {
                pending = end > start
            } else {
                if pending {
                    text[end] = 0x20
                    end += 1
                }
                pending = false
                text[end] = byte
                end += 1
            }
        }
    }

    /// Whether there is nothing to collapse, as in nearly every header.
    private static func isCollapsed(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        var previous: UInt8 = 0x20
        var index = 0
        while index < value.count {
            if index + 8 <= value.count, ByteWord(value, at: index).less(than: 0x21) == 0 {
                index += 8
                previous = 0
                continue
            }
            let byte = value[index]
            if (0x09...0x0d).contains(byte) || (byte == 0x20 && previous == 0x20) { return false }
            previous = byte
            index += 1
        }
        return value.isEmpty || previous != 0x20
    }

    /// Headers that hops may change, or that carry the signature itself.
    private static func isUnsigned(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        unsigned.contains { unsigned in
            unsigned.withUTF8Buffer { HTTPHeaders.equal(UnsafeRawBufferPointer(name), UnsafeRawBufferPointer($0)) }
        }
    }

    private static let unsigned: [StaticString] = [
        "authorization", "connection", "expect", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
        "x-amzn-trace-id",
    ]
}
