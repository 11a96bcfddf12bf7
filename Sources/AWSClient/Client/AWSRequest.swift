import Transport

/// One call of an AWS operation, serialized by a protocol and not yet addressed or signed.
public struct AWSRequest: Sendable {
    public var service: AWSService
    /// The operation as the service's model names it, for example `DescribeImages`; it appears in errors.
    public var operation: String
    public var method: String
    /// The path as sent: percent-encoded, beginning with `/`. It is appended to the path of the endpoint.
    public var path: String
    /// Names and values not yet percent-encoded, in the order to send.
    public var query: [QueryItem]
    public var headers: HTTPHeaders
    public var body: [UInt8]
    public var payloadSigning: PayloadSigning
    /// Whether the request is signed. The operations that exchange a token for credentials are not.
    public var isSigned = true
    /// A response body longer than this fails with ``AWSError/Kind/transport``.
    public var maximumResponseBytes: Int
    /// Reads code, message and request id out of a response with a status of 300 or more.
    public var parseError: ErrorParser

    public typealias ErrorParser = @Sendable (HTTPResponse) -> AWSErrorDetails

    /// One name and value of the query string, not percent-encoded.
    public struct QueryItem: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// How the body takes part in the signature.
    public enum PayloadSigning: Sendable {
        /// By its SHA-256.
        case signed
        /// `UNSIGNED-PAYLOAD`, for S3 over TLS.
        case unsigned
    }

    /// The default of ``maximumResponseBytes``: 16 MiB, above the largest response of the services used (DynamoDB
    /// `BatchGetItem`, 16 MB).
    public static let defaultMaximumResponseBytes = 16 << 20

    public init(
        service: AWSService,
        operation: String,
        method: String = "POST",
        path: String = "/",
        query: [QueryItem] = [],
        headers: HTTPHeaders = [:],
        body: [UInt8] = [],
        payloadSigning: PayloadSigning = .signed,
        maximumResponseBytes: Int = AWSRequest.defaultMaximumResponseBytes,
        parseError: @escaping ErrorParser
    ) {
        self.service = service
        self.operation = operation
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.payloadSigning = payloadSigning
        self.maximumResponseBytes = maximumResponseBytes
        self.parseError = parseError
    }
}

/// What a protocol reads out of an error response.
public struct AWSErrorDetails: Sendable, Hashable {
    /// The error's code without namespace or URL, for example `ConditionalCheckFailedException`.
    public var code: String?
    public var message: String?
    /// From the body, where the protocol has it there; the request id headers are read by ``AWSClient``.
    public var requestID: String?

    public init(code: String? = nil, message: String? = nil, requestID: String? = nil) {
        self.code = code
        self.message = message
        self.requestID = requestID
    }
}
