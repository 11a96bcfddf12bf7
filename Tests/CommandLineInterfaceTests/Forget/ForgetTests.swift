import AWSClient
import AWSServices
import Synchronization
import TestSupport
import Testing
import Transport

@testable import CommandLineInterface
@testable import Governance

struct ForgetTests {
    private static let account = AccountID("222222222201")!
    private static let now = EventTime("2026-11-20T09:30:00.000Z")!

    private static func row(_ resource: String, seen: EventTime) -> DynamoDB.Item {
        let parts = resource.split(separator: "#").map(String.init)
        return [
            "account_id": .string(account.text), "resource": .string(resource), "image_id": .string(parts[0]),
            "region": "eu-central-1", "first_seen": .string(seen.description), "last_seen": .string(seen.description),
            "event_id": "event-1", "source": "event",
        ]
    }

    private static func items(seen: EventTime) -> [DynamoDB.Item] {
        [
            row("ami-0abc#instance#i-0aaa", seen: seen), row("ami-0abc#instance#i-0bbb", seen: seen),
            row("ami-0def#launch-template#lt-0ccc/3", seen: seen), row("nonsense", seen: seen),
            [
                "account_id": .string(account.text), "resource": "coverage#eu-central-1", "image_id": "coverage",
                "region": "eu-central-1", "last_event": .string(seen.description),
            ],
        ]
    }

    private func answer(_ items: [DynamoDB.Item]) -> ForgetAnswer {
        var contents = AccountContents(account: Self.account)
        for item in items { contents.add(item) }
        return ForgetAnswer(
            contents: contents,
            region: Region("eu-central-1")!,
            table: "ami-steward-usage",
            departedAfterDays: 30,
            now: Self.now
        )
    }

    private func text(_ answer: ForgetAnswer) throws -> String { try answer.output.text(as: .table, on: Terminal()) }

    private static func daysAgo(_ days: Int64) -> EventTime { now.advanced(bySeconds: -days * 86_400) }

    // MARK: What it says

    @Test func `what would be deleted is told, and when the tracker was heard of last`() throws {
        let answer = answer(Self.items(seen: Self.daysAgo(40)))
        #expect(answer.doubt == nil)
        #expect(
            try text(answer) == """
                Account:            222222222201
                Table:              ami-steward-usage in eu-central-1
                Last heard of:      2026-10-11 09:30 UTC, 40 days ago
                Images used:        2
                Resources:          3
                  instance:         2
                  launch-template:  1
                Rows not readable:  1
                Coverage:           eu-central-1
                5 items would be deleted with --no-dry-run; nothing has been changed.

                """
        )
        let document = answer.output.document
        #expect(document["account_id"] == .string(Self.account.text))
        #expect(document["last_heard_of"] == "2026-10-11T09:30:00.000Z")
        #expect(document["departed"] == true)
        #expect(document["resource_counts"] == ["instance": 2, "launch-template": 1])
        #expect(document["coverage_regions"] == ["eu-central-1"])
        #expect(document["item_count"] == 5)
        #expect(document["dry_run"] == true)
        #expect(document["deleted"] == 0)
    }

    @Test func `a tracker that was heard of lately is a doubt`() throws {
        #expect(answer(Self.items(seen: Self.daysAgo(31))).doubt == nil)
        let recent = answer(Self.items(seen: Self.daysAgo(30)))
        #expect(
            recent.doubt == "the usage tracker of account 222222222201 was heard of at 2026-10-21 09:30 UTC"
                + " (30 days ago), less than 30 days ago"
        )
        #expect(recent.output.document["departed"] == false)
    }

    @Test func `so is one of which it is not known when`() throws {
        var silent = Self.items(seen: Self.daysAgo(40))
        silent[4]["last_event"] = nil
        let unknown = "it is not known when the usage tracker of account 222222222201 was heard of last"
        #expect(answer(silent).doubt == unknown)
        let nonsense = answer([silent[3]])
        #expect(nonsense.doubt == unknown)
        #expect(try text(nonsense).contains("Last heard of:      not known\n"))
        #expect(nonsense.output.document["last_heard_of"] == .null)
    }

    @Test func `what became of it is told in the end`() throws {
        var answer = answer(Self.items(seen: Self.daysAgo(40)))
        answer.result = .init(deleted: 5)
        #expect(
            try text(answer) == "5 items deleted: 2 instances, 1 launch template version, 1 row that cannot be read and"
                + " the coverage of eu-central-1. Account 222222222201 is forgotten.\n"
        )
        #expect(answer.output.document["dry_run"] == false)
        #expect(answer.output.document["deleted"] == 5)
        answer.result = .init(deleted: 4, kept: 1)
        #expect(try text(answer).hasPrefix("4 items deleted, 1 kept, written meanwhile: "))
        #expect(answer.output.document["kept"] == 1)
        answer.result = .init(kept: 5)
        #expect(try text(answer).hasPrefix("Nothing deleted, what is there was written meanwhile: "))
    }

    @Test func `where there is nothing, there is nothing to do`() throws {
        let nothing = answer([])
        #expect(nothing.doubt == nil)
        let text = "Nothing to do: the table ami-steward-usage in eu-central-1 has nothing of account 222222222201.\n"
        #expect(try self.text(nothing) == text)
    }

    // MARK: What it does

    private struct Ending {
        var status: Int32
        var out: String
        var err: String
        var operations: [String]
    }

    private final class Written: Sendable {
        private let texts = Mutex<[Int32: String]>([:])

        func add(_ descriptor: Int32, _ text: String) { texts.withLock { $0[descriptor, default: ""] += text } }

        func text(of descriptor: Int32) -> String { texts.withLock { $0[descriptor] ?? "" } }
    }

    /// Runs the command against a table that has these items and deletes whatever it is told to.
    private func run(_ line: String, _ items: [DynamoDB.Item], _ refusal: TestServer.Reply? = nil) async -> Ending {
        let page = items.map { item in
            let members = item.map { #""\#($0.key)":{"S":"\#($0.value.stringValue ?? "")"}"# }
            return "{\(members.joined(separator: ","))}"
        }
        let server = TestServer { request in
            guard request.header("x-amz-target")?.hasSuffix(".Query") == true else { return refusal ?? .ok("{}") }
            return .ok(#"{"Items":[\#(page.joined(separator: ","))]}"#)
        }
        let written = Written()
        let status = await Amictl.program.run(
            line.split(separator: " ").map(String.init),
            environment: [
                "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-central-1",
                "AWS_ENDPOINT_URL": server.url,
            ],
            http: HTTPClient()
        ) { _ in Console(write: { written.add($0, $1) }) }
        let operations = server.requests.compactMap { $0.header("x-amz-target")?.split(separator: ".").last }
        return Ending(
            status: status.code,
            out: written.text(of: 1),
            err: written.text(of: 2),
            operations: operations.map(String.init)
        )
    }

    private static let departed = items(seen: EventTime("2024-11-20T09:30:00.000Z")!)
    private static let present = items(seen: EventTime(.now()).advanced(bySeconds: -86_400))

    @Test func `it is a dry run unless told otherwise`() async {
        let ending = await run("forget 222222222201", Self.departed)
        #expect(ending.status == 0)
        #expect(ending.out.contains("5 items would be deleted with --no-dry-run"))
        #expect(ending.err == "warning: an item of 222222222201 in the usage table has no valid resource\n")
        #expect(ending.operations == ["Query"])
    }

    @Test func `it deletes when told to`() async throws {
        let ending = await run("forget 222222222201 --no-dry-run --output json", Self.departed)
        #expect(ending.status == 0)
        #expect(ending.err.contains("deleting of account 222222222201: 2 instances, 1 launch template version, 1 row"))
        let document = try JSONValue(parsing: Array(ending.out.utf8))
        #expect(document["deleted"] == .integer(5))
        #expect(document["dry_run"] == .boolean(false))
        #expect(ending.operations == ["Query", "DeleteItem", "TransactWriteItems"])
    }

    @Test func `an account whose tracker was heard of lately is refused`() async {
        let refused = await run("forget 222222222201 --no-dry-run", Self.present)
        #expect(refused.status == 1)
        #expect(refused.out == "")
        #expect(refused.err.contains("error: the usage tracker of account 222222222201 was heard of at "))
        #expect(refused.err.hasSuffix("nothing was deleted; --force does it nevertheless\n"))
        #expect(refused.operations == ["Query"])

        let shown = await run("forget 222222222201", Self.present)
        #expect(shown.status == 1)
        #expect(shown.out.contains("5 items would be deleted"))
        #expect(shown.err.contains("error: the usage tracker"))

        let forced = await run("forget 222222222201 --no-dry-run --force", Self.present)
        #expect(forced.status == 0)
        #expect(forced.err.contains("warning: the usage tracker"))
        #expect(forced.out.contains("5 items deleted"))
    }

    @Test func `nothing there is no failure`() async {
        let ending = await run("forget 222222222201 --no-dry-run", [])
        #expect(ending.status == 0)
        #expect(ending.out.hasPrefix("Nothing to do: "))
        #expect(ending.err == "")
        #expect(ending.operations == ["Query"])
    }

    @Test func `where it fails, it is told how far it came and which permission is needed`() async {
        let denied = #"{"__type":"com.amazon.coral.service#AccessDeniedException","message":"m"}"#
        let rows = Array(Self.departed.prefix(3))
        let ending = await run("forget 222222222201 --no-dry-run", rows, .status(400, body: denied))
        #expect(ending.status == 1)
        #expect(ending.out == "")
        #expect(ending.err.contains("at least 0 of 3 items deleted; to do it again deletes the rest\n"))
        #expect(ending.err.contains("the caller needs dynamodb:DeleteItem;"))
    }
}
