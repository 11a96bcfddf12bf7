/// Percent-encoding as SigV4 asks for: everything but `A–Z a–z 0–9 - . _ ~` becomes `%XX` with upper-case digits.
public enum PercentEncoding {
    /// A name or value of a query, or one label of a path.
    public static func encode(_ text: String) -> String { encode(text, keepsSlash: false) }

    /// A path: `/` stays.
    public static func encodePath(_ text: String) -> String { encode(text, keepsSlash: true) }

    private static func encode(_ text: String, keepsSlash: Bool) -> String {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.utf8.count)
        append(text, keepsSlash: keepsSlash, to: &encoded)
        return String(decoding: encoded, as: UTF8.self)
    }

    /// Appends the encoded text to a buffer, for bodies of form fields.
    public static func append(_ text: String, keepsSlash: Bool = false, to output: inout [UInt8]) {
        for byte in text.utf8 {
            if isUnreserved(byte) || (keepsSlash && byte == 0x2f) {
                output.append(byte)
            } else {
                output.append(0x25)
                output.append(hexDigit(byte >> 4))
                output.append(hexDigit(byte & 15))
            }
        }
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: true
        default: false
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x41 - 10 + value
    }
}
