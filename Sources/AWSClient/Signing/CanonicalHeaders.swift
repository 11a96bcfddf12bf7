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

    private var text: [UInt8] = []
    private var fields: [Field] = []

    init(_ headers: HTTPHeaders) {
        fields.reserveCapacity(headers.count)
        text.reserveCapacity(headers.text.count)
        headers.text.withUnsafeBufferPointer { source in
            for line in headers.lines {
                let name = UnsafeBufferPointer(rebasing: source[line.name])
                if Self.isUnsigned(name) { continue }
                let start = text.count
                append(lowercased: name)
                let middle = text.count
                append(collapsed: UnsafeBufferPointer(rebasing: source[line.value]))
                insert(Field(name: start..<middle, value: middle..<text.count))
            }
        }
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
        index > 0 && order(fields[index].name, fields[index - 1].name) == 0
    }

    /// Puts a field after those whose names precede its own, and those of the same name: there are few, and they come nearly
    /// sorted.
    private mutating func insert(_ field: Field) {
        var index = fields.endIndex
        while index > 0, order(field.name, fields[index - 1].name) < 0 { index -= 1 }
        fields.insert(field, at: index)
    }

    /// By bytes: below zero where `left` comes first, zero where the names are the same.
    private func order(_ left: Range<Int>, _ right: Range<Int>) -> Int {
        text.withUnsafeBufferPointer { text in
            for offset in 0..<min(left.count, right.count) {
                let (a, b) = (text[left.lowerBound + offset], text[right.lowerBound + offset])
                if a != b { return Int(a) - Int(b) }
            }
            return left.count - right.count
        }
    }

    private mutating func append(lowercased name: UnsafeBufferPointer<UInt8>) {
        for byte in name { text.append(byte &- 0x41 < 26 ? byte | 0x20 : byte) }
    }

    /// Appends a value without white space at its ends, and with one space for each run of it inside.
    private mutating func append(collapsed value: UnsafeBufferPointer<UInt8>) {
        if Self.isCollapsed(value) {
            text.append(contentsOf: value)
            return
        }
        let start = text.count
        var pending = false
        for byte in value {
            // ASCII white space: tab, line feed, vertical tab, form feed, carriage return, space.
            if byte == 0x20 || (0x09...0x0d).contains(byte) {
                pending = text.count > start
            } else {
                if pending { text.append(0x20) }
                pending = false
                text.append(byte)
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
        unsigned.contains { $0.utf8CodeUnitCount == name.count && HTTPHeaders.equal(name, $0.description) }
    }

    private static let unsigned: [StaticString] = [
        "authorization", "connection", "expect", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
        "x-amzn-trace-id",
    ]
}
