/// What an invocation made with the AWS Mobile SDK says of the application and the device
/// (`Lambda-Runtime-Client-Context`, the `ClientContext` of the Invoke API).
public struct ClientContext: Sendable, Equatable {
    /// The application that invokes.
    public struct Client: Sendable, Equatable {
        public var installationID: String?
        public var appTitle: String?
        public var appVersionName: String?
        public var appVersionCode: String?
        public var appPackageName: String?

        public init(
            installationID: String? = nil,
            appTitle: String? = nil,
            appVersionName: String? = nil,
            appVersionCode: String? = nil,
            appPackageName: String? = nil
        ) {
            self.installationID = installationID
            self.appTitle = appTitle
            self.appVersionName = appVersionName
            self.appVersionCode = appVersionCode
            self.appPackageName = appPackageName
        }
    }

    public var client: Client?
    /// Values set by the application. Numbers and booleans are kept as they are spelled; nested values are left out.
    public var custom: [String: String]
    /// Values set by the SDK, as for `custom`.
    public var environment: [String: String]

    public init(client: Client? = nil, custom: [String: String] = [:], environment: [String: String] = [:]) {
        self.client = client
        self.custom = custom
        self.environment = environment
    }

    /// Reads the header field; nil unless it is a JSON object.
    init?(header: String) {
        guard let json = JSONValue(parsing: header), case .object = json else { return nil }
        if let object = json["client"], case .object = object {
            client = Client(
                installationID: object["installation_id"]?.string,
                appTitle: object["app_title"]?.string,
                appVersionName: object["app_version_name"]?.string,
                appVersionCode: object["app_version_code"]?.string,
                appPackageName: object["app_package_name"]?.string
            )
        }
        // The SDKs write "custom"; the Node.js runtime also reads "Custom".
        custom = Self.strings(json["custom"] ?? json["Custom"])
        environment = Self.strings(json["env"])
    }

    private static func strings(_ json: JSONValue?) -> [String: String] {
        guard case .object(let members) = json else { return [:] }
        return members.compactMapValues { value in
            switch value {
            case .string(let text), .number(let text): text
            case .boolean(let value): String(value)
            case .null, .array, .object: nil
            }
        }
    }
}

/// The Amazon Cognito identity that authorized an invocation made with the AWS Mobile SDK
/// (`Lambda-Runtime-Cognito-Identity`).
public struct CognitoIdentity: Sendable, Equatable {
    public var identityID: String
    public var identityPoolID: String

    public init(identityID: String, identityPoolID: String) {
        self.identityID = identityID
        self.identityPoolID = identityPoolID
    }

    /// Reads the header field; nil unless it is a JSON object with both ids.
    init?(header: String) {
        guard let json = JSONValue(parsing: header), let identityID = json["cognitoIdentityId"]?.string,
            let identityPoolID = json["cognitoIdentityPoolId"]?.string
        else { return nil }
        self.init(identityID: identityID, identityPoolID: identityPoolID)
    }
}
