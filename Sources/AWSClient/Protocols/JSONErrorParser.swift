import Transport

/// Reads the error responses of awsJson and restJson1 services.
/// <https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization>
enum JSONErrorParser {
    static func parse(_ response: HTTPResponse) -> AWSErrorDetails {
        let body = try? JSONCoding.decode(Body.self, from: response.body)
        let code = response.headers["x-amzn-errortype"] ?? body?.type ?? body?.code
        return AWSErrorDetails(
            code: code.flatMap(shortCode),
            message: body?.message,
            requestID: response.requestID ?? body?.requestID
        )
    }

    /// The name of an error without the namespace before `#` and the URI after `:`; nil where nothing is left.
    static func shortCode(_ code: String) -> String? {
        let name = code.prefix { $0 != ":" }.split(separator: "#").last ?? ""
        let trimmed = name.drop { $0 == " " }
        return trimmed.isEmpty ? nil : String(trimmed)
    }

    /// The members that errors share. A member of another type than a string counts as absent.
    private struct Body: Decodable {
        var type: String?
        var code: String?
        var message: String?
        var requestID: String?

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            func string(_ keys: Key...) -> String? {
                for key in keys {
                    if let value = try? container.decode(String.self, forKey: key) { return value }
                }
                return nil
            }
            type = string(.type)
            code = string(.code, .capitalCode)
            message = string(.message, .capitalMessage, .errorMessage)
            requestID = string(.requestID, .capitalRequestID)
        }

        private enum Key: String, CodingKey {
            case type = "__type"
            case code
            case capitalCode = "Code"
            case message
            case capitalMessage = "Message"
            case errorMessage
            case requestID = "requestId"
            case capitalRequestID = "RequestId"
        }
    }
}

extension AWSError {
    /// The members that the model of this error has beyond code and message, from the JSON body of the response; nil where
    /// there is no response or its body is of another form.
    public func modeledMembers<Members: Decodable>(as type: Members.Type) -> Members? {
        guard let response else { return nil }
        return try? JSONCoding.decode(type, from: response.body)
    }
}
