import Transport

/// The two operations of STS that give a role's credentials.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
package struct AssumeRoleCall: Sendable {
    package let session: RoleSession
    /// The token of another identity provider, for `AssumeRoleWithWebIdentity`; `nil` for `AssumeRole`.
    package var webIdentityToken: String?

    package init(session: RoleSession, webIdentityToken: String? = nil) {
        self.session = session
        self.webIdentityToken = webIdentityToken
    }

    private var operation: String { webIdentityToken == nil ? "AssumeRole" : "AssumeRoleWithWebIdentity" }

    package func request() -> AWSRequest {
        var form = QueryForm(dialect: .query)
        form.set("Action", operation)
        form.set("Version", "2011-06-15")
        form.set("RoleArn", session.roleARN)
        form.set("RoleSessionName", session.sessionName)
        form.set("DurationSeconds", session.duration.map { Int($0.components.seconds) })
        if let webIdentityToken {
            form.set("WebIdentityToken", webIdentityToken)
        } else {
            form.set("ExternalId", session.externalID)
        }
        var request = AWSRequest(
            service: .sts,
            operation: operation,
            headers: ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"],
            body: form.encoded,
            maximumResponseBytes: 1 << 20,
            parseError: XMLErrorParser.parse
        )
        request.isSigned = webIdentityToken == nil
        return request
    }

    /// The credentials in the response; nothing of the response is quoted in errors.
    package func credentials(in response: HTTPResponse) throws(AWSError) -> AWSCredentials {
        func malformed(_ message: String) -> AWSError {
            AWSError(
                kind: .malformedResponse,
                code: "MalformedResponse",
                message: message,
                service: AWSService.sts.sdkID,
                operation: operation,
                httpStatus: response.status,
                requestID: response.requestID
            )
        }
        guard let root = try? XMLParser().parse(response.body),
            let result = root.name == "\(operation)Response" ? root["\(operation)Result"] : nil,
            let credentials = result["Credentials"]
        else { throw malformed("no \(operation)Result with Credentials") }
        func member(_ name: String) throws(AWSError) -> String {
            guard let text = credentials.string(name), !text.isEmpty else {
                throw malformed("Credentials.\(name) is missing")
            }
            return text
        }
        guard let expiration = Timestamp(dateTime: try member("Expiration")) else {
            throw malformed("Credentials.Expiration is no time")
        }
        return AWSCredentials(
            accessKeyID: try member("AccessKeyId"),
            secretAccessKey: try member("SecretAccessKey"),
            sessionToken: try member("SessionToken"),
            expiration: expiration,
            accountID: result["AssumedRoleUser"]?.string("Arn")?.split(separator: ":").dropFirst(3).first
                .map { String($0) }
        )
    }
}
