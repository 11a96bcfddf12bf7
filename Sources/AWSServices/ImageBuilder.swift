import AWSClient

/// EC2 Image Builder: distribution configurations, recipes.
/// <https://docs.aws.amazon.com/imagebuilder/latest/APIReference/>
public struct ImageBuilder: Sendable {
    public let client: AWSClient

    public init(_ client: AWSClient) {
        self.client = client
    }

    /// A distribution configuration; fails with `ResourceNotFoundException` where there is none.
    public func distributionConfiguration(arn: String) async throws(AWSError) -> DistributionConfiguration {
        try await client.call(GetDistributionConfiguration(arn: arn)).configuration
    }

    /// Replaces description and distributions of a distribution configuration.
    public func updateDistributionConfiguration(_ input: UpdateDistributionConfiguration) async throws(AWSError) {
        _ = try await client.call(input)
    }

    /// What distributions are: their members are as the service gives them, also those that this program does not know.
    public struct DistributionConfiguration: Decodable, Sendable, Hashable {
        public var arn: String?
        public var name: String?
        public var description: String?
        /// One object for each region.
        public var distributions: [JSONValue]

        private enum CodingKeys: String, CodingKey {
            case arn, name, description, distributions
        }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            arn = try container.decodeIfPresent(String.self, forKey: .arn)
            name = try container.decodeIfPresent(String.self, forKey: .name)
            description = try container.decodeIfPresent(String.self, forKey: .description)
            distributions = try container.decodeIfPresent([JSONValue].self, forKey: .distributions) ?? []
        }
    }

    public struct GetDistributionConfiguration: RESTJSONOperation {
        public static let name = "GetDistributionConfiguration"
        public static let service = AWSService.imageBuilder
        public static let method = "GET"

        public var arn: String

        public init(arn: String) {
            self.arn = arn
        }

        public func path() -> String { "/GetDistributionConfiguration" }

        public var query: [AWSRequest.QueryItem] { [AWSRequest.QueryItem("distributionConfigurationArn", arn)] }

        public struct Output: Decodable, Sendable {
            public var configuration: DistributionConfiguration

            private enum CodingKeys: String, CodingKey {
                case configuration = "distributionConfiguration"
            }
        }
    }

    public struct UpdateDistributionConfiguration: RESTJSONOperation {
        public typealias Output = EmptyOutput
        public static let name = "UpdateDistributionConfiguration"
        public static let service = AWSService.imageBuilder
        public static let method = "PUT"

        public var arn: String
        public var description: String?
        public var distributions: [JSONValue]
        /// 1 to 64 characters: repeated requests with the same token and content are one.
        public var clientToken: String

        public init(arn: String, description: String?, distributions: [JSONValue], clientToken: String) {
            self.arn = arn
            self.description = description
            self.distributions = distributions
            self.clientToken = clientToken
        }

        public func path() -> String { "/UpdateDistributionConfiguration" }

        public var body: Body? {
            Body(
                distributionConfigurationArn: arn,
                description: description,
                distributions: distributions,
                clientToken: clientToken
            )
        }

        public struct Body: Encodable, Sendable {
            var distributionConfigurationArn: String
            var description: String?
            var distributions: [JSONValue]
            var clientToken: String
        }
    }
}
