import AWSClient

/// An event as EventBridge delivers it, reduced to what the functions decide on.
/// See https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
public struct GovernanceEvent: Hashable, Sendable {
    /// The account in which it happened.
    public let account: AccountID
    public let region: Region
    public let occurrence: Occurrence
    public let subject: Subject

    public enum Subject: Hashable, Sendable {
        /// `AWS API Call via CloudTrail`
        case call(APICall)
        /// `EC2 AMI State Change`
        case imageState(ImageID, ImageState)
        /// `EC2 Instance State-change Notification`: an instance and its new state (`terminated`, …).
        case instanceState(InstanceID, String)
        /// `Parameter Store Change`
        case parameter(ParameterName, ParameterChange)
        /// Any other detail type: changes nothing.
        case other
    }

    /// The states of `EC2 AMI State Change`.
    /// See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitor-ami-events.html
    public enum ImageState: Hashable, Sendable {
        case available
        case disabled
        case deregistered
        /// `pending`, `failed`, …: tells nothing about who can use the image.
        case other
    }

    /// What happened to a parameter of the Parameter Store, of whatever data type; to what it changed is not told.
    /// See https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html
    public enum ParameterChange: Hashable, Sendable {
        /// Created, or given another value, or the same one again.
        case written
        case deleted
        /// Its value is as it was: a version got a label, or the value was refused as that of no image
        /// (https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-ec2-aliases.html).
        case other
    }

    public init(account: AccountID, region: Region, occurrence: Occurrence, subject: Subject) {
        self.account = account
        self.region = region
        self.occurrence = occurrence
        self.subject = subject
    }

    /// Reads one event, in one pass over its JSON; of a large one only what is needed.
    /// - Throws: `MalformedEvent`, naming the field that is missing or wrong.
    public init(parsing json: [UInt8]) throws(MalformedEvent) {
        try self.init(reading: JSONElement(event: json))
    }

    /// The image the event is about, for logs; nil where it is about none or several.
    public var image: ImageID? {
        switch subject {
        case .call(let call): call.image
        case .imageState(let image, _): image
        case .instanceState, .parameter, .other: nil
        }
    }
}

/// When something happened, and who did it.
public struct Occurrence: Hashable, Sendable {
    public let time: EventTime
    /// The same for every delivery of the same event: CloudTrail's `eventID`, else the envelope's `id`.
    public let eventID: String
    /// The API's name (`ModifyImageAttribute`) or the detail type (`EC2 AMI State Change`).
    public let eventName: String
    /// The ARN of the user, role session or account that called; a service's name (`autoscaling.amazonaws.com`) where a
    /// service did; nil where the event does not tell.
    public let actor: String?

    public init(time: EventTime, eventID: String, eventName: String, actor: String?) {
        self.time = time
        self.eventID = eventID
        self.eventName = eventName
        self.actor = actor
    }

    /// Whether it comes from CloudTrail, which tells who did it, and not from a state change.
    public var isCall: Bool { !eventName.contains(" ") }
}

extension GovernanceEvent {
    private static let imageStateChange = "EC2 AMI State Change"
    private static let instanceStateChange = "EC2 Instance State-change Notification"
    private static let parameterStoreChange = "Parameter Store Change"

    init(reading envelope: JSONElement) throws(MalformedEvent) {
        let type = try envelope.value(String.self, at: "detail-type")
        let account = try envelope.value(AccountID.self, at: "account")
        let region = try envelope.value(Region.self, at: "region")
        let time = try envelope.value(EventTime.self, at: "time")
        let id = try envelope.value(String.self, at: "id")
        guard let detail = try envelope.object(at: "detail") else { throw envelope.isMissing("detail") }
        let notification = Occurrence(time: time, eventID: id, eventName: type, actor: nil)
        switch type {
        case "AWS API Call via CloudTrail":
            let name = try detail.value(String.self, at: "eventName")
            let occurrence = Occurrence(
                time: try detail.optionalValue(EventTime.self, at: "eventTime") ?? time,
                eventID: try detail.text(at: "eventID") ?? id,
                eventName: name,
                actor: try Self.actor(of: detail)
            )
            self.init(
                account: account,
                region: region,
                occurrence: occurrence,
                subject: .call(try APICall(named: name, in: detail))
            )
        case Self.imageStateChange:
            let image = try detail.value(ImageID.self, at: "ImageId", "imageId")
            let state: ImageState =
                switch try detail.value(String.self, at: "State", "state") {
                case "available": .available
                case "disabled": .disabled
                case "deregistered": .deregistered
                default: .other
                }
            self.init(
                account: account,
                region: region,
                occurrence: notification,
                subject: .imageState(image, state)
            )
        case Self.instanceStateChange:
            let instance = try detail.value(InstanceID.self, at: "instance-id")
            let state = try detail.value(String.self, at: "state")
            self.init(
                account: account,
                region: region,
                occurrence: notification,
                subject: .instanceState(instance, state)
            )
        case Self.parameterStoreChange:
            let name = try detail.value(ParameterName.self, at: "name")
            let change = try ParameterChange(in: detail)
            self.init(account: account, region: region, occurrence: notification, subject: .parameter(name, change))
        default:
            self.init(account: account, region: region, occurrence: notification, subject: .other)
        }
    }

    /// See https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
    private static func actor(of detail: JSONElement) throws(MalformedEvent) -> String? {
        guard let identity = try detail.object(at: "userIdentity") else { return nil }
        if let arn = try identity.text(at: "arn") { return arn }
        if let issuer = try identity.object(at: "sessionContext")?.object(at: "sessionIssuer"),
            let arn = try issuer.text(at: "arn")
        {
            return arn
        }
        for name in ["invokedBy", "principalId", "accountId"] {
            if let text = try identity.text(at: name) { return text }
        }
        return nil
    }
}

extension GovernanceEvent.ParameterChange {
    fileprivate init(in detail: JSONElement) throws(MalformedEvent) {
        let operation = try detail.value(String.self, at: "operation")
        let exception = try detail.text(at: "exception")
        switch operation {
        case "Create", "Update": self = exception == nil ? .written : .other
        case "Delete": self = .deleted
        default: self = .other
        }
    }
}
