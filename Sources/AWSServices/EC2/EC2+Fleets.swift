import AWSClient

extension EC2 {
    /// A launch template by id, by name, or by both, and one of its versions.
    public struct LaunchTemplateSpecification: XMLDecodable, Sendable, Hashable {
        public var launchTemplateID: String?
        public var launchTemplateName: String?
        /// A number, `$Latest` or `$Default`; `$Default` is meant where it is nil.
        public var version: String?

        public init(xml: XMLNode) throws(ResponseFault) {
            launchTemplateID = xml.nonempty("launchTemplateId")
            launchTemplateName = xml.nonempty("launchTemplateName")
            version = xml.nonempty("version")
        }
    }

    /// A launch template that a fleet launches, and images that are launched in the place of the template's own.
    public struct LaunchTemplateConfiguration: XMLDecodable, Sendable, Hashable {
        public var specification: LaunchTemplateSpecification?
        /// Of the overrides that name one: an image id, or `resolve:ssm:…`.
        public var overridingImageIDs: [String]

        public init(xml: XMLNode) throws(ResponseFault) {
            specification = try xml.structure("launchTemplateSpecification")
            overridingImageIDs = xml["overrides"]?.all("item").compactMap { $0.nonempty("imageId") } ?? []
        }
    }

    public struct Fleet: XMLDecodable, Sendable, Hashable {
        public var fleetID: String
        /// `submitted`, `active`, `modifying`, `failed`, `deleted`, `deleted_running`, `deleted_terminating`.
        public var state: String?
        /// `request`, `maintain` or `instant`.
        public var type: String?
        public var createTime: Timestamp?
        public var configurations: [LaunchTemplateConfiguration]
        public var tags: [String: String]

        public init(xml: XMLNode) throws(ResponseFault) {
            fleetID = try xml.required("fleetId")
            state = xml.string("fleetState")
            type = xml.string("type")
            createTime = try xml.timestamp("createTime")
            configurations = try xml.list("launchTemplateConfigs", of: "item")
            tags = EC2.tags(xml)
        }
    }

    /// EC2 fleets. One of type `instant` is in the answer only where it is asked for by its id.
    public struct DescribeFleets: EC2Operation, PaginatedOperation {
        public static let name = "DescribeFleets"
        public static let unreadElements: Set = [
            "blockDeviceMappingSet", "errorSet", "fleetInstanceSet", "instanceRequirements",
        ]

        /// An unknown id makes the request fail with `InvalidFleetId.NotFound`.
        public var fleetIDs: [String]
        /// `fleet-state` (values with hyphens: `deleted-running`), `type`, `activity-status`, …
        public var filters: [Filter]
        public var maximumResults: Int?
        public var startToken: String?

        public init(
            fleetIDs: [String] = [],
            filters: [Filter] = [],
            maximumResults: Int? = nil,
            startToken: String? = nil
        ) {
            self.fleetIDs = fleetIDs
            self.filters = filters
            self.maximumResults = maximumResults
            self.startToken = startToken
        }

        public func encode(to form: inout QueryForm) {
            form.set("MaxResults", maximumResults)
            form.set("NextToken", startToken)
            form.list("FleetId", fleetIDs)
            form.set(filters)
        }

        public struct Output: XMLDecodable, Sendable {
            public var fleets: [Fleet]
            public var nextToken: String?

            public init(xml: XMLNode) throws(ResponseFault) {
                fleets = try xml.list("fleetSet", of: "item")
                nextToken = EC2.token(xml)
            }
        }

        public static func nextToken(of output: Output) -> String? { output.nextToken }
    }

    public struct SpotFleetRequest: XMLDecodable, Sendable, Hashable {
        /// `sfr-…`.
        public var spotFleetRequestID: String
        /// `submitted`, `active`, `modifying`, `failed`, `cancelled`, `cancelled_running`, `cancelled_terminating`.
        public var state: String?
        public var createTime: Timestamp?
        /// Of the launch specifications, which a request has in the place of launch templates: image ids.
        public var launchedImageIDs: [String]
        public var configurations: [LaunchTemplateConfiguration]
        public var tags: [String: String]

        public init(xml: XMLNode) throws(ResponseFault) {
            spotFleetRequestID = try xml.required("spotFleetRequestId")
            state = xml.string("spotFleetRequestState")
            createTime = try xml.timestamp("createTime")
            let request = xml["spotFleetRequestConfig"]
            let specifications = request?["launchSpecifications"]?.all("item") ?? []
            launchedImageIDs = specifications.compactMap { $0.nonempty("imageId") }
            configurations = try request?.list("launchTemplateConfigs", of: "item") ?? []
            tags = EC2.tags(xml)
        }
    }

    /// Spot fleet requests; one is forgotten 48 hours after it was cancelled and its instances were terminated.
    public struct DescribeSpotFleetRequests: EC2Operation, PaginatedOperation {
        public static let name = "DescribeSpotFleetRequests"
        public static let unreadElements: Set = [
            "blockDeviceMapping", "groupSet", "instanceRequirements", "networkInterfaceSet", "tagSpecificationSet",
            "userData",
        ]

        /// An unknown id makes the request fail with `InvalidSpotFleetRequestId.NotFound`.
        public var spotFleetRequestIDs: [String]
        public var maximumResults: Int?
        public var startToken: String?

        public init(spotFleetRequestIDs: [String] = [], maximumResults: Int? = nil, startToken: String? = nil) {
            self.spotFleetRequestIDs = spotFleetRequestIDs
            self.maximumResults = maximumResults
            self.startToken = startToken
        }

        public func encode(to form: inout QueryForm) {
            form.list("SpotFleetRequestId", spotFleetRequestIDs)
            form.set("NextToken", startToken)
            form.set("MaxResults", maximumResults)
        }

        public struct Output: XMLDecodable, Sendable {
            public var requests: [SpotFleetRequest]
            public var nextToken: String?

            public init(xml: XMLNode) throws(ResponseFault) {
                requests = try xml.list("spotFleetRequestConfigSet", of: "item")
                nextToken = EC2.token(xml)
            }
        }

        public static func nextToken(of output: Output) -> String? { output.nextToken }
    }
}
