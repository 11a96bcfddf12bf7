import AWSClient

extension EC2 {
    /// Sets tags of resources; a tag whose key is there gets the new value.
    ///
    /// Tags belong to the account that sets them: on an image or snapshot of another account that is shared, the owner does
    /// not see them.
    public struct CreateTags: EC2Operation {
        public typealias Output = EmptyOutput
        public static let name = "CreateTags"

        /// Up to 1,000 ids, of any kinds.
        public var resourceIDs: [String]
        /// A resource has at most 50; a key at most 127 characters, and none begins with `aws:`; a value at most 256.
        public var tags: [String: String]

        public init(resourceIDs: [String], tags: [String: String]) {
            self.resourceIDs = resourceIDs
            self.tags = tags
        }

        public func encode(to form: inout QueryForm) {
            form.list("ResourceId", resourceIDs)
            form.set(tags: tags)
        }
    }

    /// Takes tags from resources; one that is not there is passed over.
    public struct DeleteTags: EC2Operation {
        public typealias Output = EmptyOutput
        public static let name = "DeleteTags"

        /// Up to 1,000 ids.
        public var resourceIDs: [String]
        /// Keys, whose tags go whatever their value. Where there are none, nothing goes: EC2 refuses the request.
        public var keys: [String]

        public init(resourceIDs: [String], keys: [String]) {
            self.resourceIDs = resourceIDs
            self.keys = keys
        }

        public func encode(to form: inout QueryForm) {
            form.list("ResourceId", resourceIDs)
            // A request without keys would take every tag; no tag has the empty one.
            form.list("Tag", structures: keys.isEmpty ? [""] : keys) { form, key in form.set("Key", key) }
        }
    }

    public struct TagDescription: XMLDecodable, Sendable, Hashable {
        public var key: String
        public var value: String
        public var resourceID: String
        /// `image`, `snapshot`, `instance`, …
        public var resourceType: String?

        public init(xml: XMLNode) throws(ResponseFault) {
            key = xml.string("key") ?? ""
            value = xml.string("value") ?? ""
            resourceID = try xml.required("resourceId")
            resourceType = xml.string("resourceType")
        }
    }

    public struct DescribeTags: EC2Operation, PaginatedOperation {
        public static let name = "DescribeTags"

        /// `resource-id`, `resource-type`, `key`, `value`, `tag:<key>`.
        public var filters: [Filter]
        /// 5 to 1,000 a page.
        public var maximumResults: Int?
        public var startToken: String?

        public init(filters: [Filter] = [], maximumResults: Int? = nil, startToken: String? = nil) {
            self.filters = filters
            self.maximumResults = maximumResults
            self.startToken = startToken
        }

        public func encode(to form: inout QueryForm) {
            form.set(filters)
            form.set("MaxResults", maximumResults)
            form.set("NextToken", startToken)
        }

        public struct Output: XMLDecodable, Sendable {
            public var tags: [TagDescription]
            public var nextToken: String?

            public init(xml: XMLNode) throws(ResponseFault) {
                tags = try xml.list("tagSet", of: "item")
                nextToken = EC2.token(xml)
            }
        }

        public static func nextToken(of output: Output) -> String? { output.nextToken }
    }
}

extension QueryForm {
    /// Tags in the order of their keys.
    mutating func set(tags: [String: String]) {
        list("Tag", structures: tags.sorted { $0.key < $1.key }) { form, tag in
            form.set("Key", tag.key)
            form.set("Value", tag.value)
        }
    }
}
