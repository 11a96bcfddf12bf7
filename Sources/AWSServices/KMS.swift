import AWSClient

/// AWS Key Management Service: what a key is and whom its policy lets in.
/// <https://docs.aws.amazon.com/kms/latest/APIReference/>
public struct KMS: Sendable {
    public let client: AWSClient

    public init(_ client: AWSClient) {
        self.client = client
    }

    /// A key by id, alias or ARN.
    public func key(_ id: String) async throws(AWSError) -> Key {
        try await client.call(DescribeKey(keyID: id)).key
    }

    /// The policy of a key of the client's own account, a JSON document.
    public func keyPolicy(_ id: String) async throws(AWSError) -> String {
        try await client.call(GetKeyPolicy(keyID: id)).policy
    }

    public struct Key: Decodable, Sendable, Hashable {
        public var id: String
        public var arn: String
        /// `AWS` for a key that AWS manages, whose policy cannot be changed.
        public var manager: String?
        /// `Enabled`, `Disabled`, `PendingDeletion`, `PendingImport`, …
        public var state: String?

        private enum CodingKeys: String, CodingKey {
            case id = "KeyId"
            case arn = "Arn"
            case manager = "KeyManager"
            case state = "KeyState"
        }
    }

    public struct DescribeKey: KMSOperation {
        public static let name = "DescribeKey"

        public var keyID: String

        public init(keyID: String) {
            self.keyID = keyID
        }

        private enum CodingKeys: String, CodingKey {
            case keyID = "KeyId"
        }

        public struct Output: Decodable, Sendable {
            public var key: Key

            private enum CodingKeys: String, CodingKey {
                case key = "KeyMetadata"
            }
        }
    }

    public struct GetKeyPolicy: KMSOperation {
        public static let name = "GetKeyPolicy"

        /// An id or ARN; not an alias.
        public var keyID: String
        /// The only name there is.
        public let policyName = "default"

        public init(keyID: String) {
            self.keyID = keyID
        }

        private enum CodingKeys: String, CodingKey {
            case keyID = "KeyId"
            case policyName = "PolicyName"
        }

        public struct Output: Decodable, Sendable {
            public var policy: String

            private enum CodingKeys: String, CodingKey {
                case policy = "Policy"
            }
        }
    }
}

/// An operation of KMS.
public protocol KMSOperation: AWSJSONOperation, Encodable where Output: Decodable {}

extension KMSOperation {
    public static var api: AWSJSONAPI { AWSJSONAPI(service: .kms, version: .json11, targetPrefix: "TrentService") }
}
