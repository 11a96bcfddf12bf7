/// Writing the parts of a log record in text format.
enum LogText {
    /// Appends ` name=value` after a tab; values with spaces, quotes or equal signs are quoted as in JSON.
    static func append(_ name: String, _ field: LogField, to record: inout [UInt8]) {
        record.append(UInt8(ascii: "\t"))
        append(name, to: &record)
        record.append(UInt8(ascii: "="))
        switch field {
        case .string(let value): appendValue(value, to: &record)
        case .integer(let value): JSONText.append(value, to: &record)
        case .number(let value): record += "\(value)".utf8
        case .boolean(let value): record += (value ? "true" : "false").utf8
        case .list(let values): JSONText.append(values, to: &record)
        }
    }

    /// Appends text on one line: each line break becomes a carriage return; of the other control characters, tabs stay
    /// and the rest is escaped.
    static func append(_ text: String, to record: inout [UInt8]) {
        var text = text
        text.withUTF8 { append($0, to: &record) }
    }

    private static func append(_ text: UnsafeBufferPointer<UInt8>, to record: inout [UInt8]) {
        if text.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) {
            record.append(contentsOf: text)
            return
        }
        var previous: UInt8 = 0
        for byte in text {
            switch byte {
            case 0x0a where previous == 0x0d: break
            case 0x0a, 0x0d: record.append(0x0d)
            case 0x09, 0x20...0x7e, 0x80...0xff: record.append(byte)
            default: JSONText.appendUnicodeEscape(UInt16(byte), to: &record)
            }
            previous = byte
        }
    }

    private static func appendValue(_ value: String, to record: inout [UInt8]) {
        var value = value
        let isBare = value.withUTF8 { bytes in
            let isBare =
                !bytes.isEmpty && bytes.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3d && $0 != 0x7f }
            if isBare { record.append(contentsOf: bytes) }
            return isBare
        }
        if !isBare { JSONText.append(value, to: &record) }
    }
}
