import Transport

/// An operation of a restJson1 service: members of the input go to the path, the query, the headers and the body.
/// <https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html>
public protocol RESTJSONOperation: AWSOperation {
    /// The members that go to the body.
    associatedtype Body: Encodable = NoBody

    static var method: String { get }
    /// The path with its labels replaced by ``label(_:_:isGreedy:)``.
    func path() throws(AWSError) -> String
    /// Names and values not yet percent-encoded; a list is one item for each of its elements.
    var query: [AWSRequest.QueryItem] { get }
    var headers: HTTPHeaders { get }
    /// Nil where the operation has no body at all.
    var body: Body? { get }
}

/// The body of an operation whose input is in the path, the query and the headers alone.
public struct NoBody: Encodable, Sendable {}

extension RESTJSONOperation {
    public var query: [AWSRequest.QueryItem] { [] }
    public var headers: HTTPHeaders { [:] }

    public func request() throws(AWSError) -> AWSRequest {
        var headers = headers
        var bytes: [UInt8] = []
        if let body {
            do {
                bytes = try JSONCoding.encode(body)
            } catch {
                throw Self.invalid(error.message)
            }
            headers["Content-Type"] = "application/json"
        }
        return AWSRequest(
            service: Self.service,
            operation: Self.name,
            method: Self.method,
            path: try path(),
            query: query,
            headers: headers,
            body: bytes,
            parseError: JSONErrorParser.parse
        )
    }

    /// A member as a segment of the path: percent-encoded, slashes too unless it is greedy. It may not be empty.
    public static func label(
        _ name: String,
        _ value: String,
        isGreedy: Bool = false
    ) throws(AWSError) -> String {
        guard !value.isEmpty else { throw invalid("\(name) is empty") }
        return isGreedy ? PercentEncoding.encodePath(value) : PercentEncoding.encode(value)
    }
}

extension RESTJSONOperation where Body == NoBody {
    public var body: NoBody? { nil }
}

extension RESTJSONOperation where Output: Decodable {
    public static func parse(_ response: HTTPResponse) throws -> AWSResult<Output> {
        let body = response.body.isEmpty ? Array("{}".utf8) : response.body
        return AWSResult(output: try JSONCoding.decode(Output.self, from: body), requestID: response.requestID)
    }
}
