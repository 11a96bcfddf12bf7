import AWSClient

extension EC2 {
    /// A machine image.
    public struct Image: XMLDecodable, Sendable, Hashable {
        public var imageID: String
        public var name: String?
        public var ownerID: String?
        /// `available`, `disabled`, `deregistered`, `pending`, …
        public var state: String?
        public var isPublic: Bool
        /// As EC2 writes it, `2026-11-20T08:00:00.000Z`.
        public var creationDate: String?
        public var deprecationTime: String?
        public var tags: [String: String]

        public init(xml: XMLNode) throws(ResponseFault) {
            imageID = try xml.required("imageId")
            name = xml.string("name")
            ownerID = xml.string("imageOwnerId")
            state = xml.string("imageState")
            isPublic = try xml.boolean("isPublic") ?? false
            creationDate = xml.string("creationDate")
            deprecationTime = xml.string("deprecationTime")
            tags = EC2.tags(xml)
        }
    }

    public struct DescribeImages: EC2Operation, PaginatedOperation {
        public static let name = "DescribeImages"

        /// An unknown id makes the request fail with `InvalidAMIID.NotFound`.
        public var imageIDs: [String]
        /// Account ids, `self`, `amazon`, `aws-marketplace`.
        public var owners: [String]
        /// Account ids, `self`, `all`: images with launch permission for these.
        public var executableUsers: [String]
        public var filters: [Filter]
        public var includesDeprecated: Bool
        public var includesDisabled: Bool
        /// 1 to 1,000 a page; not together with ``imageIDs``.
        public var maximumResults: Int?
        public var startToken: String?

        public init(
            imageIDs: [String] = [],
            owners: [String] = [],
            executableUsers: [String] = [],
            filters: [Filter] = [],
            includesDeprecated: Bool = false,
            includesDisabled: Bool = false,
            maximumResults: Int? = nil,
            startToken: String? = nil
        ) {
            self.imageIDs = imageIDs
            self.owners = owners
            self.executableUsers = executableUsers
            self.filters = filters
            self.includesDeprecated = includesDeprecated
            self.includesDisabled = includesDisabled
            self.maximumResults = maximumResults
            self.startToken = startToken
        }

        public func encode(to form: inout QueryForm) {
            form.list("ImageId", imageIDs)
            form.list("Owner", owners)
            form.list("ExecutableBy", executableUsers)
            form.set(filters)
            if includesDeprecated { form.set("IncludeDeprecated", true) }
            if includesDisabled { form.set("IncludeDisabled", true) }
            form.set("MaxResults", maximumResults)
            form.set("NextToken", startToken)
        }

        public struct Output: XMLDecodable, Sendable {
            public var images: [Image]
            public var nextToken: String?

            public init(xml: XMLNode) throws(ResponseFault) {
                images = try xml.list("imagesSet", of: "item")
                nextToken = EC2.token(xml)
            }
        }

        public static func nextToken(of output: Output) -> String? { output.nextToken }
    }

    /// One principal that may launch an image: exactly one of the members is there.
    public struct LaunchPermission: XMLDecodable, Sendable, Hashable {
        /// `all`.
        public var group: String?
        public var userID: String?
        public var organizationARN: String?
        public var organizationalUnitARN: String?

        public init(xml: XMLNode) throws(ResponseFault) {
            group = xml.string("group")
            userID = xml.string("userId")
            organizationARN = xml.string("organizationArn")
            organizationalUnitARN = xml.string("organizationalUnitArn")
        }
    }

    /// `DescribeImageAttribute` for the attribute `launchPermission`, which the image's owner may read.
    public struct DescribeImageLaunchPermissions: EC2Operation {
        public static let name = "DescribeImageAttribute"

        public var imageID: String

        public init(imageID: String) {
            self.imageID = imageID
        }

        public func encode(to form: inout QueryForm) {
            form.set("Attribute", "launchPermission")
            form.set("ImageId", imageID)
        }

        public struct Output: XMLDecodable, Sendable {
            public var imageID: String
            public var launchPermissions: [LaunchPermission]

            public init(xml: XMLNode) throws(ResponseFault) {
                imageID = try xml.required("imageId")
                launchPermissions = try xml.list("launchPermission", of: "item")
            }
        }
    }
}
