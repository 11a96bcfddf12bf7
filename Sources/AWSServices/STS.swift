import AWSClient

/// AWS Security Token Service: who the caller is. Roles are assumed by the credentials providers of ``AWSClient``.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/>
public struct STS: Sendable {
    public let client: AWSClient

    public init(_ client: AWSClient) {
        self.client = client
    }

    /// The account and principal of the client's credentials; needs no permission.
    public func callerIdentity() async throws(AWSError) -> CallerIdentity {
        try await client.call(GetCallerIdentity())
    }

    public struct CallerIdentity: XMLDecodable, Sendable, Hashable {
        public var account: String
        public var arn: String
        public var userID: String

        public init(xml: XMLNode) throws(ResponseFault) {
            account = try xml.required("Account")
            arn = try xml.required("Arn")
            userID = try xml.required("UserId")
        }
    }

    public struct GetCallerIdentity: QueryOperation {
        public typealias Output = CallerIdentity
        public static let name = "GetCallerIdentity"
        public static let api = QueryAPI(service: .sts, dialect: .query, version: "2011-06-15")

        public init() {}

        public func encode(to form: inout QueryForm) {}
    }
}
