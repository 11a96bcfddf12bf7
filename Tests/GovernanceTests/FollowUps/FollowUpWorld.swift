import AWSClient
import AWSServices
import LambdaRuntime
import Synchronization
import TestSupport

@testable import Governance

/// Accounts that lose an image, what is known of them, and what is sent to whom. Time is what a test makes of it.
final class FollowUpWorld: Sendable {
    struct Mail: Sendable {
        let recipient: String
        let isLate: Bool
    }

    struct State {
        var now = asked
        /// Rows of the usage table, each with the time from which on the index has it.
        var rows: [(row: UsageRow, visible: EventTime)] = []
        /// Items of the usage table that are none of this software's.
        var garbage: [String] = []
        var coverage: [AccountID: CoverageRecord] = [:]
        var withoutAddress: Set<AccountID> = []
        var mails: [Mail] = []
        var messages: [String] = []
        /// By what hourly runs said for the metrics.
        var (sent, failed) = (0, 0)
        /// After so many requests the invocation is cut off; the last of them has its effect or has not.
        var kill: (requests: Int, hasEffect: Bool)?
        var isKilled = false
        /// Whose mail was sent and not noted: a kill now lets it be sent again.
        var unnoted: Set<String> = []
        /// How often a mail may come again.
        var repeats: [String: Int] = [:]
        /// The images about which requests fail.
        var failing: Set<ImageID> = []
        /// How long each request takes.
        var duration = Duration.zero
    }

    let table: SharesTableOnPaper
    let state = Mutex(State())
    private let fixture = Mutex<CloudFixture?>(nil)

    init(_ shares: [ShareRecord]) { table = SharesTableOnPaper(shares) }

    var now: EventTime { state.withLock(\.now) }

    func wait(_ seconds: Int64) { state.withLock { $0.now = $0.now.advanced(bySeconds: seconds) } }

    func mails(to account: AccountID) -> [Mail] {
        state.withLock { $0.mails.filter { $0.recipient == Self.address(account) } }
    }

    /// What is noted of losses, by image and loss.
    var followUps: [[String: String]] {
        table.partition(LossFollowUp.partitionKey).values.sorted { ($0["principal"] ?? "") < ($1["principal"] ?? "") }
    }

    static func address(_ account: AccountID) -> String { "\(account)@example.com" }

    // MARK: The software

    func start() throws -> LossAlerts {
        // The world has the server, and may be gone before what a request has left behind.
        let fixture = try CloudFixture { [weak self] in self?.reply($0, $1) ?? .status(500) }
        self.fixture.withLock { $0 = fixture }
        var effects = fixture.effects
        let sleep = fixture.effects.sleep
        effects.now = { [weak self] in
            let now = self?.now ?? asked
            return Timestamp(seconds: now.epochSeconds, nanoseconds: Int32(now.milliseconds % 1000) * 1_000_000)
        }
        effects.sleep = { [weak self] duration in
            try await sleep(duration)
            self?.state.withLock { state in
                let milliseconds =
                    duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
                state.now = EventTime(milliseconds: state.now.milliseconds + milliseconds)
            }
        }
        let dynamoDB = DynamoDB(fixture.client)
        let addresses = AddressBook(
            ssm: SSM(fixture.client),
            addressPrefix: "/emails",
            membershipPrefix: nil,
            administratorParameter: "/administrator"
        )
        return LossAlerts(
            shares: DynamoDBShareStore(dynamoDB, table: "shares"),
            followUps: DynamoDBFollowUpStore(dynamoDB: dynamoDB, table: "shares"),
            usage: UsageIndex(dynamoDB: dynamoDB, table: "usage", index: "image"),
            coverage: CoverageIndex(dynamoDB, table: "usage", index: "image"),
            addresses: addresses,
            sender: AlertSender(
                store: DynamoDBAlertStore(dynamoDB, table: "shares"),
                ses: SESv2(fixture.client),
                sns: SNS(fixture.client),
                addresses: addresses,
                sender: "images@example.com",
                topicARN: "arn:aws:sns:eu-central-1:111122223333:alerts",
                links: ConsoleLinks(host: "console.aws.amazon.com", region: region),
                effects: effects
            ),
            ec2: EC2(fixture.client),
            region: region,
            maximumSweepAgeHours: 48
        )
    }

    var operations: [String] { fixture.withLock { $0?.operations ?? [] } }

    func context(_ request: String = "request") -> LambdaContext {
        LambdaContext(
            requestID: request,
            deadline: now.milliseconds + 60_000,
            logger: Logger(level: .fatal)
        )
    }

    func tell(_ event: GovernanceEvent, _ alerts: LossAlerts) async throws -> LossAlerts.Report? {
        guard let loss = ImageLoss(event) else { return nil }
        return try await alerts.tell(of: loss, event, context("event"))
    }

    @discardableResult
    func hour(_ alerts: LossAlerts, within left: Duration? = nil) async throws -> LossAlerts.FollowUpReport {
        let deadline = left.map { alerts.sender.effects.instant() + $0 }
        return try await AWSClient.$deadline.withValue(deadline) {
            try await alerts.followUp(context("hour")) { _, sent, failed in
                state.withLock { ($0.sent, $0.failed) = ($0.sent + sent, $0.failed + failed) }
            }
        }
    }

    // MARK: What comes to be known

    func use(by account: AccountID, _ row: UsageRow, after seconds: Int64 = 0) {
        state.withLock { state in
            state.rows.removeAll { $0.row.key == row.key }
            state.rows.append((row, state.now.advanced(bySeconds: seconds)))
        }
    }

    /// A complete sweep that begins now.
    func sweep(_ account: AccountID, skipped: [String] = []) {
        state.withLock { state in
            state.coverage[account] = CoverageRecord(
                account: account,
                region: region,
                lastSweep: .init(started: state.now, completed: state.now, skipped: skipped, resources: 1)
            )
        }
    }

    // MARK: The services

    private func reply(_ operation: String, _ body: String) -> TestServer.Reply {
        let (isKilled, duration) = state.withLock { state in
            if let kill = state.kill, !state.isKilled {
                state.kill = kill.requests > 1 ? (kill.requests - 1, kill.hasEffect) : nil
                state.isKilled = kill.requests <= 1
                if state.isKilled, kill.hasEffect { return (false, state.duration) }
            }
            return (state.isKilled, state.duration)
        }
        if duration > .zero { fixture.withLock { $0 }?.pass(duration) }
        let reply = isKilled ? nil : answer(operation, body)
        return state.withLock { state in
            guard state.isKilled else { return reply ?? .status(500) }
            for recipient in state.unnoted { state.repeats[recipient, default: 0] += 1 }
            state.unnoted = []
            return CloudFixture.dynamoDBError("AccessDeniedException")
        }
    }

    /// The next invocation.
    func revive() {
        state.withLock { ($0.isKilled, $0.kill) = (false, nil) }
    }

    private func answer(_ operation: String, _ body: String) -> TestServer.Reply? {
        let request = (try? JSONValue(parsing: Array(body.utf8))) ?? .null
        let failing = state.withLock { $0.failing }
        if failing.contains(where: { body.contains($0.text) }), operation == "Query" {
            return CloudFixture.dynamoDBError("AccessDeniedException")
        }
        switch operation {
        case "Query" where request["TableName"]?.string == "usage":
            return usage(request["ExpressionAttributeValues"]?[":0"]?["S"]?.string ?? "")
        case "GetParameters":
            let names = request["Names"]?.array?.compactMap(\.string) ?? []
            let without = state.withLock { $0.withoutAddress }
            let found = names.compactMap { $0.split(separator: "/").last.flatMap { AccountID(String($0)) } }
                .filter { !without.contains($0) }
            let parameters = found.map {
                #"{"Name":"/emails/\#($0)","Value":"\#(Self.address($0))","Type":"SecureString"}"#
            }
            return .ok(#"{"Parameters":[\#(parameters.joined(separator: ","))],"InvalidParameters":[]}"#)
        case "GetParameter":
            return .ok(
                #"{"Parameter":{"Name":"/administrator","Value":"administrator@example.com","Type":"SecureString"}}"#
            )
        case "Publish":
            state.withLock { $0.messages.append(body) }
            return .ok("<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>")
        case "DescribeImages":
            return CloudFixture.xml(operation, "<imagesSet></imagesSet>")
        default:
            guard operation.hasSuffix("/outbound-emails") else {
                note(operation, request)
                return table.reply(operation, body)
            }
            let recipient = request["Destination"]?["ToAddresses"]?.array?.first?.string ?? ""
            state.withLock { state in
                state.mails.append(Mail(recipient: recipient, isLate: body.contains("This comes late")))
                state.unnoted.insert(recipient)
            }
            return .ok(#"{"MessageId":"mail"}"#)
        }
    }

    private func note(_ operation: String, _ request: JSONValue) {
        guard operation == "PutItem", let item = request["Item"] else { return }
        let parts = (item["principal"]?["S"]?.string ?? "").split(separator: "#")
        guard parts.count > 1, parts[0] == "alert" else { return }
        state.withLock { state in
            if item["owner_message_id"] != nil { state.unnoted.remove("\(parts[1])@example.com") }
            if item["administrator_message_id"] != nil { state.unnoted.remove("administrator@example.com") }
        }
    }

    private func usage(_ key: String) -> TestServer.Reply {
        state.withLock { state in
            if key == CoverageRecord.imageKeyValue {
                return CloudFixture.items(state.coverage.values.map { CloudFixture.item(of: $0) })
            }
            let rows = state.rows.filter { $0.visible <= state.now && $0.row.key.image.text == key }.map(\.row)
                .sorted { $0.key.account < $1.key.account }
            return CloudFixture.items(rows.map { CloudFixture.item(of: $0) } + state.garbage)
        }
    }

    // MARK: Samples

    static let other = AccountID(checked: "777788889999")

    /// Two accounts the image is shared with: `consumer` and `other`.
    static func ofTwoAccounts() -> FollowUpWorld {
        FollowUpWorld([share(.account(consumer)), share(.account(other))])
    }

    /// Both lose it.
    static let unshare = ShareEvents.unshare("09:00:00", [.account(consumer), .account(other)])

    /// An instance of the image, seen at that time of the day.
    static func instance(
        _ number: Int,
        of account: AccountID,
        _ clock: String = "08:30:00",
        source: UsageSource = .event
    )
        -> UsageRow
    {
        let moment = time("2026-11-20T\(clock)Z")
        return UsageRow(
            key: .init(account: account, image: image, resource: .instance(.init(checked: "i-\(100_000 + number)"))),
            resourceName: nil,
            region: region,
            mark: source == .sweep ? .sweep(lookingFrom: moment) : EventMark(time: moment, eventID: "e"),
            lastSeen: moment,
            source: source
        )
    }
}
