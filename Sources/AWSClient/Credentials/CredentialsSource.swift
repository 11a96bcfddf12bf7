/// Where credentials come from, as environment and profiles say: decided first, carried out by ``CredentialsChain``.
public indirect enum CredentialsSource: Sendable, Hashable {
    /// `AWS_ACCESS_KEY_ID` and its fellows.
    case environment
    /// Keys in the files of profiles.
    case keys(AWSCredentials)
    case role(RoleSession, from: CredentialsSource)
    case webIdentity(RoleSession, tokenFile: String)
    /// The command of `credential_process`.
    case process(String)
    case container
    case instance
}

extension CredentialsSource {
    /// The first source that is configured: keys in the environment, a web identity in the environment, the profile, the
    /// container's endpoint, the instance's.
    ///
    /// - Parameter profileName: A profile asked for by name, for example with a flag: it wins over the environment.
    /// - Throws: ``AWSError/Kind/configuration`` for a profile that is asked for and not there, or that cannot be followed.
    public init(
        environment: AWSEnvironment,
        profiles: AWSProfiles,
        profileName: String? = nil
    ) throws(AWSError) {
        if let profileName {
            self = try Self.profile(profileName, environment: environment, profiles: profiles)
        } else if environment["AWS_ACCESS_KEY_ID"] != nil {
            self = .environment
        } else if let tokenFile = environment["AWS_WEB_IDENTITY_TOKEN_FILE"], let role = environment["AWS_ROLE_ARN"] {
            self = .webIdentity(
                RoleSession(
                    roleARN: role,
                    sessionName: environment["AWS_ROLE_SESSION_NAME"] ?? ProfileReader.defaultSessionName
                ),
                tokenFile: tokenFile
            )
        } else if let profileName = AWSProfiles.namedByEnvironment(environment) {
            self = try Self.profile(profileName, environment: environment, profiles: profiles)
        } else if let source = try ProfileReader(profiles: profiles, environment: environment)
            .source(ofProfile: "default", isRequired: false)
        {
            self = source
        } else if ContainerCredentialsProvider.isConfigured(environment) {
            self = .container
        } else {
            self = .instance
        }
    }

    private static func profile(
        _ name: String,
        environment: AWSEnvironment,
        profiles: AWSProfiles
    ) throws(AWSError) -> CredentialsSource {
        let source = try ProfileReader(profiles: profiles, environment: environment)
            .source(ofProfile: name, isRequired: true)
        guard let source else { throw ProfileReader.invalid(name, "it names no source of credentials") }
        return source
    }
}

/// Follows a profile to its credentials.
struct ProfileReader {
    let profiles: AWSProfiles
    let environment: AWSEnvironment

    static let defaultSessionName = "ami-steward"

    /// - Returns: `nil` where the profile is not there, or has nothing that gives credentials, and is not required.
    func source(ofProfile name: String, isRequired: Bool) throws(AWSError) -> CredentialsSource? {
        guard let profile = profiles.profile(named: name) else {
            if isRequired { throw Self.invalid(name, "neither the config nor the credentials file has it") }
            return nil
        }
        return try source(of: profile, visited: [])
    }

    private func source(of profile: AWSProfile, visited: [String]) throws(AWSError) -> CredentialsSource? {
        // As a source_profile, be it its own, a profile stands for its keys, where it has some, before its role.
        if !visited.isEmpty, let keys = try keys(of: profile) { return keys }
        if visited.contains(profile.name) {
            let chain = (visited + [profile.name]).joined(separator: " > ")
            throw Self.invalid(profile.name, "source_profile goes in a circle: \(chain)")
        }
        if profile["role_arn"] != nil { return try role(of: profile, visited: visited + [profile.name]) }
        if let keys = try keys(of: profile) { return keys }
        if let command = profile["credential_process"] { return .process(command) }
        if profile["sso_session"] != nil || profile["sso_start_url"] != nil {
            throw Self.invalid(
                profile.name,
                "IAM Identity Center is not supported: use `aws configure export-credentials` as credential_process"
            )
        }
        if profile["web_identity_token_file"] != nil {
            throw Self.invalid(profile.name, "web_identity_token_file without role_arn")
        }
        return nil
    }

    private func role(of profile: AWSProfile, visited: [String]) throws(AWSError) -> CredentialsSource {
        let session = try session(of: profile)
        let sourceProfile = profile["source_profile"]
        let credentialSource = profile["credential_source"]
        if sourceProfile != nil, credentialSource != nil {
            throw Self.invalid(profile.name, "both source_profile and credential_source")
        }
        if let sourceProfile {
            guard let next = profiles.profile(named: sourceProfile) else {
                throw Self.invalid(profile.name, "its source_profile \(sourceProfile) is not there")
            }
            guard let source = try source(of: next, visited: visited) else {
                throw Self.invalid(sourceProfile, "it names no source of credentials")
            }
            return .role(session, from: source)
        }
        if let credentialSource {
            switch credentialSource {
            case "Environment": return .role(session, from: .environment)
            case "EcsContainer": return .role(session, from: .container)
            case "Ec2InstanceMetadata": return .role(session, from: .instance)
            default:
                throw Self.invalid(
                    profile.name,
                    "credential_source is \(credentialSource), and not Environment, EcsContainer or Ec2InstanceMetadata"
                )
            }
        }
        if let tokenFile = profile["web_identity_token_file"] {
            return .webIdentity(
                session,
                tokenFile: LocalFile.expandingTilde(tokenFile, home: environment["HOME"])
            )
        }
        throw Self.invalid(
            profile.name,
            "role_arn without source_profile, credential_source or web_identity_token_file"
        )
    }

    private func session(of profile: AWSProfile) throws(AWSError) -> RoleSession {
        if profile["mfa_serial"] != nil {
            throw Self.invalid(profile.name, "mfa_serial: a code would have to be typed in")
        }
        var duration: Duration?
        if let text = profile["duration_seconds"] {
            guard let seconds = Int64(text), (900...43200).contains(seconds) else {
                throw Self.invalid(profile.name, "duration_seconds is not 900 to 43200: \(text)")
            }
            duration = .seconds(seconds)
        }
        return RoleSession(
            roleARN: profile["role_arn"] ?? "",
            sessionName: profile["role_session_name"] ?? Self.defaultSessionName,
            externalID: profile["external_id"],
            duration: duration
        )
    }

    private func keys(of profile: AWSProfile) throws(AWSError) -> CredentialsSource? {
        switch (profile["aws_access_key_id"], profile["aws_secret_access_key"]) {
        case (nil, nil):
            return nil
        case (let accessKeyID?, let secretAccessKey?):
            return .keys(
                AWSCredentials(
                    accessKeyID: accessKeyID,
                    secretAccessKey: secretAccessKey,
                    sessionToken: profile["aws_session_token"],
                    accountID: profile["aws_account_id"]
                )
            )
        case (_?, nil):
            throw Self.invalid(profile.name, "aws_access_key_id without aws_secret_access_key")
        case (nil, _?):
            throw Self.invalid(profile.name, "aws_secret_access_key without aws_access_key_id")
        }
    }

    static func invalid(_ profile: String, _ message: String) -> AWSError {
        AWSError(kind: .configuration, code: "InvalidProfile", message: "profile \(profile): \(message)")
    }
}
