import AWSServices

extension AlertSender {
    /// Tells the topic of accounts whose use is not known, and the administrator where their next sweep alone will not make it
    /// known; once for a loss.
    ///
    /// - Throws: What keeps the notice from being sent or noted, so that it must be tried again.
    func send(_ notice: UnknownUseNotice, _ invocation: Invocation) async throws -> Outcome {
        let owner = notice.loss.creator
        let key = DynamoDBAlertStore.Key(image: notice.loss.image, account: owner, loss: notice.identity)
        let channels: Set<AlertRecord.Channel> = notice.doubtful.isEmpty ? [.topic] : [.administrator, .topic]
        guard var progress = try await claim(key, notice.loss, channels, invocation) else {
            return .alreadySent
        }
        do {
            var failure: Failure?
            if channels.contains(.administrator), progress.record.sent[.administrator] == nil {
                failure = try await mail(notice, &progress)
            }
            if progress.record.sent[.topic] == nil {
                let json = try GovernanceJSON.encode(UnknownUseMessage(notice, links: links))
                let id = try await sns.publish(
                    .init(
                        topicARN: topicARN,
                        message: String(decoding: json, as: UTF8.self),
                        attributes: ["account_id": .string(owner.text)]
                    )
                )
                try await note(.topic, id, &progress)
            }
            guard let failure else { return .sent }
            await release(progress)
            return .failed(failure)
        } catch {
            await release(progress)
            throw error
        }
    }

    private func mail(_ notice: UnknownUseNotice, _ progress: inout Progress) async throws -> Failure? {
        let prefix = "the administrator could not be told of accounts whose use is not known"
        let administrator: [String]
        do {
            administrator = try await addresses.administrator()
        } catch {
            return Failure(account: notice.loss.creator, error, after: prefix)
        }
        let email = AlertEmail(notice, links: links)
        do {
            try await turnstile.withTurn {
                let id = try await send(email, to: administrator)
                try await note(.administrator, id, &progress)
            }
            return nil
        } catch let error as MailError {
            if error.isPastDeadline { throw error }
            // The topic is what is left; a retry tries the mail again.
            return Failure(account: notice.loss.creator, error, after: prefix)
        }
    }
}
