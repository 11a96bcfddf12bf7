import Transport

/// An operation of an awsJson 1.0 or 1.1 service: the input is the JSON body, the output that of the response.
/// <https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html>
public protocol AWSJSONOperation: AWSOperation {
    static var api: AWSJSONAPI { get }

    /// The input as a JSON object; for `Encodable` operations, as they encode themselves.
    func body() throws(AWSError) -> [UInt8]

    /// The output in the body of a response, which is `{}` where the response has none; for `Decodable` outputs, as they
    /// decode themselves.
    static func output(in body: [UInt8]) throws -> Output
}

/// What the operations of an awsJson service have in common.
public struct AWSJSONAPI: Sendable {
    public enum Version: String, Sendable {
        case json10 = "application/x-amz-json-1.0"
        case json11 = "application/x-amz-json-1.1"
    }

    public var service: AWSService
    public var version: Version
    /// What stands before the operation in `X-Amz-Target`, for example `DynamoDB_20120810`.
    public var targetPrefix: String

    public init(service: AWSService, version: Version, targetPrefix: String) {
        self.service = service
        self.version = version
        self.targetPrefix = targetPrefix
    }
}

extension AWSJSONOperation {
    public static var service: AWSService { api.service }

    public func request() throws(AWSError) -> AWSRequest {
        AWSRequest(
            service: Self.service,
            operation: Self.name,
            headers: [
                "Content-Type": Self.api.version.rawValue,
                "X-Amz-Target": "\(Self.api.targetPrefix).\(Self.name)",
            ],
            body: try body(),
            parseError: JSONErrorParser.parse
        )
    }

    public static func parse(_ response: HTTPResponse) throws -> AWSResult<Output> {
        let body = response.body.isEmpty ? Array("{}".utf8) : response.body
        return AWSResult(output: try output(in: body), requestID: response.requestID)
    }
}

extension AWSJSONOperation where Self: Encodable {
    public func body() throws(AWSError) -> [UInt8] {
        do {
            return try JSONCoding.encode(self)
        } catch {
            throw Self.invalid(error.message)
        }
    }
}

extension AWSJSONOperation where Output: Decodable {
    public static func output(in body: [UInt8]) throws -> Output {
        try JSONCoding.decode(Output.self, from: body)
    }
}
