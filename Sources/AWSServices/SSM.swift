import AWSClient

/// AWS Systems Manager: Parameter Store.
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/>
public struct SSM: Sendable {
    public let client: AWSClient

    public init(_ client: AWSClient) {
        self.client = client
    }

    /// One parameter; fails with `ParameterNotFound` where there is none.
    public func parameter(name: String, withDecryption: Bool = true) async throws(AWSError) -> Parameter {
        try await client.call(GetParameter(parameter: name, withDecryption: withDecryption)).parameter
    }

    /// Any number of parameters, ten a request, several requests at a time.
    ///
    /// - Parameter names: Names, or ARNs of shared parameters, with or without a selector (`:3`, `:label`). One that occurs
    ///   twice is read once.
    /// - Returns: the parameters found, and the names for which there is none.
    public func parameters(
        names: [String],
        withDecryption: Bool = true
    ) async throws(AWSError) -> (found: [Parameter], invalidNames: [String]) {
        var seen: Set<String> = []
        let chunks = names.filter { seen.insert($0).inserted }.chunks(of: 10)
        let outputs = try await concurrentMap(chunks, limit: 4) { chunk throws(AWSError) in
            try await client.call(GetParameters(names: chunk, withDecryption: withDecryption))
        }
        return (outputs.flatMap(\.parameters), outputs.flatMap(\.invalidNames))
    }

    /// The pages of the parameters below a path.
    public func parametersByPath(_ input: GetParametersByPath) -> AWSPages<GetParametersByPath> {
        client.pages(input)
    }

    /// Creates or, with `overwrites`, changes a parameter.
    ///
    /// - Returns: the version written.
    public func putParameter(_ input: PutParameter) async throws(AWSError) -> Int {
        try await client.call(input).version
    }

    public enum ParameterType: String, Codable, Sendable {
        case string = "String"
        /// Comma-separated.
        case stringList = "StringList"
        /// Encrypted with a KMS key.
        case secureString = "SecureString"
    }

    /// A parameter with its value; the description of neither shows the value.
    public struct Parameter: Decodable, Sendable, Hashable, CustomStringConvertible, CustomReflectable {
        public var name: String
        public var type: ParameterType?
        public var value: String
        /// `text`, `aws:ec2:image`, `aws:ssm:integration`.
        public var dataType: String?
        public var version: Int?
        /// What followed the name asked for, `:3` or `:label`.
        public var selector: String?
        public var arn: String?
        public var lastModified: Timestamp?

        private enum CodingKeys: String, CodingKey {
            case name = "Name"
            case type = "Type"
            case value = "Value"
            case dataType = "DataType"
            case version = "Version"
            case selector = "Selector"
            case arn = "ARN"
            case lastModified = "LastModifiedDate"
        }

        public var description: String { "Parameter(\(name))" }
        public var customMirror: Mirror { Mirror(self, children: ["name": name], displayStyle: .struct) }
    }

    public struct GetParameter: SSMOperation {
        public static let name = "GetParameter"

        public var parameter: String
        public var withDecryption: Bool

        public init(parameter: String, withDecryption: Bool = true) {
            self.parameter = parameter
            self.withDecryption = withDecryption
        }

        private enum CodingKeys: String, CodingKey {
            case parameter = "Name"
            case withDecryption = "WithDecryption"
        }

        public struct Output: Decodable, Sendable {
            public var parameter: Parameter

            private enum CodingKeys: String, CodingKey {
                case parameter = "Parameter"
            }
        }
    }

    /// Reads up to 10 parameters.
    public struct GetParameters: SSMOperation {
        public static let name = "GetParameters"

        public var names: [String]
        public var withDecryption: Bool

        public init(names: [String], withDecryption: Bool = true) {
            self.names = names
            self.withDecryption = withDecryption
        }

        private enum CodingKeys: String, CodingKey {
            case names = "Names"
            case withDecryption = "WithDecryption"
        }

        public struct Output: Decodable, Sendable {
            public var parameters: [Parameter]
            public var invalidNames: [String]

            private enum CodingKeys: String, CodingKey {
                case parameters = "Parameters"
                case invalidNames = "InvalidParameters"
            }

            public init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                parameters = try container.decodeIfPresent([Parameter].self, forKey: .parameters) ?? []
                invalidNames = try container.decodeIfPresent([String].self, forKey: .invalidNames) ?? []
            }
        }
    }

    public struct GetParametersByPath: SSMOperation, PaginatedOperation {
        public static let name = "GetParametersByPath"

        public var path: String
        /// Whether parameters in deeper levels are found too.
        public var isRecursive: Bool
        public var withDecryption: Bool
        /// 1 to 10 a page.
        public var maximumResults: Int?
        public var startToken: String?

        public init(
            path: String,
            isRecursive: Bool = false,
            withDecryption: Bool = true,
            maximumResults: Int? = nil,
            startToken: String? = nil
        ) {
            self.path = path
            self.isRecursive = isRecursive
            self.withDecryption = withDecryption
            self.maximumResults = maximumResults
            self.startToken = startToken
        }

        private enum CodingKeys: String, CodingKey {
            case path = "Path"
            case isRecursive = "Recursive"
            case withDecryption = "WithDecryption"
            case maximumResults = "MaxResults"
            case startToken = "NextToken"
        }

        public struct Output: Decodable, Sendable {
            public var parameters: [Parameter]
            public var nextToken: String?

            private enum CodingKeys: String, CodingKey {
                case parameters = "Parameters"
                case nextToken = "NextToken"
            }

            public init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                parameters = try container.decodeIfPresent([Parameter].self, forKey: .parameters) ?? []
                nextToken = try container.decodeIfPresent(String.self, forKey: .nextToken)
            }
        }

        public static func nextToken(of output: Output) -> String? {
            output.nextToken.flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    public struct PutParameter: SSMOperation {
        public static let name = "PutParameter"

        public var parameter: String
        public var value: String
        public var type: ParameterType
        public var overwrites: Bool
        /// The key of a SecureString; the account's default key where nil.
        public var keyID: String?

        public init(
            parameter: String,
            value: String,
            type: ParameterType,
            overwrites: Bool = false,
            keyID: String? = nil
        ) {
            self.parameter = parameter
            self.value = value
            self.type = type
            self.overwrites = overwrites
            self.keyID = keyID
        }

        private enum CodingKeys: String, CodingKey {
            case parameter = "Name"
            case value = "Value"
            case type = "Type"
            case overwrites = "Overwrite"
            case keyID = "KeyId"
        }

        public struct Output: Decodable, Sendable {
            public var version: Int

            private enum CodingKeys: String, CodingKey {
                case version = "Version"
            }
        }
    }
}

/// An operation of Systems Manager.
public protocol SSMOperation: AWSJSONOperation, Encodable where Output: Decodable {}

extension SSMOperation {
    public static var api: AWSJSONAPI { AWSJSONAPI(service: .ssm, version: .json11, targetPrefix: "AmazonSSM") }
}
