import Transport

/// One operation of a service together with its input: what ``AWSClient/call(_:)`` takes.
///
/// Operations do not conform to it directly but to the protocol of their service: ``AWSJSONOperation``,
/// ``RESTJSONOperation``, ``QueryOperation``.
public protocol AWSOperation: Sendable {
    associatedtype Output: Sendable

    /// The operation as the service's model names it, for example `DescribeImages`.
    static var name: String { get }
    static var service: AWSService { get }

    /// Serializes the input. Fails with ``AWSError/Kind/invalidRequest``.
    func request() throws(AWSError) -> AWSRequest

    /// Parses a response with a status below 300. What it throws becomes ``AWSError/Kind/malformedResponse``.
    static func parse(_ response: HTTPResponse) throws -> AWSResult<Output>
}

/// What an operation gave, and the request id under which AWS support finds the call.
public struct AWSResult<Output: Sendable>: Sendable {
    public var output: Output
    public var requestID: String?

    public init(output: Output, requestID: String?) {
        self.output = output
        self.requestID = requestID
    }
}

extension AWSOperation {
    /// A request of this operation that its input cannot make.
    package static func invalid(_ message: String) -> AWSError {
        AWSError(
            kind: .invalidRequest,
            code: "InvalidRequest",
            message: message,
            service: service.sdkID,
            operation: name
        )
    }

    /// The result in a response, with every failure as an ``AWSError``.
    public static func result(of response: HTTPResponse) throws(AWSError) -> AWSResult<Output> {
        do {
            return try parse(response)
        } catch {
            throw AWSError(
                kind: .malformedResponse,
                code: "MalformedResponse",
                message: ResponseFault.describe(error),
                service: service.sdkID,
                operation: name,
                httpStatus: response.status,
                requestID: response.requestID,
                response: response,
                underlying: error
            )
        }
    }
}

extension HTTPResponse {
    /// The request id in the headers.
    public var requestID: String? {
        for name in ["x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id", "x-amz-requestid"] {
            if let value = headers[name], !value.isEmpty { return value }
        }
        return nil
    }
}
