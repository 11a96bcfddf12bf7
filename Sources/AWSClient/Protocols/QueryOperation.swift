import Transport

/// An operation of a query or ec2Query service: the input is a form, the output XML.
/// <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>,
/// <https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html>
public protocol QueryOperation: AWSOperation where Output: XMLDecodable {
    static var api: QueryAPI { get }

    /// Names of elements of the response that ``Output`` does not read, at whatever depth: they take no memory. None by
    /// default.
    static var unreadElements: Set<String> { get }

    /// Writes the members of the input.
    func encode(to form: inout QueryForm)
}

/// What the operations of a query service have in common.
public struct QueryAPI: Sendable {
    public enum Dialect: Sendable {
        /// awsQuery: lists as `Name.member.1`, the output in an `<Operation>Result` element.
        case query
        /// ec2Query: lists as `Name.1`, the output in the root element.
        case ec2
    }

    public var service: AWSService
    public var dialect: Dialect
    /// The version of the API, a date.
    public var version: String

    public init(service: AWSService, dialect: Dialect, version: String) {
        self.service = service
        self.dialect = dialect
        self.version = version
    }
}

extension QueryOperation {
    public static var unreadElements: Set<String> { [] }

    public static var service: AWSService { api.service }

    public func request() throws(AWSError) -> AWSRequest {
        var form = QueryForm(dialect: Self.api.dialect)
        form.set("Action", Self.name)
        form.set("Version", Self.api.version)
        encode(to: &form)
        return AWSRequest(
            service: Self.service,
            operation: Self.name,
            headers: ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"],
            body: form.encoded,
            parseError: XMLErrorParser.parse
        )
    }

    public static func parse(_ response: HTTPResponse) throws -> AWSResult<Output> {
        let root = try XMLParser(omitted: unreadElements).parse(response.body)
        let requestID = response.requestID ?? root["ResponseMetadata"]?.string("RequestId") ?? root.string("requestId")
        guard root.name == "\(name)Response" else {
            throw ResponseFault(message: "the root element is \(root.name), not \(name)Response")
        }
        var node = root
        if api.dialect == .query, Output.self != EmptyOutput.self {
            guard let result = root["\(name)Result"] else {
                throw ResponseFault(path: [root.name], message: "\(name)Result is missing")
            }
            node = result
        }
        return AWSResult(output: try Output(xml: node), requestID: requestID)
    }
}
