/// An HTTP/1.1 request to one URL. Redirects are not followed; nothing is added to the headers but `Host` and `Content-Length`.
public struct HTTPRequest: Sendable {
    /// `GET`, `POST`, …; sent as it stands.
    public var method: String
    /// Absolute, `http` or `https`, already percent-encoded; the path is sent as it stands, dot segments too.
    public var url: String
    /// A field with an empty value is sent with an empty value.
    public var headers: HTTPHeaders
    public var body: [UInt8]
    /// The longest time for name resolution, TCP and TLS handshakes together.
    public var connectTimeout: Duration = .seconds(5)
    /// The longest time for everything; `nil` waits without limit.
    public var timeout: Duration? = .seconds(60)
    /// A larger response fails with ``HTTPError/Code-swift.enum/tooLarge``.
    public var maximumResponseBytes: Int = 16 << 20
    /// Whether `http_proxy`, `https_proxy` and `no_proxy` of the environment apply.
    public var usesProxy: Bool = true

    public init(method: String = "GET", url: String, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// A whole HTTP response, of any status.
public struct HTTPResponse: Sendable {
    public var status: Int
    public var headers: HTTPHeaders
    public var body: [UInt8]

    public init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
