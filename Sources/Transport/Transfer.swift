import CCurl
import Glibc

/// One request under way: what libcurl's callbacks fill in. Lives on the loop's thread, until ``finish(_:)``.
final class Transfer {
    let cancellation: CancellationFlag
    private let request: HTTPRequest
    private let trust: TrustStore
    private let continuation: CheckedContinuation<Result<HTTPResponse, HTTPError>, Never>

    private var headerLines: HeaderLines?
    private var body: UnsafeMutableRawBufferPointer?
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var response = HTTPResponse(status: 0)
    private var headerBytes = 0
    /// Whether the empty line after the header fields has come: libcurl takes the end of the connection for it.
    private var isHeadComplete = false
    private var isTooLarge = false

    /// The field lines of a response, all together, may be this long.
    private static let maximumHeaderBytes = 256 << 10

    init(
        request: HTTPRequest,
        trust: TrustStore,
        cancellation: CancellationFlag,
        continuation: CheckedContinuation<Result<HTTPResponse, HTTPError>, Never>
    ) {
        self.request = request
        self.trust = trust
        self.cancellation = cancellation
        self.continuation = continuation
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        body?.deallocate()
        errorText.deallocate()
    }

    func finish(_ result: Result<HTTPResponse, HTTPError>) {
        continuation.resume(returning: result)
    }

    // MARK: Request

    /// Sets every option on a fresh handle; returns what is wrong with the request.
    func configure(_ handle: UnsafeMutableRawPointer) -> HTTPError? {
        guard HeaderLines.isPlain(request.method), HeaderLines.isPlain(request.url),
            let headerLines = HeaderLines(request.headers)
        else {
            return HTTPError(code: .badURL, message: "the method, URL or a header field has a control character")
        }
        self.headerLines = headerLines
        let context = Unmanaged.passUnretained(self).toOpaque()
        ccurl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText)
        ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1)
        ccurl_set_string(handle, CURLOPT_PROTOCOLS_STR, "http,https")
        ccurl_set_long(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        ccurl_set_string(handle, CURLOPT_URL, request.url)
        ccurl_set_long(handle, CURLOPT_PATH_AS_IS, 1)
        ccurl_set_long(handle, CURLOPT_TCP_KEEPALIVE, 1)
        if !request.usesProxy || !Self.environmentNamesProxies { ccurl_set_string(handle, CURLOPT_NOPROXY, "*") }
        ccurl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.milliseconds)
        if let timeout = request.timeout {
            ccurl_set_long(handle, CURLOPT_TIMEOUT_MS, timeout.milliseconds)
        }
        setMethodAndBody(handle)
        ccurl_set_pointer(handle, CURLOPT_HTTPHEADER, headerLines.first)
        if request.url.utf8.starts(with: "https:".utf8), let error = trust.configure(handle) { return error }
        ccurl_set_data_callback(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
            Transfer.from(context).receive(headerLine: UnsafeBufferPointer(start: bytes, count: size * count))
        }
        ccurl_set_pointer(handle, CURLOPT_HEADERDATA, context)
        ccurl_set_data_callback(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
            Transfer.from(context).receive(bodyPart: UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        ccurl_set_pointer(handle, CURLOPT_WRITEDATA, context)
        return nil
    }

    /// Where it does not, libcurl need not look for each request. <https://everything.curl.dev/usingcurl/proxies/env.html>
    private static let environmentNamesProxies: Bool = {
        let names: [String] = ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
        return names.contains { getenv($0) != nil }
    }()

    private func setMethodAndBody(_ handle: UnsafeMutableRawPointer) {
        switch request.method {
        case "GET" where request.body.isEmpty:
            ccurl_set_long(handle, CURLOPT_HTTPGET, 1)
        case "HEAD":
            ccurl_set_long(handle, CURLOPT_NOBODY, 1)
        default:
            if request.body.isEmpty && request.method != "POST" && request.method != "PUT" {
                ccurl_set_long(handle, CURLOPT_HTTPGET, 1)
            } else {
                // libcurl reads the bytes while it sends, and again when it has to start over.
                let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, request.body.count), alignment: 1)
                bytes.copyBytes(from: request.body)
                body = bytes
                ccurl_set_long(handle, CURLOPT_POST, 1)
                ccurl_set_off(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
                ccurl_set_pointer(handle, CURLOPT_POSTFIELDS, bytes.baseAddress)
            }
            ccurl_set_string(handle, CURLOPT_CUSTOMREQUEST, request.method)
        }
    }

    // MARK: Response

    private static func from(_ context: UnsafeMutableRawPointer?) -> Transfer {
        guard let context else { preconditionFailure("a callback without its transfer") }
        return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    /// Returns the number of bytes taken; fewer than given ends the transfer (CURLOPT_HEADERFUNCTION(3)).
    private func receive(headerLine line: UnsafeBufferPointer<CChar>) -> Int {
        headerBytes += line.count
        guard headerBytes <= Self.maximumHeaderBytes else {
            isTooLarge = true
            return 0
        }
        let bytes = UnsafeRawBufferPointer(line)
        var end = bytes.count
        while end > 0, bytes[end - 1] <= 0x20 { end -= 1 }
        if bytes.starts(with: "HTTP/".utf8) {
            // A new status line: what came before it was interim (1xx) or a proxy's.
            response.headers = HTTPHeaders()
            response.headers.reserveCapacity(12, byteCount: 500)
            isHeadComplete = false
            return line.count
        }
        if end == 0 { isHeadComplete = true }
        guard let colon = bytes[..<end].firstIndex(of: UInt8(ascii: ":")) else { return line.count }
        var start = colon + 1
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        response.headers.add(
            name: UnsafeRawBufferPointer(rebasing: bytes[..<colon]),
            value: UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        )
        return line.count
    }

    private func receive(bodyPart part: UnsafeRawBufferPointer) -> Int {
        guard response.body.count + part.count <= request.maximumResponseBytes else {
            isTooLarge = true
            return 0
        }
        if response.body.isEmpty, let length = response.headers["Content-Length"].flatMap({ Int($0) }),
            length > part.count
        {
            response.body.reserveCapacity(min(length, request.maximumResponseBytes))
        }
        response.body.append(contentsOf: part)
        return part.count
    }

    /// What came of the transfer that libcurl has just ended.
    func result(of handle: UnsafeMutableRawPointer, code: CURLcode) -> Result<HTTPResponse, HTTPError> {
        if code == CURLE_OK {
            guard isHeadComplete else {
                let message = "the connection ended within the header fields"
                return .failure(HTTPError(code: .connectionLost, message: message))
            }
            var status = 0
            ccurl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
            response.status = status
            return .success(response)
        }
        if isTooLarge {
            let limit = headerBytes > Self.maximumHeaderBytes ? Self.maximumHeaderBytes : request.maximumResponseBytes
            let error = HTTPError(
                code: .tooLarge,
                message: "the response is larger than \(limit) bytes",
                curlCode: Int32(code.rawValue)
            )
            return .failure(error)
        }
        var newConnections = 0
        ccurl_get_long(handle, CURLINFO_NUM_CONNECTS, &newConnections)
        var sentAfter: curl_off_t = 0
        ccurl_get_off(handle, CURLINFO_PRETRANSFER_TIME_T, &sentAfter)
        // Once the request is on its way, an "unsupported protocol" is the server's: what it sent is no HTTP/1.
        let isNotHTTP = code == CURLE_UNSUPPORTED_PROTOCOL && sentAfter > 0
        let detail = String(cString: errorText)
        return .failure(
            HTTPError(
                code: isNotHTTP ? .malformedResponse : HTTPError.Code(curl: code),
                message: detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail,
                curlCode: Int32(code.rawValue),
                isConnectionReused: newConnections == 0 && sentAfter > 0
            )
        )
    }
}

extension Duration {
    /// Whole milliseconds, rounded up, so that a transfer limited by a deadline never ends before it; at least 1 (libcurl
    /// takes 0 for "no limit").
    fileprivate var milliseconds: Int {
        let (seconds, attoseconds) = components
        guard seconds < 1 << 40 else { return Int(Int32.max) }
        return max(
            1,
            min(Int(Int32.max), Int(seconds) * 1_000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
        )
    }
}
