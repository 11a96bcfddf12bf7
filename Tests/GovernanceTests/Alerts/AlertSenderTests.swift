import AWSClient
import AWSServices
import FoundationEssentials
import LambdaRuntime
import Synchronization
import TestSupport
import Testing

@testable import Governance

/// One account is told of one loss, by several invocations: what reaches SES, SNS and the table.
@Suite struct AlertSenderTests {
    private typealias E = ShareEvents

    /// What the services were asked to send, and the record of the alert.
    private final class Cloud: Sendable {
        struct State {
            var record: String?
            /// The recipients of each e-mail that SES took.
            var mails: [[String]] = []
            var messages = 0
            var isMailRefused = false
            var refusesEveryMail = false
            var isTopicRefused = false
            var sleeps = 0
            var outcomes: [AlertSender.Outcome] = []
        }

        let state = Mutex(State())

        var mails: [[String]] { state.withLock(\.mails) }
        var messages: Int { state.withLock(\.messages) }
        /// How often an invocation waited for another one.
        var sleeps: Int { state.withLock(\.sleeps) }

        func reply(to request: TestServer.Request) -> TestServer.Reply {
            state.withLock { state in
                switch request.header("x-amz-target")?.split(separator: ".").last {
                case "GetItem":
                    return .ok(state.record.map { #"{"Item":\#($0)}"# } ?? "{}")
                case "PutItem":
                    state.record = Self.object(after: #""Item":"#, in: request.bodyText)
                    return .ok("{}")
                case "GetParameter":
                    return .ok(#"{"Parameter":{"Name":"/admin","Value":"admin@example.com","Type":"SecureString"}}"#)
                default:
                    return request.path.hasSuffix("/outbound-emails")
                        ? mail(request, &state) : publish(&state)
                }
            }
        }

        private func mail(_ request: TestServer.Request, _ state: inout State) -> TestServer.Reply {
            struct Mail: Decodable {
                let destination: [String: [String]]

                enum CodingKeys: String, CodingKey { case destination = "Destination" }
            }
            guard let mail = try? JSONDecoder().decode(Mail.self, from: Data(request.body)),
                let recipients = mail.destination["ToAddresses"]
            else { return .status(400) }
            if state.refusesEveryMail || state.isMailRefused && recipients != ["admin@example.com"] {
                let headers = [("x-amzn-errortype", "MessageRejected")]
                return .status(400, headers: headers, body: #"{"message":"owner@example.com is not verified"}"#)
            }
            state.mails.append(recipients)
            return .ok(#"{"MessageId":"mail"}"#)
        }

        private func publish(_ state: inout State) -> TestServer.Reply {
            if state.isTopicRefused {
                let error = "<Error><Code>AuthorizationError</Code><Message>no</Message></Error>"
                return .status(403, body: "<ErrorResponse>\(error)</ErrorResponse>")
            }
            state.messages += 1
            let result = "<PublishResult><MessageId>message</MessageId></PublishResult>"
            return .ok("<PublishResponse>\(result)</PublishResponse>")
        }

        /// The JSON object that follows a text; the strings of these tests hold no braces.
        private static func object(after text: String, in body: String) -> String? {
            guard let start = body.firstRange(of: text)?.upperBound else { return nil }
            var depth = 0
            for index in body[start...].indices {
                if body[index] == "{" { depth += 1 }
                if body[index] == "}" { depth -= 1 }
                if depth == 0 { return String(body[start...index]) }
            }
            return nil
        }
    }

    private let cloud = Cloud()
    private let server: TestServer
    private let sender: AlertSender

    init() throws {
        let cloud = cloud
        server = TestServer { cloud.reply(to: $0) }
        var effects = AWSEffects.live()
        effects.sleep = { _ in
            cloud.state.withLock { $0.sleeps += 1 }
            throw CancellationError()
        }
        let client = AWSClient(
            configuration: try AWSConfiguration(
                environment: AWSEnvironment(["AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": server.url])
            ),
            credentials: StaticCredentialsProvider(AWSCredentials(accessKeyID: "AKID", secretAccessKey: "secret")),
            effects: effects
        )
        sender = AlertSender(
            store: DynamoDBAlertStore(DynamoDB(client), table: "shares"),
            ses: SESv2(client),
            sns: SNS(client),
            addresses: AddressBook(
                ssm: SSM(client),
                addressPrefix: "/emails",
                membershipPrefix: nil,
                administratorParameter: "/admin"
            ),
            sender: "sender@example.com",
            topicARN: "arn:aws:sns:eu-central-1:111122223333:alerts",
            links: ConsoleLinks(host: "console.aws.amazon.com", region: region),
            effects: effects
        )
    }

    @discardableResult
    private func send(
        _ event: GovernanceEvent,
        to addresses: [String] = ["owner@example.com"],
        by invocation: String
    ) async throws -> AlertSender.Failure? {
        let alert = ImageAlert(
            loss: try #require(ImageLoss(event)),
            imageName: "golden",
            usage: summary(instances(1)),
            coverage: covered(consumer),
            isMembershipUnknown: false
        )
        let outcome = try await sender.send(
            alert,
            to: .init(addresses: addresses),
            .init(requestID: invocation, deadline: EventTime(.now()).advanced(bySeconds: 60))
        )
        cloud.state.withLock { $0.outcomes.append(outcome) }
        guard case .failed(let failure) = outcome else { return nil }
        return failure
    }

    @Test func aLossThatIsReportedTwiceIsToldOnce() async throws {
        #expect(try await send(E.deregister("11:00:00"), by: "first") == nil)
        #expect(try await send(E.state("11:00:05", .deregistered), by: "second") == nil)
        #expect(try await send(E.deregister("11:00:00"), by: "first") == nil)
        #expect(cloud.mails == [["owner@example.com"]])
        #expect(cloud.messages == 1)
        #expect(cloud.state.withLock(\.outcomes) == [.sent, .alreadySent, .alreadySent])
    }

    /// The administrator and the topic once; the owner again with each try, which waits for nobody.
    @Test func anOwnerThatCannotBeToldIsTriedAgain() async throws {
        cloud.state.withLock { $0.isMailRefused = true }
        let failure = try await send(E.deregister("11:00:00"), by: "first")
        #expect(failure?.reason.hasPrefix("SES: MessageRejected") == true)
        #expect(failure?.reason.contains("@") == false)
        #expect(try await send(E.state("11:00:05", .deregistered), by: "second") != nil)
        #expect(cloud.mails == [["admin@example.com"]])
        #expect(cloud.messages == 1)

        cloud.state.withLock { $0.isMailRefused = false }
        #expect(try await send(E.deregister("11:00:00"), by: "first") == nil)
        #expect(try await send(E.state("11:00:05", .deregistered), by: "second") == nil)
        #expect(cloud.mails == [["admin@example.com"], ["owner@example.com"]])
        #expect(cloud.messages == 1)
        #expect(cloud.sleeps == 0)
    }

    @Test func withoutAnAddressTheAdministratorIsTold() async throws {
        for invocation in ["first", "second"] {
            let failure = try await send(E.deregister("11:00:00"), to: [], by: invocation)
            #expect(failure?.reason == "no valid address is configured")
        }
        #expect(cloud.mails == [["admin@example.com"]])
        #expect(cloud.messages == 1)
        #expect(cloud.sleeps == 0)
    }

    /// Another invocation sends what is left, at once, and nothing twice.
    @Test func whatFailedIsTakenOver() async throws {
        cloud.state.withLock { $0.isTopicRefused = true }
        await #expect(throws: AWSError.self) { try await send(E.deregister("11:00:00"), by: "first") }
        cloud.state.withLock { $0.isTopicRefused = false }
        #expect(try await send(E.state("11:00:05", .deregistered), by: "second") == nil)
        #expect(cloud.mails == [["owner@example.com"]])
        #expect(cloud.messages == 1)
        #expect(cloud.sleeps == 0)
    }

    // MARK: Accounts whose use is not known

    private func notify(
        _ event: GovernanceEvent,
        by invocation: String,
        of account: AccountCoverage = covered(consumer, nil)
    ) async throws -> AlertSender.Outcome {
        let loss = try #require(ImageLoss(event))
        let notice = UnknownUseNotice(loss: loss, imageName: nil, accounts: [account])
        let deadline = EventTime(.now()).advanced(bySeconds: 60)
        return try await sender.send(notice, .init(requestID: invocation, deadline: deadline))
    }

    @Test func theAdministratorIsToldOnceOfAccountsWhoseUseIsNotKnown() async throws {
        #expect(try await notify(E.deregister("11:00:00"), by: "first") == .sent)
        #expect(try await notify(E.state("11:00:05", .deregistered), by: "second") == .alreadySent)
        #expect(cloud.mails == [["admin@example.com"]])
        #expect(cloud.messages == 1)
        let record = cloud.state.withLock(\.record)
        #expect(record?.contains("alert#111122223333#deregistered#unknown-use") == true)
    }

    @Test func theTopicAloneIsToldOfWhatTheNextSweepTells() async throws {
        let account = AccountCoverage(
            of: consumer,
            .record(swept(consumer)),
            now: asked,
            maximumAgeHours: 48,
            possession: .since(time("2026-11-20T09:00:00Z"))
        )
        #expect(try await notify(E.deregister("11:00:00"), by: "first", of: account) == .sent)
        #expect(try await notify(E.state("11:00:05", .deregistered), by: "second", of: account) == .alreadySent)
        #expect(cloud.mails.isEmpty)
        #expect(cloud.messages == 1)
    }

    @Test func aNoticeOfWhichOneHalfFailsIsTriedAgain() async throws {
        cloud.state.withLock { $0.isTopicRefused = true }
        await #expect(throws: AWSError.self) { try await notify(E.deregister("11:00:00"), by: "first") }
        cloud.state.withLock { ($0.isTopicRefused, $0.refusesEveryMail) = (false, true) }
        #expect(try await notify(E.deregister("11:00:00"), by: "first") == .sent)
        #expect(cloud.mails == [["admin@example.com"]])
        cloud.state.withLock { $0.record = nil }
        guard case .failed(let failure) = try await notify(E.deregister("11:00:00"), by: "first") else {
            Issue.record("told without a mail")
            return
        }
        #expect(failure.reason.contains("could not be told of accounts whose use is not known: SES: MessageRejected"))
        #expect(cloud.messages == 2)
        cloud.state.withLock { $0.refusesEveryMail = false }
        #expect(try await notify(E.deregister("11:00:00"), by: "first") == .sent)
        #expect(cloud.mails.count == 2)
        #expect(cloud.messages == 2)
        #expect(cloud.sleeps == 0)
    }

    /// A cut-off invocation leaves its claim: whoever comes waits for its end.
    @Test func aClaimKeepsOthersWaiting() async throws {
        func claim(seconds: Int64) {
            let until = EventTime(.now()).advanced(bySeconds: seconds)
            cloud.state.withLock { state in
                state.record = """
                    {"image_id":{"S":"\(image)"},"principal":{"S":"alert#\(consumer)#deregistered"},"revision":{"N":"1"},\
                    "loss_time":{"S":"2026-11-20T11:00:00.000Z"},"event_id":{"S":"e"},"status":{"S":"pending"},\
                    "claimed_by":{"S":"first"},"claimed_until":{"S":"\(until)"}}
                    """
            }
        }
        claim(seconds: 60)
        await #expect(throws: CancellationError.self) {
            try await send(E.state("11:00:05", .deregistered), by: "second")
        }
        #expect(cloud.sleeps == 1)
        #expect(cloud.mails.isEmpty)
        claim(seconds: -1)
        #expect(try await send(E.deregister("11:00:00"), by: "first") == nil)
        #expect(cloud.mails == [["owner@example.com"]])
    }
}
