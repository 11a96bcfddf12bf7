import AWSClient
import AWSServices
import LambdaRuntime
import TestSupport

@testable import Governance

/// What the tables and EC2 hold.
struct ImageCheckWorld: Sendable {
    var rows: [UsageRow] = []
    var brokenRows: [String] = []
    var coverage: [CoverageRecord] = [swept(creator)]
    var shares: [ShareRecord] = []
    var imageRecord: ImageRecord?
    /// When EC2 says that the image was made, and DynamoDB the table of shares.
    var created: String? = "2026-11-02T00:00:00.000Z"
    var recorded = "1793491200.123"
    var permissions: TestServer.Reply = CloudFixture.xml("DescribeImageAttribute", "<imageId>ami-1</imageId>")
    var failing: Set<String> = []
    var reported: [(String, Int)] = []
    /// Of EC2's report.
    var state = "available"
    /// The shares table, where it is more than ``shares``.
    var table: SharesTableOnPaper?

    func reply(_ operation: String, _ body: String) -> TestServer.Reply {
        if failing.contains(operation) {
            return operation == "DescribeImages"
                ? CloudFixture.ec2Error("AccessDeniedException")
                : CloudFixture.dynamoDBError("AccessDeniedException")
        }
        let isOfShares = !body.contains("IndexName")
        if let table, isOfShares, let reply = table.reply(operation, body) { return reply }
        switch operation {
        case "GetItem":
            guard let imageRecord else { return .ok("{}") }
            let keys = ["image_id": imageRecord.image.text, "principal": "image"]
            let item = CloudFixture.item(imageRecord.attributes.merging(keys) { $1 }, revision: 1)
            return .ok(#"{"Item":\#(item)}"#)
        case "DescribeTable": return .ok(#"{"Table":{"CreationDateTime":\#(recorded),"ItemCount":3}}"#)
        case "DescribeImages":
            let image = created.map {
                "<item><imageId>ami-0abcdef1234567890</imageId><creationDate>\($0)</creationDate></item>"
            }
            return CloudFixture.xml(operation, "<imagesSet>\(image ?? "")</imagesSet>")
        case "Query" where body.contains(#"{"S":"coverage"}"#):
            return CloudFixture.items(coverage.map(CloudFixture.item(of:)))
        case "Query" where body.contains("\"IndexName\":\"image\""):
            let account = Set(rows.map(\.key.account.text)).first { body.contains("\"\($0)\"") }
            let asked = body.contains(" AND ")
            let found = rows.filter { !asked || $0.key.account.text == account }
            return CloudFixture.items(found.map(CloudFixture.item(of:)) + (asked ? [] : brokenRows))
        case "Query":
            return CloudFixture.items(
                shares.map { share in
                    CloudFixture.item(
                        share.attributes.merging([
                            "image_id": share.image.text, "principal": share.principal.description,
                        ]) { $1 },
                        revision: 1
                    )
                }
            )
        case "DescribeImageAttribute": return permissions
        case "CreateImageUsageReport": return CloudFixture.xml(operation, "<reportId>amiur-1</reportId>")
        case "DescribeImageUsageReports":
            let made = "<item><reportId>amiur-1</reportId><state>\(state)</state></item>"
            let reports = body.contains("ImageId.1=") ? "" : made
            return CloudFixture.xml(operation, "<imageUsageReportSet>\(reports)</imageUsageReportSet>")
        case "DescribeImageUsageReportEntries":
            let entries = reported.map { account, count in
                "<item><accountId>\(account)</accountId><resourceType>ec2:Instance</resourceType>"
                    + "<usageCount>\(count)</usageCount></item>"
            }
            return CloudFixture.xml(
                operation,
                "<imageUsageReportEntrySet>\(entries.joined())</imageUsageReportEntrySet>"
            )
        case "DeleteImageUsageReport": return CloudFixture.xml(operation, "<return>true</return>")
        default: return .status(500)
        }
    }
}

/// Checks of what a world holds.
protocol ImageCheckExamples {}

extension ImageCheckExamples {
    var silent: Logger { Logger(level: .fatal) }

    func fixture(
        recordsShares: Bool = false,
        _ change: (inout ImageCheckWorld) -> Void
    ) throws -> (CloudFixture, ImageCheck) {
        var world = ImageCheckWorld()
        change(&world)
        let scripted = world
        return try fixture(recordsShares: recordsShares) { scripted.reply($0, $1) }
    }

    func fixture(
        recordsShares: Bool = false,
        reply: @escaping @Sendable (_ operation: String, _ body: String) -> TestServer.Reply
    ) throws -> (CloudFixture, ImageCheck) {
        let fixture = try CloudFixture(reply: reply)
        var effects = fixture.effects
        effects.now = { Timestamp(seconds: asked.epochSeconds, nanoseconds: 0) }
        let check = ImageCheck(
            fixture.client,
            sharesTable: "shares",
            usageTable: "usage",
            index: "image",
            region: region,
            owner: creator,
            recordsShares: recordsShares,
            links: ConsoleLinks(host: "console.aws.amazon.com", region: region),
            effects: effects
        )
        return (fixture, check)
    }
}
