import AWSClient

extension KMS {
    /// The pages of a key's grants.
    public func grants(_ input: ListGrants) -> AWSPages<ListGrants> {
        client.pages(input)
    }

    /// Gives a principal operations of a key.
    ///
    /// - Returns: the grant's id, and a token by which it can be used before it has spread.
    public func createGrant(_ input: CreateGrant) async throws(AWSError) -> CreateGrant.Output {
        try await client.call(input)
    }

    public struct Grant: Decodable, Sendable, Hashable {
        public var id: String
        public var keyID: String?
        public var name: String?
        public var granteePrincipal: String?
        public var retiringPrincipal: String?
        public var issuingAccount: String?
        public var operations: [String]?
        public var creationDate: Timestamp?

        private enum CodingKeys: String, CodingKey {
            case id = "GrantId"
            case keyID = "KeyId"
            case name = "Name"
            case granteePrincipal = "GranteePrincipal"
            case retiringPrincipal = "RetiringPrincipal"
            case issuingAccount = "IssuingAccount"
            case operations = "Operations"
            case creationDate = "CreationDate"
        }
    }

    public struct CreateGrant: KMSOperation {
        public static let name = "CreateGrant"

        /// An id or ARN; the ARN for a key of another account. Not an alias.
        public var keyID: String
        /// An ARN: an account's root, a role, a user.
        public var granteePrincipal: String
        /// Who may retire the grant, besides the grantee with `RetireGrant` among the operations.
        public var retiringPrincipal: String?
        /// `Decrypt`, `DescribeKey`, `CreateGrant`, `ReEncryptFrom`, `GenerateDataKeyWithoutPlaintext`, …
        public var operations: [String]
        /// At most 256 of `a-zA-Z0-9:/_-`: repeated requests with the same name and content give the same grant.
        public var grantName: String?

        public init(
            keyID: String,
            granteePrincipal: String,
            retiringPrincipal: String? = nil,
            operations: [String],
            grantName: String? = nil
        ) {
            self.keyID = keyID
            self.granteePrincipal = granteePrincipal
            self.retiringPrincipal = retiringPrincipal
            self.operations = operations
            self.grantName = grantName
        }

        private enum CodingKeys: String, CodingKey {
            case keyID = "KeyId"
            case granteePrincipal = "GranteePrincipal"
            case retiringPrincipal = "RetiringPrincipal"
            case operations = "Operations"
            case grantName = "Name"
        }

        public struct Output: Decodable, Sendable {
            public var grantID: String
            public var grantToken: String?

            private enum CodingKeys: String, CodingKey {
                case grantID = "GrantId"
                case grantToken = "GrantToken"
            }
        }
    }

    public struct ListGrants: KMSOperation, PaginatedOperation {
        public static let name = "ListGrants"

        /// An id or ARN.
        public var keyID: String
        public var grantID: String?
        public var granteePrincipal: String?
        /// 1 to 100 a page; 50 where nil.
        public var limit: Int?
        public var startToken: String?

        public init(
            keyID: String,
            grantID: String? = nil,
            granteePrincipal: String? = nil,
            limit: Int? = nil,
            startToken: String? = nil
        ) {
            self.keyID = keyID
            self.grantID = grantID
            self.granteePrincipal = granteePrincipal
            self.limit = limit
            self.startToken = startToken
        }

        private enum CodingKeys: String, CodingKey {
            case keyID = "KeyId"
            case grantID = "GrantId"
            case granteePrincipal = "GranteePrincipal"
            case limit = "Limit"
            case startToken = "Marker"
        }

        public struct Output: Decodable, Sendable {
            public var grants: [Grant]?
            public var nextMarker: String?
            /// Whether ``nextMarker`` leads to another page.
            public var isTruncated: Bool?

            private enum CodingKeys: String, CodingKey {
                case grants = "Grants"
                case nextMarker = "NextMarker"
                case isTruncated = "Truncated"
            }
        }

        public static func nextToken(of output: Output) -> String? {
            guard output.isTruncated == true else { return nil }
            return output.nextMarker.flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    /// Ends a grant, as an administrator of the key.
    public struct RevokeGrant: KMSOperation {
        public typealias Output = EmptyOutput
        public static let name = "RevokeGrant"

        public var keyID: String
        public var grantID: String

        public init(keyID: String, grantID: String) {
            self.keyID = keyID
            self.grantID = grantID
        }

        private enum CodingKeys: String, CodingKey {
            case keyID = "KeyId"
            case grantID = "GrantId"
        }
    }

    /// Ends a grant, as its retiring principal.
    public struct RetireGrant: KMSOperation {
        public typealias Output = EmptyOutput
        public static let name = "RetireGrant"

        /// An ARN.
        public var keyID: String
        public var grantID: String

        public init(keyID: String, grantID: String) {
            self.keyID = keyID
            self.grantID = grantID
        }

        private enum CodingKeys: String, CodingKey {
            case keyID = "KeyId"
            case grantID = "GrantId"
        }
    }
}
