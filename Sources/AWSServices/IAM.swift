import AWSClient

/// AWS Identity and Access Management: what an account is called. One endpoint for a whole partition.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/>
public struct IAM: Sendable {
    public let client: AWSClient

    public init(_ client: AWSClient) {
        self.client = client
    }

    /// The alias of the client's account; nil where it has none. An account has at most one.
    public func accountAlias() async throws(AWSError) -> String? {
        for try await page in client.pages(ListAccountAliases()) {
            if let alias = page.aliases.first { return alias }
        }
        return nil
    }

    public struct ListAccountAliases: QueryOperation, PaginatedOperation {
        public static let name = "ListAccountAliases"
        public static let api = QueryAPI(service: .iam, dialect: .query, version: "2010-05-08")

        /// 1 to 1,000 a page.
        public var maximumItems: Int?
        public var startToken: String?

        public init(maximumItems: Int? = nil, startToken: String? = nil) {
            self.maximumItems = maximumItems
            self.startToken = startToken
        }

        public func encode(to form: inout QueryForm) {
            form.set("Marker", startToken)
            form.set("MaxItems", maximumItems)
        }

        public struct Output: XMLDecodable, Sendable {
            public var aliases: [String]
            /// Whether ``marker`` leads to another page.
            public var isTruncated: Bool
            public var marker: String?

            public init(xml: XMLNode) throws(ResponseFault) {
                aliases = xml.strings("AccountAliases", of: "member")
                isTruncated = try xml.boolean("IsTruncated") ?? false
                marker = xml.nonempty("Marker")
            }
        }

        public static func nextToken(of output: Output) -> String? { output.isTruncated ? output.marker : nil }
    }
}
