import AWSClient

extension EC2 {
    /// One principal that may launch an image: exactly one of the members is there.
    public struct LaunchPermission: XMLDecodable, Sendable, Hashable {
        /// `all`.
        public var group: String?
        public var userID: String?
        public var organizationARN: String?
        public var organizationalUnitARN: String?

        public init(
            group: String? = nil,
            userID: String? = nil,
            organizationARN: String? = nil,
            organizationalUnitARN: String? = nil
        ) {
            self.group = group
            self.userID = userID
            self.organizationARN = organizationARN
            self.organizationalUnitARN = organizationalUnitARN
        }

        public init(xml: XMLNode) throws(ResponseFault) {
            group = xml.string("group")
            userID = xml.string("userId")
            organizationARN = xml.string("organizationArn")
            organizationalUnitARN = xml.string("organizationalUnitArn")
        }

        func encode(to form: inout QueryForm) {
            form.set("OrganizationArn", organizationARN)
            form.set("OrganizationalUnitArn", organizationalUnitARN)
            form.set("UserId", userID)
            form.set("Group", group)
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

    /// `ModifyImageAttribute` for the attribute `launchPermission`. To add who is there already, or to remove who is not,
    /// changes nothing.
    public struct ModifyImageLaunchPermissions: EC2Operation {
        public typealias Output = EmptyOutput
        public static let name = "ModifyImageAttribute"

        public var imageID: String
        public var added: [LaunchPermission]
        public var removed: [LaunchPermission]

        public init(imageID: String, added: [LaunchPermission] = [], removed: [LaunchPermission] = []) {
            self.imageID = imageID
            self.added = added
            self.removed = removed
        }

        public func encode(to form: inout QueryForm) {
            form.set("ImageId", imageID)
            form.nested("LaunchPermission") { form in
                form.list("Add", structures: added) { $1.encode(to: &$0) }
                form.list("Remove", structures: removed) { $1.encode(to: &$0) }
            }
        }
    }
}
