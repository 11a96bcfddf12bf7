import CCrypto

/// Base64 with padding and without line breaks (RFC 4648, section 4), by libcrypto.
package enum Base64 {
    package static func encode(_ bytes: [UInt8]) -> String {
        var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let count = EVP_EncodeBlock(&text, bytes, Int32(clamping: bytes.count))
        return String(decoding: text[..<Int(count)], as: UTF8.self)
    }

    /// The bytes; nil where the text is no base64.
    package static func decode(_ text: String) -> [UInt8]? {
        let symbols = Array(text.utf8)
        let padding = symbols.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        // libcrypto would take white space at either end, and "=" anywhere.
        guard symbols.count.isMultiple(of: 4), symbols.dropLast(padding).allSatisfy(isSymbol) else { return nil }
        if symbols.isEmpty { return [] }
        var bytes = [UInt8](repeating: 0, count: symbols.count / 4 * 3)
        let count = EVP_DecodeBlock(&bytes, symbols, Int32(clamping: symbols.count))
        guard Int(count) == bytes.count else { return nil }
        return bytes.dropLast(padding)
    }

    private static func isSymbol(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
