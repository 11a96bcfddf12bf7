/// Where the requests to one service go, and the region that stands in their signatures.
public struct AWSEndpoint: Sendable, Hashable {
    /// `https` or `http`.
    public let scheme: String
    /// Host and, where it is not the scheme's own, port: the value of `Host`.
    public let authority: String
    /// What precedes every path: empty, or beginning with `/` and not ending with it.
    public let basePath: String
    public let signingRegion: String
    /// The part that all URLs have in common.
    private let base: String

    init(scheme: String = "https", authority: String, basePath: String = "", signingRegion: String) {
        self.scheme = scheme
        self.authority = authority
        self.basePath = basePath
        self.signingRegion = signingRegion
        base = "\(scheme)://\(authority)\(basePath)"
    }

    /// Reads a configured URL: `http` or `https`, a host, an optional port and path, nothing else.
    ///
    /// - Parameter setting: where the URL comes from, for the error.
    init(url: String, signingRegion: String, setting: String) throws(AWSError) {
        func invalid(_ reason: String) -> AWSError {
            AWSError(kind: .configuration, code: "InvalidEndpoint", message: "\(setting): \(reason)")
        }
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { throw invalid("characters a URL cannot hold") }
        let parts = url.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].hasPrefix("//") else { throw invalid("not an http or https URL") }
        let (scheme, rest) = (parts[0].lowercased(), parts[1].dropFirst(2))
        guard scheme == "http" || scheme == "https" else { throw invalid("not an http or https URL") }
        guard !rest.contains(where: { $0 == "?" || $0 == "#" }) else { throw invalid("a query or a fragment") }
        let end = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = rest[..<end]
        guard !authority.contains("@") else { throw invalid("a user name") }
        guard let host = Self.host(of: authority), !host.isEmpty else { throw invalid("no host, or not a port") }
        var path = rest[end...]
        while path.hasSuffix("/") { path.removeLast() }
        self.init(
            scheme: scheme,
            authority: Self.withoutDefaultPort(authority.lowercased(), scheme: scheme),
            basePath: String(path),
            signingRegion: signingRegion
        )
    }

    /// The URL of a path (beginning with `/`) and an encoded query.
    func url(path: String, query: String) -> String {
        query.isEmpty ? base + path : "\(base)\(path)?\(query)"
    }

    /// The host of `host`, `host:port`, `[address]` or `[address]:port`; `nil` where the port is none.
    private static func host(of authority: Substring) -> Substring? {
        let end: Substring.Index
        if authority.hasPrefix("[") {
            guard let bracket = authority.firstIndex(of: "]") else { return nil }
            end = authority.index(after: bracket)
        } else {
            end = authority.firstIndex(of: ":") ?? authority.endIndex
        }
        let rest = authority[end...]
        guard !rest.isEmpty else { return authority[..<end] }
        guard rest.first == ":", let port = Int(rest.dropFirst()), (1...65535).contains(port) else { return nil }
        return authority[..<end]
    }

    private static func withoutDefaultPort(_ authority: String, scheme: String) -> String {
        let port = scheme == "https" ? ":443" : ":80"
        return authority.hasSuffix(port) ? String(authority.dropLast(port.count)) : authority
    }
}
