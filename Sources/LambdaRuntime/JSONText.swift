/// Writing JSON (RFC 8259) straight into a byte buffer: what the runtime itself sends and logs.
enum JSONText {
    /// Appends a quoted JSON string. Every string is representable: quotes, backslashes and control characters are escaped,
    /// everything else is copied as UTF-8.
    static func append(_ string: String, to buffer: inout [UInt8]) {
        buffer.append(UInt8(ascii: "\""))
        appendEscaped(string, to: &buffer)
        buffer.append(UInt8(ascii: "\""))
    }

    /// Appends a quoted JSON string of ASCII characters alone, as a header field value needs it.
    static func appendASCII(_ string: String, to buffer: inout [UInt8]) {
        buffer.append(UInt8(ascii: "\""))
        for scalar in string.unicodeScalars {
            if scalar.isASCII {
                appendEscaped(UInt8(truncatingIfNeeded: scalar.value), to: &buffer)
            } else {
                for unit in scalar.utf16 { appendUnicodeEscape(unit, to: &buffer) }
            }
        }
        buffer.append(UInt8(ascii: "\""))
    }

    /// Appends an array of JSON strings.
    static func append(_ strings: [String], to buffer: inout [UInt8]) {
        buffer.append(UInt8(ascii: "["))
        for (index, string) in strings.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            append(string, to: &buffer)
        }
        buffer.append(UInt8(ascii: "]"))
    }

    static func append(_ value: Int, to buffer: inout [UInt8]) {
        buffer.append(contentsOf: String(value).utf8)
    }

    /// Appends a `"name":` that needs no escaping, after a comma unless it opens an object.
    static func appendName(_ name: StaticString, to buffer: inout [UInt8]) {
        if buffer.last != UInt8(ascii: "{") { buffer.append(UInt8(ascii: ",")) }
        buffer.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { buffer.append(contentsOf: $0) }
        buffer.append(UInt8(ascii: "\""))
        buffer.append(UInt8(ascii: ":"))
    }

    private static func appendEscaped(_ string: String, to buffer: inout [UInt8]) {
        var string = string
        string.withUTF8 { bytes in
            var copied = 0
            for (index, byte) in bytes.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5c || byte == 0x7f {
                buffer.append(contentsOf: bytes[copied..<index])
                appendEscaped(byte, to: &buffer)
                copied = index + 1
            }
            buffer.append(contentsOf: bytes[copied...])
        }
    }

    private static func appendEscaped(_ byte: UInt8, to buffer: inout [UInt8]) {
        let letter: UInt8
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): letter = byte
        case 0x08: letter = UInt8(ascii: "b")
        case 0x09: letter = UInt8(ascii: "t")
        case 0x0a: letter = UInt8(ascii: "n")
        case 0x0c: letter = UInt8(ascii: "f")
        case 0x0d: letter = UInt8(ascii: "r")
        case 0..<0x20, 0x7f:
            appendUnicodeEscape(UInt16(byte), to: &buffer)
            return
        default:
            buffer.append(byte)
            return
        }
        buffer.append(UInt8(ascii: "\\"))
        buffer.append(letter)
    }

    static func appendUnicodeEscape(_ unit: UInt16, to buffer: inout [UInt8]) {
        buffer.append(UInt8(ascii: "\\"))
        buffer.append(UInt8(ascii: "u"))
        for shift in [12, 8, 4, 0] {
            let digit = UInt8(truncatingIfNeeded: unit >> UInt16(shift)) & 0x0f
            buffer.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
