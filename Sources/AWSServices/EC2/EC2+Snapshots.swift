import AWSClient

extension EC2 {
    public struct Snapshot: XMLDecodable, Sendable, Hashable {
        public var snapshotID: String
        public var ownerID: String?
        /// `pending`, `completed`, `error`, `recoverable`, `recovering`.
        public var state: String?
        public var isEncrypted: Bool
        /// The ARN of the key of an encrypted snapshot.
        public var kmsKeyID: String?
        public var tags: [String: String]

        public init(xml: XMLNode) throws(ResponseFault) {
            snapshotID = try xml.required("snapshotId")
            ownerID = xml.string("ownerId")
            state = xml.string("status")
            isEncrypted = try xml.boolean("encrypted") ?? false
            kmsKeyID = xml.nonempty("kmsKeyId")
            tags = EC2.tags(xml)
        }
    }

    public struct DescribeSnapshots: EC2Operation, PaginatedOperation {
        public static let name = "DescribeSnapshots"

        /// An unknown id makes the request fail with `InvalidSnapshot.NotFound`.
        public var snapshotIDs: [String]
        /// Account ids, `self`, `amazon`.
        public var owners: [String]
        /// Account ids, `self`, `all`: snapshots from which these may create volumes.
        public var restorableBy: [String]
        public var filters: [Filter]
        /// 5 to 1,000 a page; not together with ``snapshotIDs``.
        public var maximumResults: Int?
        public var startToken: String?

        public init(
            snapshotIDs: [String] = [],
            owners: [String] = [],
            restorableBy: [String] = [],
            filters: [Filter] = [],
            maximumResults: Int? = nil,
            startToken: String? = nil
        ) {
            self.snapshotIDs = snapshotIDs
            self.owners = owners
            self.restorableBy = restorableBy
            self.filters = filters
            self.maximumResults = maximumResults
            self.startToken = startToken
        }

        public func encode(to form: inout QueryForm) {
            form.set("MaxResults", maximumResults)
            form.set("NextToken", startToken)
            form.list("Owner", owners)
            form.list("RestorableBy", restorableBy)
            form.list("SnapshotId", snapshotIDs)
            form.set(filters)
        }

        public struct Output: XMLDecodable, Sendable {
            public var snapshots: [Snapshot]
            public var nextToken: String?

            public init(xml: XMLNode) throws(ResponseFault) {
                snapshots = try xml.list("snapshotSet", of: "item")
                nextToken = EC2.token(xml)
            }
        }

        public static func nextToken(of output: Output) -> String? { output.nextToken }
    }

    /// Who may create volumes from a snapshot: exactly one of the members is there.
    public struct CreateVolumePermission: XMLDecodable, Sendable, Hashable {
        /// `all`.
        public var group: String?
        public var userID: String?

        public init(group: String? = nil, userID: String? = nil) {
            self.group = group
            self.userID = userID
        }

        public init(xml: XMLNode) throws(ResponseFault) {
            group = xml.string("group")
            userID = xml.string("userId")
        }

        func encode(to form: inout QueryForm) {
            form.set("UserId", userID)
            form.set("Group", group)
        }
    }

    /// `DescribeSnapshotAttribute` for the attribute `createVolumePermission`, which the snapshot's owner may read.
    public struct DescribeSnapshotPermissions: EC2Operation {
        public static let name = "DescribeSnapshotAttribute"

        public var snapshotID: String

        public init(snapshotID: String) {
            self.snapshotID = snapshotID
        }

        public func encode(to form: inout QueryForm) {
            form.set("Attribute", "createVolumePermission")
            form.set("SnapshotId", snapshotID)
        }

        public struct Output: XMLDecodable, Sendable {
            public var snapshotID: String
            public var permissions: [CreateVolumePermission]

            public init(xml: XMLNode) throws(ResponseFault) {
                snapshotID = try xml.required("snapshotId")
                permissions = try xml.list("createVolumePermission", of: "item")
            }
        }
    }

    /// `ModifySnapshotAttribute` for the attribute `createVolumePermission`.
    public struct ModifySnapshotPermissions: EC2Operation {
        public typealias Output = EmptyOutput
        public static let name = "ModifySnapshotAttribute"

        public var snapshotID: String
        public var added: [CreateVolumePermission]
        public var removed: [CreateVolumePermission]

        public init(snapshotID: String, added: [CreateVolumePermission] = [], removed: [CreateVolumePermission] = []) {
            self.snapshotID = snapshotID
            self.added = added
            self.removed = removed
        }

        public func encode(to form: inout QueryForm) {
            form.set("Attribute", "createVolumePermission")
            form.nested("CreateVolumePermission") { form in
                form.list("Add", structures: added) { $1.encode(to: &$0) }
                form.list("Remove", structures: removed) { $1.encode(to: &$0) }
            }
            form.set("SnapshotId", snapshotID)
        }
    }
}
