import AWSClient

/// Amazon Simple Notification Service.
/// <https://docs.aws.amazon.com/sns/latest/api/>
public struct SNS: Sendable {
    public let client: AWSClient

    public init(_ client: AWSClient) {
        self.client = client
    }

    /// Publishes a message.
    ///
    /// - Returns: the message id.
    public func publish(_ input: Publish) async throws(AWSError) -> String {
        try await client.call(input).messageID
    }

    /// What subscriptions can filter a message by.
    public enum MessageAttribute: Sendable, Hashable {
        case string(String)
        /// A decimal number, as text.
        case number(String)
        case stringArray([String])
        case binary([UInt8])
    }

    public struct Publish: QueryOperation {
        public static let name = "Publish"
        public static let api = QueryAPI(service: .sns, dialect: .query, version: "2010-03-31")

        public var topicARN: String
        /// Not empty, at most 256 KB with the attributes.
        public var message: String
        /// For e-mail subscriptions: at most 100 ASCII characters without line breaks.
        public var subject: String?
        /// `json` where the message is a JSON object with a text for each protocol.
        public var messageStructure: String?
        public var attributes: [String: MessageAttribute]
        /// Of FIFO topics.
        public var groupID: String?
        /// Of FIFO topics.
        public var deduplicationID: String?

        public init(
            topicARN: String,
            message: String,
            subject: String? = nil,
            messageStructure: String? = nil,
            attributes: [String: MessageAttribute] = [:],
            groupID: String? = nil,
            deduplicationID: String? = nil
        ) {
            self.topicARN = topicARN
            self.message = message
            self.subject = subject
            self.messageStructure = messageStructure
            self.attributes = attributes
            self.groupID = groupID
            self.deduplicationID = deduplicationID
        }

        public func encode(to form: inout QueryForm) {
            form.set("TopicArn", topicARN)
            form.set("Message", message)
            form.set("Subject", subject)
            form.set("MessageStructure", messageStructure)
            form.map("MessageAttributes", attributes, keyName: "Name", valueName: "Value") { form, name, attribute in
                form.nested(name) { form in
                    switch attribute {
                    case .string(let text):
                        form.set("DataType", "String")
                        form.set("StringValue", text)
                    case .number(let text):
                        form.set("DataType", "Number")
                        form.set("StringValue", text)
                    case .stringArray(let texts):
                        form.set("DataType", "String.Array")
                        form.set("StringValue", Self.jsonArray(texts))
                    case .binary(let bytes):
                        form.set("DataType", "Binary")
                        form.set("BinaryValue", Base64.encode(bytes))
                    }
                }
            }
            form.set("MessageGroupId", groupID)
            form.set("MessageDeduplicationId", deduplicationID)
        }

        private static func jsonArray(_ texts: [String]) -> String {
            var json = JSONWriter()
            json.array(texts) { $0.string($1) }
            return String(decoding: json.bytes, as: UTF8.self)
        }

        public struct Output: XMLDecodable, Sendable {
            public var messageID: String
            /// Of FIFO topics.
            public var sequenceNumber: String?

            public init(xml: XMLNode) throws(ResponseFault) {
                messageID = try xml.required("MessageId")
                sequenceNumber = xml.string("SequenceNumber")
            }
        }
    }
}
