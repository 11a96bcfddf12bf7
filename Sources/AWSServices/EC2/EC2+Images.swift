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
        /// When an instance was last launched from it, as EC2 writes it, up to a day late; nil where none was, or EC2 does
        /// not tell: it tells the owner alone.
        public var lastLaunchedTime: String?
        /// `disabled`, `enabled-with-cooldown`, `enabled-without-cooldown`; nil where EC2 does not tell.
        public var deregistrationProtection: String?
        public var description: String?
        /// `x86_64`, `arm64`, …
        public var architecture: String?
        /// Volumes that instances get; those without a snapshot are empty or not EBS volumes.
        public var blockDevices: [BlockDevice]
        public var tags: [String: String]

        public init(xml: XMLNode) throws(ResponseFault) {
            imageID = try xml.required("imageId")
            name = xml.string("name")
            ownerID = xml.string("imageOwnerId")
            state = xml.string("imageState")
            isPublic = try xml.boolean("isPublic") ?? false
            creationDate = xml.string("creationDate")
            deprecationTime = xml.string("deprecationTime")
            lastLaunchedTime = xml.nonempty("lastLaunchedTime")
            deregistrationProtection = xml.nonempty("deregistrationProtection")
            description = xml.nonempty("description")
            architecture = xml.string("architecture")
            blockDevices = try xml.list("blockDeviceMapping", of: "item")
            tags = EC2.tags(xml)
        }
    }

    public struct BlockDevice: XMLDecodable, Sendable, Hashable {
        public var deviceName: String?
        public var snapshotID: String?
        public var isEncrypted: Bool

        public init(xml: XMLNode) throws(ResponseFault) {
            deviceName = xml.string("deviceName")
            let volume = xml["ebs"]
            snapshotID = volume?.nonempty("snapshotId")
            isEncrypted = try volume?.boolean("encrypted") ?? false
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
}
