import AWSClient

extension EC2 {
    /// Asks EC2 to count, over all accounts, what uses an image. Its owner may.
    ///
    /// The report is made in the background: ``DescribeImageUsageReports`` tells when it is `available`.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/your-ec2-ami-usage.html>
    public struct CreateImageUsageReport: EC2Operation {
        public static let name = "CreateImageUsageReport"

        public var imageID: String
        /// `ec2:Instance`, `ec2:LaunchTemplate` (with the option `version-depth`), `imagebuilder:ImageRecipe`,
        /// `imagebuilder:ContainerRecipe`.
        public var resourceTypes: [ReferencingResourceType]
        /// At most 200; all accounts where empty.
        public var accountIDs: [String]
        /// At most 128 characters: repeated requests with the same token make one report.
        public var clientToken: String?
        public var tags: [String: String]

        public init(
            imageID: String,
            resourceTypes: [ReferencingResourceType],
            accountIDs: [String] = [],
            clientToken: String? = nil,
            tags: [String: String] = [:]
        ) {
            self.imageID = imageID
            self.resourceTypes = resourceTypes
            self.accountIDs = accountIDs
            self.clientToken = clientToken
            self.tags = tags
        }

        public func encode(to form: inout QueryForm) {
            form.set("ImageId", imageID)
            form.list("ResourceType", structures: resourceTypes) { $1.encode(to: &$0) }
            form.list("AccountId", accountIDs)
            form.set("ClientToken", clientToken)
            form.list("TagSpecification", structures: tags.isEmpty ? [] : [tags]) { form, tags in
                form.set("ResourceType", "image-usage-report")
                form.set(tags: tags)
            }
        }

        public struct Output: XMLDecodable, Sendable {
            public var reportID: String

            public init(xml: XMLNode) throws(ResponseFault) {
                reportID = try xml.required("reportId")
            }
        }
    }

    public struct ImageUsageReport: XMLDecodable, Sendable, Hashable {
        public var reportID: String
        public var imageID: String?
        /// `pending`, `available` or `error`.
        public var state: String?
        /// Of an error.
        public var stateReason: String?
        public var creationTime: Timestamp?
        /// When EC2 deletes the report.
        public var expirationTime: Timestamp?
        /// As asked for; empty where all accounts are counted.
        public var accountIDs: [String]
        /// As asked for: `ec2:Instance`, …
        public var resourceTypes: [String]
        public var tags: [String: String]

        public init(xml: XMLNode) throws(ResponseFault) {
            reportID = try xml.required("reportId")
            imageID = xml.string("imageId")
            state = xml.string("state")
            stateReason = xml.string("stateReason")
            creationTime = try xml.timestamp("creationTime")
            expirationTime = try xml.timestamp("expirationTime")
            accountIDs = xml.strings("accountIdSet", of: "item")
            resourceTypes = xml["resourceTypeSet"]?.all("item").compactMap { $0.string("resourceType") } ?? []
            tags = EC2.tags(xml)
        }
    }

    public struct DescribeImageUsageReports: EC2Operation, PaginatedOperation {
        public static let name = "DescribeImageUsageReports"

        public var reportIDs: [String]
        public var imageIDs: [String]
        /// `state`, `creation-time`, `tag:<key>`, `tag-key`.
        public var filters: [Filter]
        public var maximumResults: Int?
        public var startToken: String?

        public init(
            reportIDs: [String] = [],
            imageIDs: [String] = [],
            filters: [Filter] = [],
            maximumResults: Int? = nil,
            startToken: String? = nil
        ) {
            self.reportIDs = reportIDs
            self.imageIDs = imageIDs
            self.filters = filters
            self.maximumResults = maximumResults
            self.startToken = startToken
        }

        public func encode(to form: inout QueryForm) {
            form.list("ImageId", imageIDs)
            form.list("ReportId", reportIDs)
            form.set("NextToken", startToken)
            form.set(filters)
            form.set("MaxResults", maximumResults)
        }

        public struct Output: XMLDecodable, Sendable {
            public var reports: [ImageUsageReport]
            public var nextToken: String?

            public init(xml: XMLNode) throws(ResponseFault) {
                reports = try xml.list("imageUsageReportSet", of: "item")
                nextToken = EC2.token(xml)
            }
        }

        public static func nextToken(of output: Output) -> String? { output.nextToken }
    }

    /// How many resources of a kind use an image in an account.
    public struct ImageUsageReportEntry: XMLDecodable, Sendable, Hashable {
        public var reportID: String?
        public var imageID: String?
        public var accountID: String
        public var resourceType: String
        public var usageCount: Int
        public var reportCreationTime: Timestamp?

        public init(xml: XMLNode) throws(ResponseFault) {
            reportID = xml.string("reportId")
            imageID = xml.string("imageId")
            accountID = try xml.required("accountId")
            resourceType = try xml.required("resourceType")
            guard let count = try xml.integer("usageCount") else {
                throw ResponseFault(path: [xml.name], message: "usageCount is missing")
            }
            usageCount = count
            reportCreationTime = try xml.timestamp("reportCreationTime")
        }
    }

    public struct DescribeImageUsageReportEntries: EC2Operation, PaginatedOperation {
        public static let name = "DescribeImageUsageReportEntries"

        public var reportIDs: [String]
        public var imageIDs: [String]
        /// `account-id`, `creation-time`, `resource-type`.
        public var filters: [Filter]
        public var maximumResults: Int?
        public var startToken: String?

        public init(
            reportIDs: [String] = [],
            imageIDs: [String] = [],
            filters: [Filter] = [],
            maximumResults: Int? = nil,
            startToken: String? = nil
        ) {
            self.reportIDs = reportIDs
            self.imageIDs = imageIDs
            self.filters = filters
            self.maximumResults = maximumResults
            self.startToken = startToken
        }

        public func encode(to form: inout QueryForm) {
            form.list("ImageId", imageIDs)
            form.list("ReportId", reportIDs)
            form.set("NextToken", startToken)
            form.set(filters)
            form.set("MaxResults", maximumResults)
        }

        public struct Output: XMLDecodable, Sendable {
            public var entries: [ImageUsageReportEntry]
            public var nextToken: String?

            public init(xml: XMLNode) throws(ResponseFault) {
                entries = try xml.list("imageUsageReportEntrySet", of: "item")
                nextToken = EC2.token(xml)
            }
        }

        public static func nextToken(of output: Output) -> String? { output.nextToken }
    }

    public struct DeleteImageUsageReport: EC2Operation {
        public typealias Output = EmptyOutput
        public static let name = "DeleteImageUsageReport"

        public var reportID: String

        public init(reportID: String) {
            self.reportID = reportID
        }

        public func encode(to form: inout QueryForm) {
            form.set("ReportId", reportID)
        }
    }
}
