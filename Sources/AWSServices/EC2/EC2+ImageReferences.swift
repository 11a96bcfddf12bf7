import AWSClient

extension EC2 {
    /// A kind of resource to be looked through for images, and how far.
    public struct ReferencingResourceType: Sendable, Hashable {
        /// `ec2:Instance`, `ec2:LaunchTemplate`, `ssm:Parameter`, `imagebuilder:ImageRecipe`,
        /// `imagebuilder:ContainerRecipe`.
        public var name: String
        /// `state-name` of instances, all states by default; `version-depth` of launch templates, one number from 1 to
        /// 10,000, the latest 10 versions by default.
        public var options: [Filter]

        public init(_ name: String, options: [Filter] = []) {
            self.name = name
            self.options = options
        }

        func encode(to form: inout QueryForm) {
            form.set("ResourceType", name)
            form.list("ResourceTypeOption", structures: options) { form, option in
                form.set("OptionName", option.name)
                form.list("OptionValue", option.values)
            }
        }
    }

    /// A resource of the caller's account that refers to an image.
    public struct ImageReference: XMLDecodable, Sendable, Hashable {
        public var imageID: String
        /// As in ``ReferencingResourceType/name``.
        public var resourceType: String
        /// Of an instance, a launch template (without a version), a parameter, a recipe.
        public var arn: String

        public init(xml: XMLNode) throws(ResponseFault) {
            imageID = try xml.required("imageId")
            resourceType = try xml.required("resourceType")
            arn = try xml.required("arn")
        }
    }

    /// Which resources of the caller's account refer to images, whoever owns these. EC2 looks with the caller's
    /// permissions: `ec2:DescribeInstances`, `ec2:DescribeLaunchTemplates`, `ec2:DescribeLaunchTemplateVersions`,
    /// `ssm:DescribeParameters`, `ssm:GetParameters`, `imagebuilder:ListImageRecipes`,
    /// `imagebuilder:ListContainerRecipes`, `imagebuilder:GetContainerRecipe`.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-ami-references.html>
    public struct DescribeImageReferences: EC2Operation, PaginatedOperation {
        public static let name = "DescribeImageReferences"

        /// 1 to 10.
        public var imageIDs: [String]
        /// Whether all kinds are looked through; those of ``resourceTypes`` then with their options.
        public var includesAllResourceTypes: Bool
        public var resourceTypes: [ReferencingResourceType]
        /// At least 5.
        public var maximumResults: Int?
        public var startToken: String?

        public init(
            imageIDs: [String],
            includesAllResourceTypes: Bool = false,
            resourceTypes: [ReferencingResourceType] = [],
            maximumResults: Int? = nil,
            startToken: String? = nil
        ) {
            self.imageIDs = imageIDs
            self.includesAllResourceTypes = includesAllResourceTypes
            self.resourceTypes = resourceTypes
            self.maximumResults = maximumResults
            self.startToken = startToken
        }

        public func encode(to form: inout QueryForm) {
            form.list("ImageId", imageIDs)
            if includesAllResourceTypes { form.set("IncludeAllResourceTypes", true) }
            form.list("ResourceType", structures: resourceTypes) { $1.encode(to: &$0) }
            form.set("NextToken", startToken)
            form.set("MaxResults", maximumResults)
        }

        public struct Output: XMLDecodable, Sendable {
            public var references: [ImageReference]
            public var nextToken: String?

            public init(xml: XMLNode) throws(ResponseFault) {
                references = try xml.list("imageReferenceSet", of: "item")
                nextToken = EC2.token(xml)
            }
        }

        public static func nextToken(of output: Output) -> String? { output.nextToken }
    }
}
