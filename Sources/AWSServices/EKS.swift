import AWSClient

/// Amazon Elastic Kubernetes Service: clusters and their managed node groups.
/// <https://docs.aws.amazon.com/eks/latest/APIReference/>
public struct EKS: Sendable {
    public let client: AWSClient

    public init(_ client: AWSClient) {
        self.client = client
    }

    /// The pages of the names of the clusters.
    public func clusters(_ input: ListClusters = .init()) -> AWSPages<ListClusters> {
        client.pages(input)
    }

    /// The pages of the names of a cluster's node groups.
    public func nodeGroups(_ input: ListNodegroups) -> AWSPages<ListNodegroups> {
        client.pages(input)
    }

    /// A node group; fails with `ResourceNotFoundException` where there is none.
    public func nodeGroup(cluster: String, name: String) async throws(AWSError) -> NodeGroup {
        try await client.call(DescribeNodegroup(cluster: cluster, nodeGroup: name)).nodeGroup
    }

    public struct ListClusters: RESTJSONOperation, PaginatedOperation {
        public static let name = "ListClusters"
        public static let service = AWSService.eks
        public static let method = "GET"

        /// 1 to 100 a page.
        public var maximumResults: Int?
        public var startToken: String?

        public init(maximumResults: Int? = nil, startToken: String? = nil) {
            self.maximumResults = maximumResults
            self.startToken = startToken
        }

        public func path() -> String { "/clusters" }

        public var query: [AWSRequest.QueryItem] { EKS.page(maximumResults, startToken) }

        public struct Output: Decodable, Sendable {
            public var clusters: [String]
            public var nextToken: String?

            private enum CodingKeys: String, CodingKey {
                case clusters, nextToken
            }

            public init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                clusters = try container.decodeIfPresent([String].self, forKey: .clusters) ?? []
                nextToken = try container.decodeIfPresent(String.self, forKey: .nextToken)
            }
        }

        public static func nextToken(of output: Output) -> String? {
            output.nextToken.flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    public struct ListNodegroups: RESTJSONOperation, PaginatedOperation {
        public static let name = "ListNodegroups"
        public static let service = AWSService.eks
        public static let method = "GET"

        public var cluster: String
        /// 1 to 100 a page.
        public var maximumResults: Int?
        public var startToken: String?

        public init(cluster: String, maximumResults: Int? = nil, startToken: String? = nil) {
            self.cluster = cluster
            self.maximumResults = maximumResults
            self.startToken = startToken
        }

        public func path() throws(AWSError) -> String {
            "/clusters/\(try Self.label("clusterName", cluster))/node-groups"
        }

        public var query: [AWSRequest.QueryItem] { EKS.page(maximumResults, startToken) }

        public struct Output: Decodable, Sendable {
            public var nodeGroups: [String]
            public var nextToken: String?

            private enum CodingKeys: String, CodingKey {
                case nodeGroups = "nodegroups"
                case nextToken
            }

            public init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                nodeGroups = try container.decodeIfPresent([String].self, forKey: .nodeGroups) ?? []
                nextToken = try container.decodeIfPresent(String.self, forKey: .nextToken)
            }
        }

        public static func nextToken(of output: Output) -> String? {
            output.nextToken.flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    /// A managed node group.
    public struct NodeGroup: Decodable, Sendable, Hashable {
        public var name: String?
        public var cluster: String?
        public var arn: String?
        /// `CREATING`, `ACTIVE`, `UPDATING`, `DELETING`, `CREATE_FAILED`, `DELETE_FAILED`, `DEGRADED`.
        public var status: String?
        /// `CUSTOM` where the launch template names the image; else EKS chooses it.
        public var imageType: String?
        /// The one the node group was made with; nil where EKS made it alone.
        public var launchTemplate: LaunchTemplate?

        public struct LaunchTemplate: Decodable, Sendable, Hashable {
            public var id: String?
            public var name: String?
            /// A number; the template's default version is meant where it is nil.
            public var version: String?
        }

        private enum CodingKeys: String, CodingKey {
            case name = "nodegroupName"
            case cluster = "clusterName"
            case arn = "nodegroupArn"
            case status
            case imageType = "amiType"
            case launchTemplate
        }
    }

    public struct DescribeNodegroup: RESTJSONOperation {
        public static let name = "DescribeNodegroup"
        public static let service = AWSService.eks
        public static let method = "GET"

        public var cluster: String
        public var nodeGroup: String

        public init(cluster: String, nodeGroup: String) {
            self.cluster = cluster
            self.nodeGroup = nodeGroup
        }

        public func path() throws(AWSError) -> String {
            let cluster = try Self.label("clusterName", cluster)
            return "/clusters/\(cluster)/node-groups/\(try Self.label("nodegroupName", nodeGroup))"
        }

        public struct Output: Decodable, Sendable {
            public var nodeGroup: NodeGroup

            private enum CodingKeys: String, CodingKey {
                case nodeGroup = "nodegroup"
            }
        }
    }

    private static func page(_ maximumResults: Int?, _ token: String?) -> [AWSRequest.QueryItem] {
        let limit = maximumResults.map { AWSRequest.QueryItem("maxResults", String($0)) }
        return [limit, token.map { AWSRequest.QueryItem("nextToken", $0) }].compactMap { $0 }
    }
}
