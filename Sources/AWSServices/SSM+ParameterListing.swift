import AWSClient

extension SSM {
    /// The pages of what is known of parameters besides their values.
    public func parameterDescriptions(_ input: DescribeParameters) -> AWSPages<DescribeParameters> {
        client.pages(input)
    }

    /// A parameter without its value.
    public struct ParameterDescription: Decodable, Sendable, Hashable {
        public var name: String
        public var arn: String?
        public var type: ParameterType?
        /// `text`, `aws:ec2:image`, `aws:ssm:integration`.
        public var dataType: String?
        public var version: Int?
        public var lastModified: Timestamp?

        private enum CodingKeys: String, CodingKey {
            case name = "Name"
            case arn = "ARN"
            case type = "Type"
            case dataType = "DataType"
            case version = "Version"
            case lastModified = "LastModifiedDate"
        }
    }

    /// Lists the account's parameters. A page may be empty though another follows.
    public struct DescribeParameters: SSMOperation, PaginatedOperation {
        public static let name = "DescribeParameters"

        /// All of which a parameter must meet.
        public var filters: [Filter]
        /// 1 to 50 a page.
        public var maximumResults: Int?
        public var startToken: String?

        public init(filters: [Filter] = [], maximumResults: Int? = nil, startToken: String? = nil) {
            self.filters = filters
            self.maximumResults = maximumResults
            self.startToken = startToken
        }

        public struct Filter: Encodable, Sendable, Hashable {
            /// `Name`, `Type`, `DataType`, `Path`, `Tier`, `tag:<key>`, …
            public var key: String
            /// `Equals`, which is meant where it is nil; `BeginsWith`, `Contains`, `Recursive`, `OneLevel`.
            public var option: String?
            /// 1 to 50, of which one is to match.
            public var values: [String]

            public init(key: String, option: String? = nil, values: [String]) {
                self.key = key
                self.option = option
                self.values = values
            }

            private enum CodingKeys: String, CodingKey {
                case key = "Key"
                case option = "Option"
                case values = "Values"
            }
        }

        private enum CodingKeys: String, CodingKey {
            case filters = "ParameterFilters"
            case maximumResults = "MaxResults"
            case startToken = "NextToken"
        }

        public struct Output: Decodable, Sendable {
            public var parameters: [ParameterDescription]?
            public var nextToken: String?

            private enum CodingKeys: String, CodingKey {
                case parameters = "Parameters"
                case nextToken = "NextToken"
            }
        }

        public static func nextToken(of output: Output) -> String? {
            output.nextToken.flatMap { $0.isEmpty ? nil : $0 }
        }
    }
}
