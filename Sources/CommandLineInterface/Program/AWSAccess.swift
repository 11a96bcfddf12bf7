import AWSClient
import Governance
import Sharing
import Transport

/// Clients of AWS as the command line and the environment say.
public struct AWSAccess: Sendable {
    private let arguments: ParsedArguments
    private let environment: AWSEnvironment
    private let http: HTTPClient

    init(arguments: ParsedArguments, environment: AWSEnvironment, http: HTTPClient) {
        self.arguments = arguments
        self.environment = environment
        self.http = http
    }

    /// A client with the credentials of `--profile` or the environment, in the role of `--role-arn` where that is given.
    /// Nothing is asked for before the first request.
    ///
    /// - Throws: `UsageError` for options that do not go together; `AWSError` for settings that cannot be used.
    public func client() throws -> AWSClient {
        if let text = arguments[GlobalOptions.region], Region(text) == nil {
            throw UsageError("--region is \"\(text)\", and not \(Region.expectation)")
        }
        var client = try AWSClient.standard(
            environment: environment,
            profileName: arguments[GlobalOptions.profile],
            region: arguments[GlobalOptions.region],
            http: http
        )
        if let url = arguments[GlobalOptions.endpointURL] { client = client.with(endpoint: url) }
        let externalID = arguments[GlobalOptions.externalID]
        guard let role = arguments[GlobalOptions.roleARN] else {
            if externalID != nil { throw UsageError("--external-id is of use only with --role-arn") }
            return client
        }
        guard RoleName(role)?.account != nil else {
            throw UsageError(
                "--role-arn is \"\(role)\", and not the ARN of a role (arn:aws:iam::111122223333:role/name)"
            )
        }
        let session = RoleSession(roleARN: role, sessionName: "amictl", externalID: externalID)
        return AssumedRoles(sts: client).client(for: session)
    }
}
