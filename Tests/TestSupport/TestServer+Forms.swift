extension TestServer.Request {
    /// The fields of a form in the body, decoded.
    public var form: [String: String] { Self.fields(bodyText) }

    /// The fields of the query string, decoded.
    public var queryFields: [String: String] { Self.fields(query) }

    private static func fields(_ text: String) -> [String: String] {
        var fields: [String: String] = [:]
        for field in text.split(separator: "&") {
            let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { fields[String(parts[0])] = percentDecoded(parts[1]) }
        }
        return fields
    }

    /// The text that `%2F` and its like stand for; what is no such escape stays as it is.
    public static func percentDecoded(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
