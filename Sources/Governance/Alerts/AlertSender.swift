import AWSClient
import AWSServices
import LambdaRuntime

/// Tells accounts of what they lost: e-mail to the owner, or to the administrator where the owner cannot be told, and JSON
/// to the topic; and the administrator and the topic of accounts whose use is not known. Each once, however often and by however many invocations it is tried (``AlertRecord``).
///
/// E-mails go out one after another, each noted before the next: whoever is cut off leaves at most one that was sent and
/// is not noted, which the retry sends again.
struct AlertSender: Sendable {
    let store: DynamoDBAlertStore
    let ses: SESv2
    let sns: SNS
    let addresses: AddressBook
    /// The address alerts come from.
    let sender: String
    let topicARN: String
    let links: ConsoleLinks
    let effects: AWSEffects
    let turnstile = Turnstile()

    /// Who sends, and how long at most.
    struct Invocation: Sendable {
        let requestID: String
        let deadline: EventTime
    }

    /// Why an account's owner was not told.
    struct Failure: Error, Hashable, Sendable {
        let account: AccountID
        let reason: String

        init(account: AccountID, reason: String) {
            self.account = account
            self.reason = reason
        }

        /// - Parameter reason: What went wrong before the error, if anything did.
        init(account: AccountID, _ error: any Error, after reason: String? = nil) {
            let message = (error as? any LambdaError)?.errorMessage ?? String(describing: error)
            self.init(account: account, reason: (reason.map { $0 + ": " } ?? "") + message)
        }
    }

    /// What became of an alert.
    enum Outcome: Hashable, Sendable {
        /// The owner and the topic have it, since now.
        case sent
        /// They had it before.
        case alreadySent
        case failed(Failure)
    }

    /// - Parameter toldAt: Where the loss was told before, as of when.
    /// - Throws: What keeps the alert from being sent or noted, so that it must be tried again.
    func send(
        _ alert: ImageAlert,
        to recipients: AddressBook.Recipients,
        toldAt: EventTime? = nil,
        _ invocation: Invocation
    ) async throws -> Outcome {
        let key = DynamoDBAlertStore.Key(image: alert.loss.image, account: alert.account, loss: alert.loss.identity)
        guard var progress = try await claim(key, alert.loss, [.owner, .topic], toldAt: toldAt, invocation) else {
            return .alreadySent
        }
        var alert = alert
        alert.foundAfter = progress.record.foundAfter
        do {
            guard let failure = try await deliver(alert, to: recipients, &progress) else { return .sent }
            await release(progress)
            return .failed(failure)
        } catch {
            await release(progress)
            throw error
        }
    }

    /// Sends what is not noted as sent.
    private func deliver(
        _ alert: ImageAlert,
        to recipients: AddressBook.Recipients,
        _ progress: inout Progress
    ) async throws -> Failure? {
        var failure: Failure?
        if progress.record.sent[.owner] == nil {
            failure = try await mailOwner(alert, recipients, &progress)
        }
        if progress.record.sent[.topic] == nil {
            let delivery: AlertDelivery =
                failure == nil ? .sent : recipients.addresses.isEmpty ? .noAddress : .refused
            let message = String(
                decoding: try AlertMessage(alert, links: links, delivery: delivery).json(),
                as: UTF8.self
            )
            let id = try await sns.publish(
                .init(topicARN: topicARN, message: message, attributes: ["account_id": .string(alert.account.text)])
            )
            try await note(.topic, id, &progress)
        }
        return failure
    }

    // MARK: Mail

    private func mailOwner(
        _ alert: ImageAlert,
        _ recipients: AddressBook.Recipients,
        _ progress: inout Progress
    ) async throws -> Failure? {
        let delivery: AlertDelivery
        let reason: String
        if recipients.addresses.isEmpty {
            delivery = .noAddress
            reason = recipients.failure ?? "no valid address is configured"
        } else {
            do {
                try await turnstile.withTurn {
                    let id = try await mail(alert, delivery: .sent, to: recipients.addresses)
                    try await note(.owner, id, &progress)
                }
                return nil
            } catch let error as MailError {
                if error.isPastDeadline { throw error }
                delivery = .refused
                reason = error.description
            }
        }
        var failure = Failure(account: alert.account, reason: reason)
        guard progress.record.sent[.administrator] == nil else { return failure }
        let worse = "\(reason); nor could the administrator be told"
        let administrator: [String]
        do {
            administrator = try await addresses.administrator()
        } catch {
            return Failure(account: alert.account, error, after: worse)
        }
        try await turnstile.withTurn {
            do {
                let id = try await mail(alert, delivery: delivery, to: administrator)
                try await note(.administrator, id, &progress)
            } catch let error as MailError {
                // The topic is what is left; a retry tries the mails again.
                failure = Failure(account: alert.account, error, after: worse)
            }
        }
        return failure
    }

    private func mail(
        _ alert: ImageAlert,
        delivery: AlertDelivery,
        to recipients: [String]
    ) async throws(MailError) -> String {
        try await send(AlertEmail(alert, links: links, delivery: delivery), to: recipients)
    }

    func send(_ email: AlertEmail, to recipients: [String]) async throws(MailError) -> String {
        do throws(AWSError) {
            return try await ses.sendEmail(
                .init(from: sender, to: recipients, subject: email.subject, text: email.text, html: email.html)
            )
        } catch {
            throw MailError(error)
        }
    }

    // MARK: Record

    /// The record as this invocation last wrote it.
    struct Progress {
        let key: DynamoDBAlertStore.Key
        /// The channels by which it has to be told.
        let channels: Set<AlertRecord.Channel>
        var record: AlertRecord
        var revision: Int
    }

    /// Claims the alert; waits while another invocation is at it, for the same loss is often reported twice within seconds.
    ///
    /// - Returns: nil when there is nothing left to send.
    func claim(
        _ key: DynamoDBAlertStore.Key,
        _ loss: ImageLoss,
        _ channels: Set<AlertRecord.Channel>,
        toldAt: EventTime? = nil,
        _ invocation: Invocation
    ) async throws -> Progress? {
        while true {
            let stored = try await store.record(at: key)
            let decision = AlertRecord.claim(
                stored?.value,
                loss: EventMark(loss.occurrence),
                by: .init(invocation: invocation.requestID, until: invocation.deadline),
                now: EventTime(effects.now()),
                toldAt: toldAt
            )
            switch decision {
            case .done:
                return nil
            case .claim(let record):
                if let revision = try await store.write(record, at: key, revision: stored?.revision) {
                    return Progress(key: key, channels: channels, record: record, revision: revision)
                }
            case .busy(let until):
                // Whoever has the claim is done by then, or cut off.
                guard EventTime(effects.now()).advanced(bySeconds: 1) < invocation.deadline else {
                    throw AlertInProgress(account: key.account, until: until)
                }
                try await effects.sleep(.milliseconds(250))
            }
        }
    }

    /// Gives the claim on an alert up that could not be delivered whole: whoever reports the same loss need not wait for
    /// it to end. Where that fails too, it ends by itself.
    func release(_ progress: Progress) async {
        var record = progress.record
        record.claim = nil
        _ = try? await store.write(record, at: progress.key, revision: progress.revision)
    }

    /// Writes down that a message was sent, whatever else has become of the record.
    func note(_ channel: AlertRecord.Channel, _ messageID: String, _ progress: inout Progress) async throws {
        while true {
            progress.record.sent[channel] = messageID
            progress.record.sentTimes[channel] = EventTime(effects.now())
            progress.record.isComplete = progress.channels.isSubset(of: progress.record.sent.keys)
            if let revision = try await store.write(progress.record, at: progress.key, revision: progress.revision) {
                progress.revision = revision
                return
            }
            guard let stored = try await store.record(at: progress.key) else {
                throw MalformedItem(attribute: "status")
            }
            progress.record = stored.value
            progress.revision = stored.revision
        }
    }
}

/// Another invocation is telling the account, and this one has no more time to wait for it.
struct AlertInProgress: LambdaError, CustomStringConvertible {
    let account: AccountID
    let until: EventTime

    var description: String { "account \(account) is being told by another invocation, until \(until)" }
    var errorMessage: String { description }
}

/// SES did not take a message. SES's own message is left out: it quotes addresses.
struct MailError: LambdaError, CustomStringConvertible {
    let code: String
    let requestID: String?
    /// There was no time left to send it.
    let isPastDeadline: Bool

    init(_ error: AWSError) {
        code = error.code
        requestID = error.requestID
        isPastDeadline = error.kind == .deadline || error.kind == .cancelled
    }

    var description: String { "SES: \(code)" + (requestID.map { " (request \($0))" } ?? "") }
    var errorMessage: String { description }
}

extension EventTime {
    public init(_ timestamp: Timestamp) {
        self.init(milliseconds: timestamp.seconds * 1000 + Int64(timestamp.nanoseconds / 1_000_000))
    }
}
