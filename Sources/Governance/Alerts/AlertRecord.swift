/// What has been done to tell one account of one loss: an item of the shares table, beside the image it is about.
///
/// It is what keeps a duplicated or retried event from sending a second e-mail, and a cut-off one from sending none. An
/// invocation claims the record before it sends anything, and notes each message as it is sent. A claim ends with the
/// claiming invocation's deadline: whoever comes then takes over, and sends what is not noted.
public struct AlertRecord: Hashable, Sendable {
    /// Where an alert goes.
    public enum Channel: String, Hashable, Sendable, CaseIterable {
        /// E-mail to the account's own addresses.
        case owner
        /// E-mail to the administrator, in place of the owner's.
        case administrator
        /// JSON to the topic.
        case topic
    }

    /// Who works on it, and until when nobody else does.
    public struct Claim: Hashable, Sendable {
        /// The Lambda request id. Lambda keeps it when it retries, and when it delivers an event twice at once: it is the
        /// deadline that tells two invocations apart.
        public let invocation: String
        public let until: EventTime
    }

    /// Of the loss. Reports of one loss from several sources have times minutes apart.
    public var lossTime: EventTime
    /// Of the event by which the loss became known first.
    public var eventID: String
    public var claim: Claim?
    /// The message id that SES or SNS gave, by channel.
    public var sent: [Channel: String] = [:]
    /// When it was sent, by channel; absent for what was sent before times were kept.
    public var sentTimes: [Channel: EventTime] = [:]
    /// Whether there is nothing left to send.
    public var isComplete = false
    /// When the loss had been told, and it was not known yet that the account used the image and lost it; nil where the account
    /// was told with the others.
    public var foundAfter: EventTime?

    public init(lossTime: EventTime, eventID: String) {
        self.lossTime = lossTime
        self.eventID = eventID
    }
}

extension AlertRecord {
    public enum ClaimDecision: Hashable, Sendable {
        /// The record to write before anything is sent.
        case claim(AlertRecord)
        /// Everything was sent, for this loss or a later one of the same kind.
        case done
        /// Another invocation is at it. Should it be cut off, a retry after its claim's end takes over.
        case busy(until: EventTime)
    }

    /// Two reports of a loss of the same kind are of the same loss when their times are this close.
    public static let sameLossSeconds: Int64 = 15 * 60

    /// Decides whether an invocation may send an alert.
    ///
    /// - Parameters:
    ///   - current: The record as read; nil where there is none.
    ///   - loss: Time and event id of the loss to be told.
    ///   - now: The time of the invocation.
    ///   - toldAt: Where the loss was told before: by when nobody knew that the account had to be told, unless there is a record.
    public static func claim(
        _ current: AlertRecord?,
        loss: EventMark,
        by claim: Claim,
        now: EventTime,
        toldAt: EventTime? = nil
    ) -> ClaimDecision {
        var record = AlertRecord(lossTime: loss.time, eventID: loss.eventID)
        record.foundAfter = toldAt
        if let current {
            let later = loss.time.milliseconds - current.lossTime.milliseconds
            if later <= sameLossSeconds * 1000 {
                // Once a later loss is being told, nobody needs to hear of one long before it.
                if current.isComplete || later < -sameLossSeconds * 1000 { return .done }
                if let other = current.claim, other != claim, other.until > now { return .busy(until: other.until) }
                record = current
            }
        }
        record.claim = claim
        return .claim(record)
    }

    /// How far a telling of a loss has come.
    enum Standing: Hashable, Sendable {
        /// Nobody was told of this loss.
        case untold
        /// There is something left to send, and another invocation may be at it.
        case open(isClaimed: Bool)
        /// The administrator and the topic were told, in place of an owner who could not be.
        case administratorTold
        /// Nothing is left to send.
        case told
    }

    /// How far the telling of this loss has come at a time.
    func standing(of loss: EventMark, now: EventTime) -> Standing {
        switch Self.claim(self, loss: loss, by: Claim(invocation: "", until: now), now: now) {
        case .done: return .told
        case .busy: return .open(isClaimed: true)
        case .claim(let claimed):
            guard claimed.lossTime == lossTime else { return .untold }
            let isReported = sent[.administrator] != nil && sent[.topic] != nil
            return isReported ? .administratorTold : .open(isClaimed: false)
        }
    }
}

extension AlertRecord {
    /// Everything but the keys, the expiry and the revision.
    var attributes: ItemAttributes {
        var attributes: ItemAttributes = [
            "loss_time": lossTime.description, "event_id": eventID, "status": isComplete ? "sent" : "pending",
        ]
        attributes["found_after"] = foundAfter?.description
        attributes["claimed_by"] = claim?.invocation
        attributes["claimed_until"] = claim?.until.description
        for (channel, messageID) in sent { attributes["\(channel.rawValue)_message_id"] = messageID }
        for (channel, time) in sentTimes { attributes["\(channel.rawValue)_sent_time"] = time.description }
        return attributes
    }

    init(attributes: ItemAttributes) throws(MalformedItem) {
        guard let lossTime = attributes["loss_time"].flatMap({ EventTime($0) }) else {
            throw MalformedItem(attribute: "loss_time")
        }
        guard let eventID = attributes["event_id"] else { throw MalformedItem(attribute: "event_id") }
        self.init(lossTime: lossTime, eventID: eventID)
        isComplete = attributes["status"] == "sent"
        foundAfter = try attributes.time(at: "found_after")
        if let invocation = attributes["claimed_by"] {
            guard let until = attributes["claimed_until"].flatMap({ EventTime($0) }) else {
                throw MalformedItem(attribute: "claimed_until")
            }
            claim = Claim(invocation: invocation, until: until)
        }
        for channel in Channel.allCases {
            sent[channel] = attributes["\(channel.rawValue)_message_id"]
            sentTimes[channel] = attributes["\(channel.rawValue)_sent_time"].flatMap { EventTime($0) }
        }
    }
}
