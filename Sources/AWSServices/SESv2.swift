import AWSClient

/// Amazon Simple Email Service, API version 2.
/// <https://docs.aws.amazon.com/ses/latest/APIReference-V2/>
public struct SESv2: Sendable {
    public let client: AWSClient

    public init(_ client: AWSClient) {
        self.client = client
    }

    /// Sends an e-mail.
    ///
    /// - Returns: the message id.
    public func sendEmail(_ input: SendEmail) async throws(AWSError) -> String {
        try await client.call(input).messageID
    }

    /// One e-mail with a subject and a text, HTML, or both as alternatives, in UTF-8.
    public struct SendEmail: RESTJSONOperation {
        public static let name = "SendEmail"
        public static let service = AWSService.sesV2
        public static let method = "POST"

        /// An address of a verified identity, with or without a display name.
        public var from: String
        /// Together with ``cc`` and ``bcc`` at most 50.
        public var to: [String]
        public var cc: [String]
        public var bcc: [String]
        public var replyTo: [String]
        public var subject: String
        public var text: String?
        public var html: String?
        public var configurationSet: String?

        public init(
            from: String,
            to: [String],
            cc: [String] = [],
            bcc: [String] = [],
            replyTo: [String] = [],
            subject: String,
            text: String? = nil,
            html: String? = nil,
            configurationSet: String? = nil
        ) {
            self.from = from
            self.to = to
            self.cc = cc
            self.bcc = bcc
            self.replyTo = replyTo
            self.subject = subject
            self.text = text
            self.html = html
            self.configurationSet = configurationSet
        }

        public func path() -> String { "/v2/email/outbound-emails" }

        public var body: Body? { Body(email: self) }

        public struct Output: Decodable, Sendable {
            public var messageID: String

            private enum CodingKeys: String, CodingKey {
                case messageID = "MessageId"
            }
        }

        public struct Body: Encodable, Sendable {
            var email: SendEmail

            public func encode(to encoder: any Encoder) throws {
                var body = encoder.container(keyedBy: Key.self)
                try body.encode(email.from, forKey: .from)
                try body.encodeIfPresent(email.configurationSet, forKey: .configurationSet)
                if !email.replyTo.isEmpty { try body.encode(email.replyTo, forKey: .replyTo) }
                var destination = body.nestedContainer(keyedBy: Key.self, forKey: .destination)
                if !email.to.isEmpty { try destination.encode(email.to, forKey: .to) }
                if !email.cc.isEmpty { try destination.encode(email.cc, forKey: .cc) }
                if !email.bcc.isEmpty { try destination.encode(email.bcc, forKey: .bcc) }
                var content = body.nestedContainer(keyedBy: Key.self, forKey: .content)
                var simple = content.nestedContainer(keyedBy: Key.self, forKey: .simple)
                try simple.encode(Text(data: email.subject), forKey: .subject)
                var parts = simple.nestedContainer(keyedBy: Key.self, forKey: .body)
                try parts.encodeIfPresent(email.text.map { Text(data: $0) }, forKey: .text)
                try parts.encodeIfPresent(email.html.map { Text(data: $0) }, forKey: .html)
            }

            private struct Text: Encodable {
                var data: String
                var charset = "UTF-8"

                enum CodingKeys: String, CodingKey {
                    case data = "Data"
                    case charset = "Charset"
                }
            }

            private enum Key: String, CodingKey {
                case from = "FromEmailAddress"
                case destination = "Destination"
                case to = "ToAddresses"
                case cc = "CcAddresses"
                case bcc = "BccAddresses"
                case replyTo = "ReplyToAddresses"
                case configurationSet = "ConfigurationSetName"
                case content = "Content"
                case simple = "Simple"
                case subject = "Subject"
                case body = "Body"
                case text = "Text"
                case html = "Html"
            }
        }
    }
}
