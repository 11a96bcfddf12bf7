import Transport

/// The [Runtime API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) of AWS Lambda, version 2018-06-01.
///
/// One request is under way at a time, so one kept-alive connection serves them all. Lambda freezes the process between
/// invocations; a connection that turns out to be reset when it is used again, before a byte of a response, is replaced
/// and the request sent once more: by libcurl, and here where a long body was under way. That is safe for all of them: a
/// `next` that was not answered has delivered nothing, and the service knows a response by its request id and refuses a
/// second one.
struct RuntimeAPI: Sendable {
    /// An event and what came with it.
    struct Invocation: Sendable {
        var requestID: String
        var event: [UInt8]
        var headers: HTTPHeaders
    }

    /// What the service says to a response or an error report, where the process can go on.
    enum Receipt: Sendable, Equatable {
        case accepted
        /// 413: larger than the service takes. The service has failed the invocation.
        case tooLarge
        /// The connection broke on a response that is too large: a 413 sent meanwhile has been lost with it.
        case brokenOff
        /// Another 4xx: of an invocation that has timed out, for example.
        case refused(status: Int, detail: String)
    }

    private let client: HTTPClient
    private let nextRequest: HTTPRequest
    /// A POST without URL and body.
    private let post: HTTPRequest
    private let base: String

    /// - Parameters:
    ///   - authority: host and port, as `AWS_LAMBDA_RUNTIME_API` has them.
    ///   - maximumEventBytes: by default well above the 6 MiB and 100 bytes of an event, to outlive a change of that quota.
    init(authority: String, client: HTTPClient, maximumEventBytes: Int = 16 << 20) {
        self.client = client
        base = "http://\(authority)/2018-06-01/runtime/"
        var request = HTTPRequest(url: base + "invocation/next", headers: ["User-Agent": "ami-steward"])
        // The service is on the same machine; and a freeze must not count as waiting.
        request.connectTimeout = .seconds(1)
        request.timeout = nil
        request.usesProxy = false
        request.maximumResponseBytes = maximumEventBytes
        nextRequest = request
        request.method = "POST"
        request.headers.add(name: "Content-Type", value: "application/json")
        post = request
    }

    /// Waits for an event, without a time limit. Asking also ends the invocation before.
    func next() async throws(RuntimeAPIError) -> Invocation {
        let response = try await send(nextRequest, operation: "GET invocation/next")
        guard response.status == 200 else {
            throw RuntimeAPIError(operation: "GET invocation/next", response: response)
        }
        guard let requestID = response.headers["Lambda-Runtime-Aws-Request-Id"], !requestID.isEmpty else {
            throw RuntimeAPIError(
                message: "GET invocation/next: the reply has no header field Lambda-Runtime-Aws-Request-Id"
            )
        }
        return Invocation(requestID: requestID, event: response.body, headers: response.headers)
    }

    /// What Lambda takes as a response of an ordinary invocation, at least.
    private static let ordinaryResponseBytes = 6 << 20

    /// Gives the result of an invocation.
    func respond(_ body: [UInt8], to requestID: String) async throws(RuntimeAPIError) -> Receipt {
        var request = post
        request.url = url(of: requestID, "/response")
        request.body = body
        do throws(RuntimeAPIError) {
            return try await receipt(for: request, operation: "POST invocation response")
        } catch {
            // A service that refuses a response on the way and ends the connection breaks it while the rest is being sent: then
            // libcurl reads no reply. If there is no service any more, the next request shows it.
            guard body.count > Self.ordinaryResponseBytes, error.cause?.code == .connectionLost else { throw error }
            return .brokenOff
        }
    }

    /// Reports that an invocation failed.
    func report(_ report: ErrorReport, of requestID: String, workingDirectory: String) async throws(RuntimeAPIError)
        -> Receipt
    {
        var request = errorRequest(report, requestID: requestID)
        request.url = url(of: requestID, "/error")
        request.headers.add(
            name: "Lambda-Runtime-Function-XRay-Error-Cause",
            value: report.xRayCause(workingDirectory: workingDirectory)
        )
        return try await receipt(for: request, operation: "POST invocation error")
    }

    /// Reports that the function cannot start. The process is to end after it, soon, whatever comes of it.
    func reportInitialization(_ report: ErrorReport) async throws(RuntimeAPIError) -> Receipt {
        var request = errorRequest(report, requestID: nil)
        request.url = base + "init/error"
        request.timeout = .seconds(2)
        return try await receipt(for: request, operation: "POST init/error")
    }

    private func errorRequest(_ report: ErrorReport, requestID: String?) -> HTTPRequest {
        var request = post
        request.headers.add(name: "Lambda-Runtime-Function-Error-Type", value: report.headerType)
        request.body = report.body(requestID: requestID)
        return request
    }

    /// The URL under which one invocation is answered.
    private func url(of requestID: String, _ suffix: String) -> String {
        let isPlain = requestID.utf8.allSatisfy(Self.isUnreserved)
        return base + "invocation/" + (isPlain ? requestID : Self.percentEncoded(requestID)) + suffix
    }

    /// RFC 3986, section 2.3.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func percentEncoded(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            if isUnreserved(byte) {
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                encoded += (byte < 0x10 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }

    private func receipt(for request: HTTPRequest, operation: String) async throws(RuntimeAPIError) -> Receipt {
        let response = try await send(request, operation: operation)
        switch response.status {
        case 200..<300: return .accepted
        case 413: return .tooLarge
        case 400..<500: return .refused(status: response.status, detail: RuntimeAPIError.detail(of: response))
        default: throw RuntimeAPIError(operation: operation, response: response)
        }
    }

    private func send(_ request: HTTPRequest, operation: String) async throws(RuntimeAPIError) -> HTTPResponse {
        func failure(_ error: HTTPError) -> RuntimeAPIError {
            RuntimeAPIError(message: "\(operation): no reply of the Runtime API", cause: error)
        }
        do {
            return try await client.send(request)
        } catch {
            guard error.isConnectionReused, error.brokeWhileSending else { throw failure(error) }
        }
        do { return try await client.send(request) } catch { throw failure(error) }
    }
}

/// The Runtime API cannot be used any more; the process has to end.
struct RuntimeAPIError: LambdaError {
    var message: String
    /// Of the reply, where there was one.
    var status: Int?
    var cause: HTTPError?

    init(message: String, cause: HTTPError? = nil) {
        self.message = message
        self.cause = cause
    }

    /// An unexpected reply.
    init(operation: String, response: HTTPResponse) {
        let detail = Self.detail(of: response)
        message = "\(operation): the Runtime API answered \(response.status)" + (detail.isEmpty ? "" : ": \(detail)")
        status = response.status
    }

    /// What the reply says, cut to a line's worth.
    static func detail(of response: HTTPResponse) -> String {
        ErrorReport.shortened(String(decoding: response.body.prefix(1024), as: UTF8.self), to: 512)
    }

    var errorMessage: String { message }
    var underlyingErrors: [any Error] { cause.map { [$0] } ?? [] }
}
