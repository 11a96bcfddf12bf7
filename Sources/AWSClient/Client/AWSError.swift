import Transport

/// Why a call of an AWS operation failed.
///
/// Neither the value's description nor its message holds a credential, a signature or a signed URL: what a service
/// quotes of a request whose signature it refuses is removed.
public struct AWSError: Error, Sendable {
    public enum Kind: String, Sendable {
        /// The service asks for fewer requests; every attempt was used or the quota for retries was empty.
        case throttling
        /// A fault of the service or the way to it that a later attempt may not meet.
        case transient
        /// The service refuses the request as it is.
        case clientError
        /// The service failed (5xx) in a way that is not known to be transient.
        case serverError
        /// No credentials, or a provider failed.
        case credentials
        /// No complete HTTP response: name resolution, connection, TLS, a response too large.
        case transport
        /// The deadline passed, or would have passed before the next attempt.
        case deadline
        /// The calling task was cancelled.
        case cancelled
        /// Settings that contradict each other or cannot be used: region, endpoint, profile.
        case configuration
        /// A request that cannot be serialized, with ``AWSError/message`` naming the field.
        case invalidRequest
        /// A response that does not follow the protocol, or a pagination token that repeats.
        case malformedResponse
    }

    public var kind: Kind
    /// The service's code, for example `ThrottlingException`; for other kinds a short name of the failure.
    public var code: String
    public var message: String
    /// ``AWSService/sdkID``; empty where no service was involved.
    public var service: String
    public var operation: String
    public var httpStatus: Int?
    public var requestID: String?
    /// `x-amz-id-2`, which S3 support asks for.
    public var extendedRequestID: String?
    /// How many attempts were made, 0 where the failure came before the first.
    public var attempts: Int
    /// The response, for the modelled members of an error; never part of the description. Not kept for refused signatures.
    public var response: HTTPResponse?
    /// The failure below this one.
    public var underlying: (any Error)?

    public init(
        kind: Kind,
        code: String,
        message: String,
        service: String = "",
        operation: String = "",
        httpStatus: Int? = nil,
        requestID: String? = nil,
        extendedRequestID: String? = nil,
        attempts: Int = 0,
        response: HTTPResponse? = nil,
        underlying: (any Error)? = nil
    ) {
        self.kind = kind
        self.code = code
        self.message = message
        self.service = service
        self.operation = operation
        self.httpStatus = httpStatus
        self.requestID = requestID
        self.extendedRequestID = extendedRequestID
        self.attempts = attempts
        self.response = response
        self.underlying = underlying
    }
}

extension AWSError: CustomStringConvertible {
    /// One line, for example
    /// `DynamoDB.Query: ThrottlingException: Rate exceeded (throttling, status 400, request id 4442587F, 4 attempts)`.
    public var description: String {
        var facts = [kind.rawValue]
        if let httpStatus { facts.append("status \(httpStatus)") }
        if let requestID { facts.append("request id \(requestID)") }
        if let extendedRequestID { facts.append("extended request id \(extendedRequestID)") }
        if attempts > 1 { facts.append("\(attempts) attempts") }
        var text = ""
        if !service.isEmpty { text += operation.isEmpty ? "\(service): " : "\(service).\(operation): " }
        text += code
        if !message.isEmpty { text += ": \(message)" }
        return text + " (\(facts.joined(separator: ", ")))"
    }
}
