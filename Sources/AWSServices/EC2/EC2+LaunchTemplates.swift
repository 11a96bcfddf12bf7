import AWSClient

extension EC2 {
    public struct LaunchTemplate: XMLDecodable, Sendable, Hashable {
        public var launchTemplateID: String
        public var launchTemplateName: String?
        public var createTime: Timestamp?
        public var createdBy: String?
        public var defaultVersionNumber: Int?
        public var latestVersionNumber: Int?
        public var tags: [String: String]

        public init(xml: XMLNode) throws(ResponseFault) {
            launchTemplateID = try xml.required("launchTemplateId")
            launchTemplateName = xml.string("launchTemplateName")
            createTime = try xml.timestamp("createTime")
            createdBy = xml.string("createdBy")
            defaultVersionNumber = try xml.integer("defaultVersionNumber")
            latestVersionNumber = try xml.integer("latestVersionNumber")
            tags = EC2.tags(xml)
        }
    }

    public struct DescribeLaunchTemplates: EC2Operation, PaginatedOperation {
        public static let name = "DescribeLaunchTemplates"

        public var launchTemplateIDs: [String]
        public var launchTemplateNames: [String]
        public var filters: [Filter]
        /// 1 to 200 a page.
        public var maximumResults: Int?
        public var startToken: String?

        public init(
            launchTemplateIDs: [String] = [],
            launchTemplateNames: [String] = [],
            filters: [Filter] = [],
            maximumResults: Int? = nil,
            startToken: String? = nil
        ) {
            self.launchTemplateIDs = launchTemplateIDs
            self.launchTemplateNames = launchTemplateNames
            self.filters = filters
            self.maximumResults = maximumResults
            self.startToken = startToken
        }

        public func encode(to form: inout QueryForm) {
            form.list("LaunchTemplateId", launchTemplateIDs)
            form.list("LaunchTemplateName", launchTemplateNames)
            form.set(filters)
            form.set("NextToken", startToken)
            form.set("MaxResults", maximumResults)
        }

        public struct Output: XMLDecodable, Sendable {
            public var launchTemplates: [LaunchTemplate]
            public var nextToken: String?

            public init(xml: XMLNode) throws(ResponseFault) {
                launchTemplates = try xml.list("launchTemplates", of: "item")
                nextToken = EC2.token(xml)
            }
        }

        public static func nextToken(of output: Output) -> String? { output.nextToken }
    }

    public struct LaunchTemplateVersion: XMLDecodable, Sendable, Hashable {
        public var launchTemplateID: String
        public var launchTemplateName: String?
        public var versionNumber: Int
        public var isDefault: Bool
        public var createTime: Timestamp?
        public var createdBy: String?
        /// An image id; `resolve:ssm:…` where the template names a parameter and the request did not resolve it; nil where
        /// the template names no image.
        public var imageID: String?

        public init(xml: XMLNode) throws(ResponseFault) {
            launchTemplateID = try xml.required("launchTemplateId")
            launchTemplateName = xml.string("launchTemplateName")
            guard let version = try xml.integer("versionNumber") else {
                throw ResponseFault(path: [xml.name], message: "versionNumber is missing")
            }
            versionNumber = version
            isDefault = try xml.boolean("defaultVersion") ?? false
            createTime = try xml.timestamp("createTime")
            createdBy = xml.string("createdBy")
            imageID = xml["launchTemplateData"]?.string("imageId")
        }
    }

    /// Versions of one launch template, or `$Latest` and `$Default` of all.
    public struct DescribeLaunchTemplateVersions: EC2Operation, PaginatedOperation {
        public static let name = "DescribeLaunchTemplateVersions"
        public static let unreadElements: Set = [
            "blockDeviceMappingSet", "instanceRequirements", "metadataOptions", "networkInterfaceSet",
            "securityGroupIdSet",
            "securityGroupSet", "tagSpecificationSet", "userData",
        ]

        public var launchTemplateID: String?
        public var launchTemplateName: String?
        /// Numbers, `$Latest`, `$Default`; without a template, of these the last two alone. Every version where empty. One
        /// that is not there makes the request fail with `InvalidLaunchTemplateId.VersionNotFound`.
        public var versions: [String]
        public var minimumVersion: String?
        public var maximumVersion: String?
        public var filters: [Filter]
        /// Whether `resolve:ssm:…` is answered as the image id it stands for, which takes `ssm:GetParameters`.
        public var resolvesAlias: Bool
        /// Whether templates that a service manages are found too where the account hides them.
        public var includesManagedResources: Bool
        /// 1 to 200 a page.
        public var maximumResults: Int?
        public var startToken: String?

        public init(
            launchTemplateID: String? = nil,
            launchTemplateName: String? = nil,
            versions: [String] = [],
            minimumVersion: String? = nil,
            maximumVersion: String? = nil,
            filters: [Filter] = [],
            resolvesAlias: Bool = false,
            includesManagedResources: Bool = false,
            maximumResults: Int? = nil,
            startToken: String? = nil
        ) {
            self.launchTemplateID = launchTemplateID
            self.launchTemplateName = launchTemplateName
            self.versions = versions
            self.minimumVersion = minimumVersion
            self.maximumVersion = maximumVersion
            self.filters = filters
            self.resolvesAlias = resolvesAlias
            self.includesManagedResources = includesManagedResources
            self.maximumResults = maximumResults
            self.startToken = startToken
        }

        public func encode(to form: inout QueryForm) {
            form.set("LaunchTemplateId", launchTemplateID)
            form.set("LaunchTemplateName", launchTemplateName)
            form.list("LaunchTemplateVersion", versions)
            form.set("MinVersion", minimumVersion)
            form.set("MaxVersion", maximumVersion)
            form.set("NextToken", startToken)
            form.set("MaxResults", maximumResults)
            form.set(filters)
            if resolvesAlias { form.set("ResolveAlias", true) }
            if includesManagedResources { form.set("IncludeManagedResources", true) }
        }

        public struct Output: XMLDecodable, Sendable {
            public var versions: [LaunchTemplateVersion]
            public var nextToken: String?

            public init(xml: XMLNode) throws(ResponseFault) {
                versions = try xml.list("launchTemplateVersionSet", of: "item")
                nextToken = EC2.token(xml)
            }
        }

        public static func nextToken(of output: Output) -> String? { output.nextToken }
    }
}
