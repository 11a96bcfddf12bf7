/// One profile of the shared config and credentials files, both merged.
public struct AWSProfile: Sendable, Hashable {
    public let name: String
    let values: [String: String]
    /// `endpoint_url` of each service in the `services` section the profile names, by ``AWSService/settingsKey``.
    let serviceEndpoints: [String: String]

    /// A setting by its name in lower case; an empty one counts as absent.
    public subscript(key: String) -> String? {
        guard let value = values[key], !value.isEmpty else { return nil }
        return value
    }
}

/// The profiles of the shared config and credentials files.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html>
public struct AWSProfiles: Sendable {
    private var config = INIDocument()
    private var credentials = INIDocument()

    public init(config: INIDocument = INIDocument(), credentials: INIDocument = INIDocument()) {
        self.config = config
        self.credentials = credentials
    }

    /// Reads `AWS_CONFIG_FILE` or `~/.aws/config`, and `AWS_SHARED_CREDENTIALS_FILE` or `~/.aws/credentials`. A file that
    /// is not there counts as empty.
    ///
    /// - Throws: ``AWSError/Kind/configuration`` for a file that cannot be read or parsed, naming the file.
    public init(environment: AWSEnvironment = .process) throws(AWSError) {
        let home = environment["HOME"]
        func document(_ variable: String, _ name: String) throws(AWSError) -> INIDocument {
            let path =
                environment[variable].map { LocalFile.expandingTilde($0, home: home) }
                ?? home.map { "\($0)/.aws/\(name)" }
            guard let path, let text = try LocalFile.text(path) else { return INIDocument() }
            do throws(INIDocument.ParseError) {
                return try INIDocument(parsing: text)
            } catch {
                throw AWSError(
                    kind: .configuration,
                    code: "InvalidConfigFile",
                    message: "\(path), \(error)",
                    underlying: error
                )
            }
        }
        config = try document("AWS_CONFIG_FILE", "config")
        credentials = try document("AWS_SHARED_CREDENTIALS_FILE", "credentials")
    }

    /// The name in use: that of the environment, else `default`.
    public static func selectedName(_ environment: AWSEnvironment) -> String {
        namedByEnvironment(environment) ?? "default"
    }

    /// `AWS_PROFILE`, else `AWS_DEFAULT_PROFILE`, its older name in the AWS CLI; nil where neither is set.
    static func namedByEnvironment(_ environment: AWSEnvironment) -> String? {
        environment["AWS_PROFILE"] ?? environment["AWS_DEFAULT_PROFILE"]
    }

    /// The profile of this name; `nil` where neither file has it. The credentials file wins over the config file.
    public func profile(named name: String) -> AWSProfile? {
        var section = config["profile \(name)"]
        if section == nil, name == "default" { section = config["default"] }
        let secrets = credentials[name]
        guard section != nil || secrets != nil else { return nil }
        var values = section?.values ?? [:]
        values.merge(secrets?.values ?? [:]) { _, secret in secret }
        var endpoints: [String: String] = [:]
        if let services = values["services"], let section = config["services \(services)"] {
            for (service, settings) in section.nested {
                if let url = settings["endpoint_url"], !url.isEmpty { endpoints[service] = url }
            }
        }
        return AWSProfile(name: name, values: values, serviceEndpoints: endpoints)
    }
}
