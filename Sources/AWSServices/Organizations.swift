import AWSClient

/// AWS Organizations: the accounts and units below a unit or root. Answered in the management account and to delegated
/// administrators.
/// <https://docs.aws.amazon.com/organizations/latest/APIReference/>
public struct Organizations: Sendable {
    public let client: AWSClient

    public init(_ client: AWSClient) {
        self.client = client
    }

    /// The pages of the accounts directly below a parent.
    public func accounts(parentID: String) -> AWSPages<ListAccountsForParent> {
        client.pages(ListAccountsForParent(parentID: parentID))
    }

    /// The pages of the units directly below a parent.
    public func organizationalUnits(parentID: String) -> AWSPages<ListOrganizationalUnitsForParent> {
        client.pages(ListOrganizationalUnitsForParent(parentID: parentID))
    }

    public struct Account: Decodable, Sendable, Hashable {
        public var id: String
        /// `ACTIVE`, `SUSPENDED` or `PENDING_CLOSURE`.
        public var status: String?
        /// `ACTIVE`, `PENDING_ACTIVATION`, `SUSPENDED`, `PENDING_CLOSURE` or `CLOSED`; takes the place of ``status``.
        public var state: String?

        private enum CodingKeys: String, CodingKey {
            case id = "Id"
            case status = "Status"
            case state = "State"
        }

        public var isActive: Bool { (state ?? status ?? "ACTIVE") == "ACTIVE" }
    }

    public struct OrganizationalUnit: Decodable, Sendable, Hashable {
        public var id: String

        private enum CodingKeys: String, CodingKey {
            case id = "Id"
        }
    }

    public struct ListAccountsForParent: OrganizationsOperation, PaginatedOperation {
        public static let name = "ListAccountsForParent"

        public var parentID: String
        public var startToken: String?

        public init(parentID: String, startToken: String? = nil) {
            self.parentID = parentID
            self.startToken = startToken
        }

        private enum CodingKeys: String, CodingKey {
            case parentID = "ParentId"
            case startToken = "NextToken"
        }

        public struct Output: Decodable, Sendable {
            public var accounts: [Account]?
            public var nextToken: String?

            private enum CodingKeys: String, CodingKey {
                case accounts = "Accounts"
                case nextToken = "NextToken"
            }
        }

        public static func nextToken(of output: Output) -> String? {
            output.nextToken.flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    public struct ListOrganizationalUnitsForParent: OrganizationsOperation, PaginatedOperation {
        public static let name = "ListOrganizationalUnitsForParent"

        public var parentID: String
        public var startToken: String?

        public init(parentID: String, startToken: String? = nil) {
            self.parentID = parentID
            self.startToken = startToken
        }

        private enum CodingKeys: String, CodingKey {
            case parentID = "ParentId"
            case startToken = "NextToken"
        }

        public struct Output: Decodable, Sendable {
            public var organizationalUnits: [OrganizationalUnit]?
            public var nextToken: String?

            private enum CodingKeys: String, CodingKey {
                case organizationalUnits = "OrganizationalUnits"
                case nextToken = "NextToken"
            }
        }

        public static func nextToken(of output: Output) -> String? {
            output.nextToken.flatMap { $0.isEmpty ? nil : $0 }
        }
    }
}

/// An operation of Organizations.
public protocol OrganizationsOperation: AWSJSONOperation, Encodable where Output: Decodable {}

extension OrganizationsOperation {
    public static var api: AWSJSONAPI {
        AWSJSONAPI(service: .organizations, version: .json11, targetPrefix: "AWSOrganizationsV20161128")
    }
}
