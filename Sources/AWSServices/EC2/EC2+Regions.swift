import AWSClient

extension EC2 {
    public struct RegionDescription: XMLDecodable, Sendable, Hashable {
        /// `eu-central-1`.
        public var name: String
        /// `opt-in-not-required`, `opted-in`, `not-opted-in`.
        public var optInStatus: String?

        public init(xml: XMLNode) throws(ResponseFault) {
            name = try xml.required("regionName")
            optInStatus = xml.string("optInStatus")
        }
    }

    /// The regions that are enabled for the caller's account, or all there are. There are no pages.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html>
    public struct DescribeRegions: EC2Operation {
        public static let name = "DescribeRegions"

        /// Empty: any.
        public var names: [String]
        /// `endpoint`, `opt-in-status`, `region-name`.
        public var filters: [Filter]
        /// Whether those count that are not enabled.
        public var includesDisabled: Bool

        public init(names: [String] = [], filters: [Filter] = [], includesDisabled: Bool = false) {
            self.names = names
            self.filters = filters
            self.includesDisabled = includesDisabled
        }

        public func encode(to form: inout QueryForm) {
            form.list("RegionName", names)
            form.set(filters)
            if includesDisabled { form.set("AllRegions", true) }
        }

        public struct Output: XMLDecodable, Sendable {
            public var regions: [RegionDescription]

            public init(xml: XMLNode) throws(ResponseFault) {
                regions = try xml.list("regionInfo", of: "item")
            }
        }
    }
}
