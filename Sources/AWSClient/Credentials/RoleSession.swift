/// A role to assume, and the session's particulars. Sessions that differ in any of them have credentials of their own.
public struct RoleSession: Sendable, Hashable {
    public var roleARN: String
    /// 2 to 64 characters of `A–Z a–z 0–9 _ + = , . @ -`; it stands in the other account's CloudTrail.
    public var sessionName: String
    public var externalID: String?
    /// The lifetime of the credentials, 15 minutes up to the role's maximum; `nil` for STS's own, one hour.
    public var duration: Duration?

    public init(roleARN: String, sessionName: String, externalID: String? = nil, duration: Duration? = nil) {
        self.roleARN = roleARN
        self.sessionName = sessionName
        self.externalID = externalID
        self.duration = duration
    }

    /// - Throws: ``AWSError/Kind/configuration``, naming the field that STS would refuse.
    func validate() throws(AWSError) {
        func invalid(_ message: String) -> AWSError {
            AWSError(kind: .configuration, code: "InvalidRoleSession", message: message)
        }
        let labels = roleARN.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
        guard labels.count == 6, labels[0] == "arn", labels[2] == "iam", labels[5].hasPrefix("role/"),
            labels[4].utf8.count == 12, labels[4].utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { throw invalid("not the ARN of a role: \(roleARN)") }
        guard (2...64).contains(sessionName.utf8.count), sessionName.utf8.allSatisfy(Self.isNameByte) else {
            throw invalid("a role session name is 2 to 64 of A-Z a-z 0-9 _ + = , . @ -: \(sessionName)")
        }
        if let externalID, !(2...1224).contains(externalID.utf8.count) {
            throw invalid("an external id has 2 to 1224 characters")
        }
        if let duration, duration < .seconds(900) || duration > .seconds(43200) {
            throw invalid("a role session lasts 15 minutes to 12 hours")
        }
    }

    /// The session name with every character that STS refuses replaced by `-`.
    public static func sessionName(from text: String) -> String {
        let bytes = text.utf8.prefix(64).map { isNameByte($0) ? $0 : UInt8(ascii: "-") }
        return bytes.count < 2 ? "ami-steward" : String(decoding: bytes, as: UTF8.self)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        case UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "="), UInt8(ascii: ","), UInt8(ascii: "."),
            UInt8(ascii: "@"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
