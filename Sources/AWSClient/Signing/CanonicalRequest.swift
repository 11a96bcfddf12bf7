import Transport

/// The form of a request that is signed, and the names of the headers in it.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request>
struct CanonicalRequest: Sendable {
    let bytes: [UInt8]
    /// Names in lower case, sorted, joined with `;`.
    let signedHeaders: String

    /// - Parameters:
    ///   - path: The path as sent.
    ///   - query: The names and values, not percent-encoded.
    ///   - headers: With `Host`; those that proxies change or that are never signed are left out.
    ///   - payloadHash: SHA-256 of the body in hexadecimal, or a word such as `UNSIGNED-PAYLOAD`.
    init(
        method: String,
        path: String,
        pathSigning: AWSService.PathSigning,
        query: [AWSRequest.QueryItem],
        headers: HTTPHeaders,
        payloadHash: String
    ) {
        let fields = Self.fields(headers)
        signedHeaders = fields.map(\.name).joined(separator: ";")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512 + fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 2 })
        func add(_ text: String, followedBy separator: Unicode.Scalar) {
            bytes.append(contentsOf: text.utf8)
            bytes.append(UInt8(ascii: separator))
        }
        add(method, followedBy: "\n")
        add(Self.path(path, pathSigning), followedBy: "\n")
        add(Self.query(query), followedBy: "\n")
        for field in fields {
            add(field.name, followedBy: ":")
            add(field.value, followedBy: "\n")
        }
        add("", followedBy: "\n")
        add(signedHeaders, followedBy: "\n")
        bytes.append(contentsOf: payloadHash.utf8)
        self.bytes = bytes
    }

    /// Headers that hops may change, or that carry the signature itself.
    private static func isUnsigned(_ name: String) -> Bool {
        switch name {
        case "authorization", "connection", "expect", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
            "x-amzn-trace-id":
            true
        default: false
        }
    }

    /// The headers to sign: name in lower case, values of one name joined with `,`, sorted by name.
    private static func fields(_ headers: HTTPHeaders) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        for header in headers {
            let name = header.name.lowercased()
            if isUnsigned(name) { continue }
            let value = collapse(header.value)
            if let index = fields.firstIndex(where: { $0.name == name }) {
                fields[index].value += ",\(value)"
            } else {
                fields.append((name, value))
            }
        }
        // ASCII compares as its bytes do; other names are no field names, and only need an order of some kind.
        return fields.sorted { $0.name < $1.name }
    }

    /// Without white space at the ends, and with one space for each run of it inside.
    private static func collapse(_ value: String) -> String {
        if isCollapsed(value) { return value }
        var collapsed: [UInt8] = []
        var pending = false
        for byte in value.utf8 {
            // ASCII white space: tab, line feed, vertical tab, form feed, carriage return, space.
            if byte == 0x20 || (0x09...0x0d).contains(byte) {
                pending = !collapsed.isEmpty
            } else {
                if pending { collapsed.append(0x20) }
                pending = false
                collapsed.append(byte)
            }
        }
        return String(decoding: collapsed, as: UTF8.self)
    }

    /// Whether there is nothing to collapse, as in nearly every header.
    private static func isCollapsed(_ value: String) -> Bool {
        func isCollapsed(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
            var previous: UInt8 = 0x20
            for byte in bytes {
                if (0x09...0x0d).contains(byte) || (byte == 0x20 && previous == 0x20) { return false }
                previous = byte
            }
            return bytes.isEmpty || previous != 0x20
        }
        return value.utf8.withContiguousStorageIfAvailable(isCollapsed) ?? false
    }

    static func path(_ path: String, _ signing: AWSService.PathSigning) -> String {
        switch signing {
        case .asSent: path.isEmpty ? "/" : path
        case .normalizedTwiceEncoded where path == "/": path
        case .normalizedTwiceEncoded: PercentEncoding.encodePath(normalize(path))
        }
    }

    /// Without `.` and `..` segments (RFC 3986, section 5.2.4) and without empty segments.
    private static func normalize(_ path: String) -> String {
        var segments: [Substring] = []
        for segment in path.split(separator: "/", omittingEmptySubsequences: true) where segment != "." {
            if segment == ".." {
                _ = segments.popLast()
            } else {
                segments.append(segment)
            }
        }
        let trailing = path.hasSuffix("/") && !segments.isEmpty ? "/" : ""
        return "/" + segments.joined(separator: "/") + trailing
    }

    /// Encoded, then sorted by the bytes of the names and, within a name, of the values.
    static func query(_ items: [AWSRequest.QueryItem]) -> String {
        if items.isEmpty { return "" }
        return
            items
            .map { (PercentEncoding.encode($0.name), PercentEncoding.encode($0.value)) }
            .sorted { left, right in
                left.0 == right.0
                    ? left.1.utf8.lexicographicallyPrecedes(right.1.utf8)
                    : left.0.utf8.lexicographicallyPrecedes(right.0.utf8)
            }
            .map { "\($0.0)=\($0.1)" }
            .joined(separator: "&")
    }
}
