import AWSClient

/// Amazon EC2 Auto Scaling: groups, launch configurations.
/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/>
public struct AutoScaling: Sendable {
    public let client: AWSClient

    public init(_ client: AWSClient) {
        self.client = client
    }

    public func launchConfigurations(
        _ input: DescribeLaunchConfigurations
    ) -> AWSPages<DescribeLaunchConfigurations> {
        client.pages(input)
    }

    public func groups(_ input: DescribeAutoScalingGroups) -> AWSPages<DescribeAutoScalingGroups> {
        client.pages(input)
    }

    public struct LaunchConfiguration: XMLDecodable, Sendable, Hashable {
        public var name: String
        public var arn: String?
        public var imageID: String?
        public var createdTime: Timestamp?

        public init(xml: XMLNode) throws(ResponseFault) {
            name = try xml.required("LaunchConfigurationName")
            arn = xml.string("LaunchConfigurationARN")
            imageID = xml.nonempty("ImageId")
            createdTime = try xml.timestamp("CreatedTime")
        }
    }

    public struct DescribeLaunchConfigurations: AutoScalingOperation, PaginatedOperation {
        public static let name = "DescribeLaunchConfigurations"

        /// Up to 50 names, of which unknown ones are left out of the answer; all where empty.
        public var names: [String]
        /// 1 to 100 a page; 50 where nil.
        public var maximumRecords: Int?
        public var startToken: String?

        public init(names: [String] = [], maximumRecords: Int? = nil, startToken: String? = nil) {
            self.names = names
            self.maximumRecords = maximumRecords
            self.startToken = startToken
        }

        public func encode(to form: inout QueryForm) {
            form.list("LaunchConfigurationNames", names.isEmpty ? nil : names)
            form.set("NextToken", startToken)
            form.set("MaxRecords", maximumRecords)
        }

        public struct Output: XMLDecodable, Sendable {
            public var launchConfigurations: [LaunchConfiguration]
            public var nextToken: String?

            public init(xml: XMLNode) throws(ResponseFault) {
                launchConfigurations = try xml.list("LaunchConfigurations", of: "member")
                nextToken = xml.nonempty("NextToken")
            }
        }

        public static func nextToken(of output: Output) -> String? { output.nextToken }
    }
}

/// An operation of Auto Scaling.
public protocol AutoScalingOperation: QueryOperation {}

extension AutoScalingOperation {
    public static var api: QueryAPI { QueryAPI(service: .autoScaling, dialect: .query, version: "2011-01-01") }
}
