import Transport

/// Reads the error responses of query, ec2Query and restXml services: `ErrorResponse/Error`, `Response/Errors/Error`, or
/// `Error` itself as the root.
enum XMLErrorParser {
    static func parse(_ response: HTTPResponse) -> AWSErrorDetails {
        guard let root = try? XMLParser().parse(response.body) else {
            return AWSErrorDetails(requestID: response.requestID)
        }
        let error = root.name == "Error" ? root : root["Error"] ?? root.descendant("Errors", "Error")
        let body =
            root.string("RequestId") ?? root.string("RequestID")
            ?? root.descendant("ResponseMetadata", "RequestId")?.text
        return AWSErrorDetails(
            code: error?.string("Code").flatMap { $0.isEmpty ? nil : $0 },
            message: error?.string("Message"),
            requestID: response.requestID ?? body
        )
    }
}
