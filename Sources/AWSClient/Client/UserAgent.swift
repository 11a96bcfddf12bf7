/// The client's name in the form AWS reads: `name/version ua/2.1 os/… lang/… md/… exec-env/… app/… cfg/…`.
public struct UserAgent: Sendable, Hashable {
    /// `AWS_SDK_UA_APP_ID`: up to 50 characters that name the application.
    public var applicationID: String?
    /// `AWS_EXECUTION_ENV`, for example `AWS_Lambda_provided.al2023`.
    public var executionEnvironment: String?

    public init(applicationID: String? = nil, executionEnvironment: String? = nil) {
        self.applicationID = applicationID
        self.executionEnvironment = executionEnvironment
    }

    /// The client and the version of this form of the header.
    static let product = "ami-steward/1 ua/2.1"

    /// The value of `User-Agent` for requests to `service`.
    func value(for service: AWSService) -> String {
        var parts = [Self.product, "api/\(Self.sanitized(service.settingsKey))", "os/linux"]
        #if arch(arm64)
            parts.append("md/arch#arm64")
        #else
            parts.append("md/arch#x86_64")
        #endif
        parts.append("lang/swift")
        if let executionEnvironment { parts.append("exec-env/\(Self.sanitized(executionEnvironment))") }
        parts.append("cfg/retry-mode#standard")
        if let applicationID { parts.append("app/\(Self.sanitized(String(applicationID.prefix(50))))") }
        return parts.joined(separator: " ")
    }

    /// Characters that a token (RFC 9110, section 5.6.2) cannot hold become `-`.
    private static func sanitized(_ text: String) -> String {
        let bytes = text.utf8.map { byte -> UInt8 in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: byte
            case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"),
                UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"),
                UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
                byte
            default: UInt8(ascii: "-")
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
