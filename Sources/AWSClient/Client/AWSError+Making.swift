import Transport

extension AWSError {
    /// An error response.
    init(_ response: HTTPResponse, to request: AWSRequest, details: AWSErrorDetails, reason: RetryReason?) {
        let kind: Kind =
            switch reason {
            case .throttling: .throttling
            case .transient: .transient
            case .expiredCredentials: .credentials
            case .clockSkew: .clientError
            case nil: response.status >= 500 ? .serverError : .clientError
            }
        let headers = response.headers
        // A service that refuses a signature quotes the request it saw, with the session token.
        let isSignature = details.code.map(Self.signatureCodes.contains) ?? false
        let message = details.message ?? ""
        self.init(
            kind: kind,
            code: details.code ?? "HTTP\(response.status)",
            message: isSignature ? String(message.prefix { !$0.isNewline }) : message,
            service: request.service.sdkID,
            operation: request.operation,
            httpStatus: response.status,
            requestID: details.requestID ?? headers["x-amzn-requestid"] ?? headers["x-amz-request-id"],
            extendedRequestID: headers["x-amz-id-2"],
            response: isSignature ? nil : response
        )
    }

    /// No response.
    init(_ error: HTTPError, to request: AWSRequest) {
        self.init(
            kind: RetryReason(error) == nil ? .transport : .transient,
            code: error.code.rawValue,
            message: error.message,
            service: request.service.sdkID,
            operation: request.operation,
            underlying: error
        )
    }

    static func cancelled(_ request: AWSRequest, attempts: Int) -> AWSError {
        AWSError(
            kind: .cancelled,
            code: "Cancelled",
            message: "the task was cancelled",
            service: request.service.sdkID,
            operation: request.operation,
            attempts: attempts
        )
    }

    /// - Parameter last: What the last attempt before the deadline failed with.
    static func deadline(_ request: AWSRequest, attempts: Int, last: AWSError?) -> AWSError {
        AWSError(
            kind: .deadline,
            code: "DeadlineExceeded",
            message: last.map { "no time for another attempt after: \($0)" } ?? "the deadline passed",
            service: request.service.sdkID,
            operation: request.operation,
            httpStatus: last?.httpStatus,
            requestID: last?.requestID,
            extendedRequestID: last?.extendedRequestID,
            attempts: attempts,
            underlying: last
        )
    }

    /// The same error; where it is the deadline or a cancellation that ended a later attempt, with what the attempt before it
    /// failed with. What it knows of a failure below it, as of the request for credentials, it keeps.
    func after(_ last: AWSError?) -> AWSError {
        guard let last, kind == .deadline || kind == .cancelled else { return self }
        var error = self
        error.message += ", after: \(last)"
        guard underlying == nil else { return error }
        error.httpStatus = last.httpStatus
        error.requestID = last.requestID
        error.extendedRequestID = last.extendedRequestID
        error.underlying = last
        return error
    }

    /// The same error of a request for which no credentials or no endpoint could be had.
    func occurred(in request: AWSRequest) -> AWSError {
        guard service.isEmpty else { return self }
        var error = self
        error.service = request.service.sdkID
        error.operation = request.operation
        return error
    }

    private static let signatureCodes: Set<String> = [
        "AuthFailure", "IncompleteSignature", "IncompleteSignatureException", "InvalidSignatureException",
        "SignatureDoesNotMatch",
    ]
}

extension AWSRequest {
    /// The query string as sent, in the order of ``query``.
    var encodedQuery: String {
        query.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }.joined(separator: "&")
    }
}
