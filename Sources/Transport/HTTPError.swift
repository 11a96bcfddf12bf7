import CCurl

/// Why no whole HTTP response arrived. Names hosts at most: never a path, a query or a header.
public struct HTTPError: Error, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        case badURL
        case couldNotResolve
        case couldNotConnect
        /// Reset, closed before the response was complete, or not writable.
        case connectionLost
        case timedOut
        /// Handshake or certificate verification.
        case tls
        /// Larger than ``HTTPRequest/maximumResponseBytes``, or header fields past 256 KiB.
        case tooLarge
        case malformedResponse
        case cancelled
        case other
    }

    public let code: Code
    public let message: String
    /// The `CURLcode` behind it; 0 where libcurl reported none.
    public let curlCode: Int32
    /// Whether the request went over a connection that an earlier request had used.
    public let isConnectionReused: Bool

    public init(code: Code, message: String, curlCode: Int32 = 0, isConnectionReused: Bool = false) {
        self.code = code
        self.message = message
        self.curlCode = curlCode
        self.isConnectionReused = isConnectionReused
    }

    /// Whether the connection broke while the request was being sent.
    public var brokeWhileSending: Bool { curlCode == Int32(CURLE_SEND_ERROR.rawValue) }

    public var description: String { "\(code.rawValue): \(message)" }

    static let cancelled = HTTPError(code: .cancelled, message: "the request was cancelled")
}

extension HTTPError.Code {
    /// The meaning of a `CURLcode` (libcurl-errors(3)).
    init(curl code: CURLcode) {
        switch code {
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL:
            self = .badURL
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            self = .couldNotResolve
        case CURLE_COULDNT_CONNECT, CURLE_PROXY:
            self = .couldNotConnect
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE, CURLE_SEND_FAIL_REWIND:
            self = .connectionLost
        case CURLE_OPERATION_TIMEDOUT:
            self = .timedOut
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CLIENTCERT:
            self = .tls
        case CURLE_FILESIZE_EXCEEDED:
            self = .tooLarge
        case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_CHUNK_FAILED:
            self = .malformedResponse
        default:
            self = .other
        }
    }
}
