import AWSClient
import AWSServices

extension ProbedOperation {
    private static func session(_ input: JSONValue) -> RoleSession {
        RoleSession(
            roleARN: input.get("RoleArn") ?? "",
            sessionName: input.get("RoleSessionName") ?? "",
            externalID: input.get("ExternalId"),
            duration: input.get("DurationSeconds", as: Int.self).map { .seconds($0) }
        )
    }

    private static func probed(_ make: @escaping @Sendable (JSONValue) -> AssumeRoleCall) -> ProbedOperation {
        ProbedOperation {
            make($0).request()
        } output: { response in
            let credentials = try make(["WebIdentityToken": .string("token")]).credentials(in: response)
            return [
                "requestID": JSONValue(response.requestID),
                "output": [
                    "AccessKeyId": .string(credentials.accessKeyID),
                    "SecretAccessKey": .string(credentials.secretAccessKey),
                    "SessionToken": JSONValue(credentials.sessionToken),
                    "Expiration": JSONValue(credentials.expiration?.dateTimeMilliseconds),
                    "AccountId": JSONValue(credentials.accountID),
                ],
            ]
        }
    }

    /// The operations by which roles are assumed.
    static let roles: [String: ProbedOperation] = [
        "sts.AssumeRole": probed { AssumeRoleCall(session: session($0)) },
        "sts.AssumeRoleWithWebIdentity": probed {
            AssumeRoleCall(session: session($0), webIdentityToken: $0.get("WebIdentityToken"))
        },
    ]
}
