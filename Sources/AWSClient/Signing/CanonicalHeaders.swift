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
        text.reserveCapacity(headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count })
        for header in headers where !Self.isUnsigned(header.name) {
            let start = text.count
            text.append(contentsOf: header.name.utf8)
            for index in start..<text.count where text[index] &- 0x41 < 26 { text[index] |= 0x20 }
            let middle = text.count
            append(collapsed: header.value)
            fields.append(Field(name: start..<middle, value: middle..<text.count))
        }
        sort()
    }

    /// Of what ``append(to:)`` appends, at most.
    var byteCount: Int { text.count + 2 * fields.count }

    /// The names, joined with `;`.
    var names: String {
        var names: [UInt8] = []
        names.reserveCapacity(text.count)
        for (index, field) in fields.enumerated() where !repeatsName(index) {
            if index > 0 { names.append(UInt8(ascii: ";")) }
            names.append(contentsOf: text[field.name])
        }
        return String(decoding: names, as: UTF8.self)
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
        index > 0 && text[fields[index].name] == text[fields[index - 1].name]
    }

    /// By the bytes of the names; values of one name stay in their order.
    private mutating func sort() {
        text.withUnsafeBufferPointer { text in
            func precedes(_ left: Field, _ right: Field) -> Bool {
                let count = min(left.name.count, right.name.count)
                for offset in 0..<count {
                    let (a, b) = (text[left.name.lowerBound + offset], text[right.name.lowerBound + offset])
                    if a != b { return a < b }
                }
                if left.name.count != right.name.count { return left.name.count < right.name.count }
                return left.name.lowerBound < right.name.lowerBound
            }
            fields.sort(by: precedes)
        }
    }

    /// Appends a value without white space at its ends, and with one space for each run of it inside.
    private mutating func append(collapsed value: String) {
        let start = text.count
        text.append(contentsOf: value.utf8)
        let isCollapsed = text.withUnsafeBufferPointer { Self.isCollapsed(UnsafeBufferPointer(rebasing: $0[start...])) }
        if isCollapsed { return }
        text.removeSubrange(start...)
        var pending = false
        for byte in value.utf8 {
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
    private static func isUnsigned(_ name: String) -> Bool {
        // Hardly a header that is signed has a name as long as one of these.
        let length = name.utf8.count
        return length < 64 && lengths & 1 << length != 0 && unsigned.contains { HTTPHeaders.equal($0, name) }
    }

    private static let unsigned = [
        "authorization", "connection", "expect", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
        "x-amzn-trace-id",
    ]

    /// The bit of each length that one of ``unsigned`` has.
    private static let lengths = unsigned.reduce(0 as UInt64) { $0 | 1 << $1.utf8.count }
}
