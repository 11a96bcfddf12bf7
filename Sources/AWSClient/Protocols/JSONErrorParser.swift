import Transport

/// Reads the error responses of awsJson and restJson1 services.
/// <https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#operation-error-serialization>
package enum JSONErrorParser {
    package static func parse(_ response: HTTPResponse) -> AWSErrorDetails {
        let members = members(of: response.body)
        let code = response.headers["x-amzn-errortype"] ?? members["__type"] ?? members["code"] ?? members["Code"]
        return AWSErrorDetails(
            code: code.flatMap(shortCode),
            message: members["message"] ?? members["Message"] ?? members["errorMessage"],
            requestID: response.requestID ?? members["requestId"] ?? members["RequestId"]
        )
    }

    /// The name of an error without the namespace before `#` and the URI after `:`; nil where nothing is left.
    static func shortCode(_ code: String) -> String? {
        let name = code.prefix { $0 != ":" }.split(separator: "#").last ?? ""
        let trimmed = name.drop { $0 == " " }
        return trimmed.isEmpty ? nil : String(trimmed)
    }

    /// The members that are strings; none where the body is no JSON object.
    private static func members(of body: [UInt8]) -> [String: String] {
        let members = try? JSONReader.read(body) { json throws(ResponseFault) in
            try json.map { json throws(ResponseFault) in try json.stringOrSkip() }
        }
        return members?.compactMapValues { $0 } ?? [:]
    }
}

extension AWSError {
    /// A member that the model of this error has beyond code and message, read from the JSON body of the response; nil
    /// where there is no response, or its body is of another form.
    public func modeledMember<Value>(
        _ name: String,
        _ value: (inout JSONReader) throws(ResponseFault) -> Value
    ) -> Value? {
        guard let response else { return nil }
        var member: Value?
        let isRead: Void? = try? JSONReader.read(response.body) { json throws(ResponseFault) in
            try json.object { (json, found) throws(ResponseFault) in
                if found == name { member = try json.optional(value) } else { try json.skip() }
            }
        }
        return isRead == nil ? nil : member
    }
}
