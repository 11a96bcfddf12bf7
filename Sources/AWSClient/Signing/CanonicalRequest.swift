import Transport

/// The form of a request that is signed, and the names of the headers in it.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html#create-canonical-request>
struct CanonicalRequest: Sendable {
    let bytes: [UInt8]
    /// Names in lower case, sorted, joined with `;`.
    var signedHeaders: ArraySlice<UInt8> { bytes[names] }
    private let names: Range<Int>

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
        let fields = CanonicalHeaders(headers)
        var bytes: [UInt8] = []
        let (path, query) = (Self.path(path, pathSigning), Self.query(query))
        bytes.reserveCapacity(2 * fields.byteCount + path.utf8.count + query.utf8.count + payloadHash.utf8.count + 32)
        func add(_ text: String) {
            bytes.append(text)
            bytes.append(UInt8(ascii: "\n"))
        }
        add(method)
        add(path)
        add(query)
        fields.append(to: &bytes)
        add("")
        let start = bytes.count
        fields.appendNames(to: &bytes)
        names = start..<bytes.count
        add("")
        bytes.append(payloadHash)
        self.bytes = bytes
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
