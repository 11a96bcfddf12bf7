import AWSClient

extension AutoScaling {
    /// A launch template by id, by name, or by both, and one of its versions.
    public struct LaunchTemplateSpecification: XMLDecodable, Sendable, Hashable {
        public var launchTemplateID: String?
        public var launchTemplateName: String?
        /// A number, `$Latest` or `$Default`; `$Default` is meant where it is nil.
        public var version: String?

        public init(xml: XMLNode) throws(ResponseFault) {
            launchTemplateID = xml.nonempty("LaunchTemplateId")
            launchTemplateName = xml.nonempty("LaunchTemplateName")
            version = xml.nonempty("Version")
        }
    }

    /// What is launched in the place of the group's launch template, for an instance type.
    public struct LaunchTemplateOverrides: XMLDecodable, Sendable, Hashable {
        public var instanceType: String?
        public var launchTemplate: LaunchTemplateSpecification?
        public var imageID: String?

        public init(xml: XMLNode) throws(ResponseFault) {
            instanceType = xml.string("InstanceType")
            launchTemplate = try xml.structure("LaunchTemplateSpecification")
            imageID = xml.nonempty("ImageId")
        }
    }

    public struct MixedInstancesPolicy: XMLDecodable, Sendable, Hashable {
        public var launchTemplate: LaunchTemplateSpecification?
        public var overrides: [LaunchTemplateOverrides]

        public init(xml: XMLNode) throws(ResponseFault) {
            let template = xml["LaunchTemplate"]
            launchTemplate = try template?.structure("LaunchTemplateSpecification")
            overrides = try template?.list("Overrides", of: "member") ?? []
        }
    }

    public struct Group: XMLDecodable, Sendable, Hashable {
        public var name: String
        public var arn: String?
        public var launchConfigurationName: String?
        public var launchTemplate: LaunchTemplateSpecification?
        public var mixedInstancesPolicy: MixedInstancesPolicy?
        public var createdTime: Timestamp?
        /// `Delete in progress` while the group is being deleted; else nil.
        public var status: String?

        public init(xml: XMLNode) throws(ResponseFault) {
            name = try xml.required("AutoScalingGroupName")
            arn = xml.string("AutoScalingGroupARN")
            launchConfigurationName = xml.nonempty("LaunchConfigurationName")
            launchTemplate = try xml.structure("LaunchTemplate")
            mixedInstancesPolicy = try xml.structure("MixedInstancesPolicy")
            createdTime = try xml.timestamp("CreatedTime")
            status = xml.nonempty("Status")
        }
    }

    public struct DescribeAutoScalingGroups: AutoScalingOperation, PaginatedOperation {
        public static let name = "DescribeAutoScalingGroups"

        /// Up to 50 names, or ``maximumRecords`` if that is more; unknown ones are left out of the answer. All where empty.
        public var names: [String]
        /// Whether the answer has the groups' instances, which are not read.
        public var includesInstances: Bool
        /// 1 to 100 a page; 50 where nil.
        public var maximumRecords: Int?
        public var startToken: String?

        public init(
            names: [String] = [],
            includesInstances: Bool = false,
            maximumRecords: Int? = nil,
            startToken: String? = nil
        ) {
            self.names = names
            self.includesInstances = includesInstances
            self.maximumRecords = maximumRecords
            self.startToken = startToken
        }

        public func encode(to form: inout QueryForm) {
            form.list("AutoScalingGroupNames", names.isEmpty ? nil : names)
            form.set("IncludeInstances", includesInstances)
            form.set("NextToken", startToken)
            form.set("MaxRecords", maximumRecords)
        }

        public struct Output: XMLDecodable, Sendable {
            public var groups: [Group]
            public var nextToken: String?

            public init(xml: XMLNode) throws(ResponseFault) {
                groups = try xml.list("AutoScalingGroups", of: "member")
                nextToken = xml.nonempty("NextToken")
            }
        }

        public static func nextToken(of output: Output) -> String? { output.nextToken }
    }
}
