import AWSClient

extension EC2 {
    public struct Instance: XMLDecodable, Sendable, Hashable {
        public var instanceID: String
        public var imageID: String?
        /// `pending`, `running`, `shutting-down`, `terminated`, `stopping`, `stopped`.
        public var state: String?
        public var launchTime: Timestamp?
        public var tags: [String: String]

        public init(xml: XMLNode) throws(ResponseFault) {
            instanceID = try xml.required("instanceId")
            imageID = xml.string("imageId")
            state = xml["instanceState"]?.string("name")
            launchTime = try xml.timestamp("launchTime")
            tags = EC2.tags(xml)
        }
    }

    /// Instances launched by one request.
    public struct Reservation: XMLDecodable, Sendable, Hashable {
        public var reservationID: String?
        public var ownerID: String?
        public var instances: [Instance]

        public init(xml: XMLNode) throws(ResponseFault) {
            reservationID = xml.string("reservationId")
            ownerID = xml.string("ownerId")
            instances = try xml.list("instancesSet", of: "item")
        }
    }

    public struct DescribeInstances: EC2Operation, PaginatedOperation {
        public static let name = "DescribeInstances"
        /// Four fifths of an answer.
        public static let unreadElements: Set = [
            "blockDeviceMapping", "capacityReservationSpecification", "cpuOptions", "enclaveOptions", "groupSet",
            "hibernationOptions", "iamInstanceProfile", "licenseSet", "maintenanceOptions", "metadataOptions",
            "monitoring", "networkInterfaceSet", "placement", "privateDnsNameOptions", "productCodes",
        ]

        /// An unknown id makes the request fail with `InvalidInstanceID.NotFound`.
        public var instanceIDs: [String]
        public var filters: [Filter]
        /// Whether instances that a service manages are found too where the account hides them.
        public var includesManagedResources: Bool
        /// 5 to 1,000 a page; not together with ``instanceIDs``.
        public var maximumResults: Int?
        public var startToken: String?

        public init(
            instanceIDs: [String] = [],
            filters: [Filter] = [],
            includesManagedResources: Bool = false,
            maximumResults: Int? = nil,
            startToken: String? = nil
        ) {
            self.instanceIDs = instanceIDs
            self.filters = filters
            self.includesManagedResources = includesManagedResources
            self.maximumResults = maximumResults
            self.startToken = startToken
        }

        public func encode(to form: inout QueryForm) {
            form.list("InstanceId", instanceIDs)
            form.set(filters)
            if includesManagedResources { form.set("IncludeManagedResources", true) }
            form.set("NextToken", startToken)
            form.set("MaxResults", maximumResults)
        }

        public struct Output: XMLDecodable, Sendable {
            public var reservations: [Reservation]
            public var nextToken: String?

            /// The instances of all reservations.
            public var instances: [Instance] { reservations.flatMap(\.instances) }

            public init(xml: XMLNode) throws(ResponseFault) {
                reservations = try xml.list("reservationSet", of: "item")
                nextToken = EC2.token(xml)
            }
        }

        public static func nextToken(of output: Output) -> String? { output.nextToken }
    }
}
