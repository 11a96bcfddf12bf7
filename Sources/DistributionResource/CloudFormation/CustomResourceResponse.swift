import AWSServices

/// The document with which a request is answered.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html>
struct CustomResourceResponse: Sendable {
    /// What CloudFormation takes, in bytes, of a whole response.
    static let maximumBytes = 4096

    /// The ids and attributes make more than a response can hold. CloudFormation's own ids never do.
    struct TooLong: Error, CustomStringConvertible {
        let bytes: Int
        var description: String {
            "the response has \(bytes) bytes without any reason; CloudFormation takes \(CustomResourceResponse.maximumBytes)"
        }
    }

    let outcome: CustomResourceOutcome
    /// The reason, cut where it was too long.
    let reason: String
    /// The attributes, with lists cut where they were too long.
    let attributes: [String: String]
    /// The whole document, at most ``maximumBytes`` long.
    let document: [UInt8]

    /// Ids are copied as they came; what gives way is the reason, and the lists of the attributes.
    init(_ outcome: CustomResourceOutcome, to request: CustomResourceRequest) throws {
        self.outcome = outcome
        func document(_ reason: String, _ attributes: [String: String]) throws -> [UInt8] {
            var members: [String: JSONValue] = [
                "Status": .string(outcome.status.rawValue),
                "PhysicalResourceId": .string(outcome.physicalResourceID),
                "StackId": .string(request.owner.stackID),
                "RequestId": .string(request.requestID),
                "LogicalResourceId": .string(request.owner.logicalResourceID),
            ]
            if !reason.isEmpty { members["Reason"] = .string(reason) }
            if !attributes.isEmpty { members["Data"] = .object(attributes.mapValues(JSONValue.string)) }
            return try JSONValue.object(members).document()
        }
        // The lists of accounts and regions hold nothing that JSON escapes: a byte of a list is a byte of the document.
        let bare = try document("", outcome.data?.attributes(listBytes: 0) ?? [:]).count
        let free = Self.maximumBytes - bare
        guard free >= 0 else { throw TooLong(bytes: bare) }
        attributes = outcome.data?.attributes(listBytes: free) ?? [:]
        let used = try document("", attributes).count
        reason = outcome.status == .failed ? Self.cut(outcome.reason, bytes: Self.maximumBytes - used) : ""
        self.document = try document(reason, attributes)
    }

    /// The longest beginning of `reason` that takes at most `bytes` of the document, with an ellipsis where it is cut.
    /// CloudFormation refuses a failure without a reason, so a blank one says that nothing is known.
    private static func cut(_ reason: String, bytes: Int) -> String {
        let reason = TextList.trimmed(reason).isEmpty ? "the reason is not known" : reason
        let free = bytes - #""Reason":"",""#.utf8.count
        guard free > 0 else { return "" }
        let ellipsis = "…"
        var size = 0
        var end = reason.unicodeScalars.startIndex
        var lastThatLeavesRoom = end
        for index in reason.unicodeScalars.indices {
            size += escapedSize(reason.unicodeScalars[index])
            let next = reason.unicodeScalars.index(after: index)
            if size > free { return String(reason.unicodeScalars[..<lastThatLeavesRoom]) + ellipsis }
            if size + ellipsis.utf8.count <= free { lastThatLeavesRoom = next }
            end = next
        }
        return String(reason.unicodeScalars[..<end])
    }

    /// The bytes that a character takes within a JSON string.
    private static func escapedSize(_ scalar: Unicode.Scalar) -> Int {
        switch scalar {
        case "\"", "\\", "\n", "\r", "\t", "\u{8}", "\u{c}": 2
        case "\u{0}"..."\u{1f}": 6
        default: UTF8.width(scalar)
        }
    }
}
