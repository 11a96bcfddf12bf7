/// The JSON that container and instance metadata and `credential_process` give.
struct CredentialsDocument: Decodable {
    var version: Int?
    var code: String?
    var message: String?
    var accessKeyID: String?
    var secretAccessKey: String?
    var token: String?
    var expiration: String?
    var accountID: String?

    enum CodingKeys: String, CodingKey {
        case version = "Version"
        case code = "Code"
        case message = "Message"
        case lowerCode = "code"
        case lowerMessage = "message"
        case accessKeyID = "AccessKeyId"
        case secretAccessKey = "SecretAccessKey"
        case token = "Token"
        case sessionToken = "SessionToken"
        case expiration = "Expiration"
        case accountID = "AccountId"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        version = try container.decodeIfPresent(Int.self, forKey: .version)
        code =
            try container.decodeIfPresent(String.self, forKey: .code)
            ?? container.decodeIfPresent(String.self, forKey: .lowerCode)
        message =
            try container.decodeIfPresent(String.self, forKey: .message)
            ?? container.decodeIfPresent(String.self, forKey: .lowerMessage)
        accessKeyID = try container.decodeIfPresent(String.self, forKey: .accessKeyID)
        secretAccessKey = try container.decodeIfPresent(String.self, forKey: .secretAccessKey)
        token =
            try container.decodeIfPresent(String.self, forKey: .token)
            ?? container.decodeIfPresent(String.self, forKey: .sessionToken)
        expiration = try container.decodeIfPresent(String.self, forKey: .expiration)
        accountID = try container.decodeIfPresent(String.self, forKey: .accountID)
    }

    /// - Parameter source: Who gave the document, for errors. Nothing of the document but its error message is quoted.
    static func parse(_ bytes: [UInt8], from source: String) throws(AWSError) -> CredentialsDocument {
        do {
            return try JSONCoding.decode(CredentialsDocument.self, from: bytes)
        } catch {
            throw .credentials("InvalidCredentialsDocument", "\(source) gave no credentials document in JSON")
        }
    }

    /// The credentials in the document.
    func credentials(from source: String) throws(AWSError) -> AWSCredentials {
        guard let accessKeyID, !accessKeyID.isEmpty, let secretAccessKey, !secretAccessKey.isEmpty else {
            let reason = [code, message].compactMap { $0 }.filter { $0 != "Success" }.joined(separator: ": ")
            throw .credentials(
                "InvalidCredentialsDocument",
                "\(source) gave no \(accessKeyID?.isEmpty == false ? "SecretAccessKey" : "AccessKeyId")"
                    + (reason.isEmpty ? "" : " (\(reason))")
            )
        }
        var expires: Timestamp?
        if let expiration {
            guard let time = Timestamp(dateTime: expiration) else {
                throw .credentials("InvalidCredentialsDocument", "\(source) gave an Expiration that is no time")
            }
            expires = time
        }
        return AWSCredentials(
            accessKeyID: accessKeyID,
            secretAccessKey: secretAccessKey,
            sessionToken: token,
            expiration: expires,
            accountID: accountID
        )
    }
}
