import AWSClient
import AWSServices
import TestSupport
import Testing

@testable import Governance

/// What the guard asks of EC2 and of its table.
@Suite struct GuardServicesTests {
    private static func item(_ image: String, _ protection: String?, tag: String? = nil) -> String {
        let protection = protection.map { "<deregistrationProtection>\($0)</deregistrationProtection>" } ?? ""
        let tags = tag.map { "<tagSet><item><key>guard</key><value>\($0)</value></item></tagSet>" } ?? ""
        return "<item><imageId>\(image)</imageId><imageOwnerId>111122223333</imageOwnerId>"
            + "<imageState>available</imageState>\(protection)\(tags)</item>"
    }

    private static func page(_ items: [String], next: String = "") -> TestServer.Reply {
        CloudFixture.xml("DescribeImages", "<imagesSet>\(items.joined())</imagesSet>\(next)")
    }

    @Test func everyImageOfTheAccount() async throws {
        let fixture = try CloudFixture { _, body in
            body.contains("NextToken=")
                ? Self.page([Self.item("ami-3", nil), Self.item("ami-4", "enabled-with-cooldown")])
                : Self.page(
                    [Self.item("ami-1", "disabled"), Self.item("ami-2", "enabled-without-cooldown")],
                    next: "<nextToken>n</nextToken>"
                )
        }
        let images = try await EC2GuardedImages(ec2: EC2(fixture.client), scope: .all).images()
        #expect(images.map(\.image.text) == ["ami-1", "ami-2", "ami-3", "ami-4"])
        #expect(images.map(\.protection) == [.disabled, .enabled, .other, .enabledWithCooldown])
        let body = try #require(fixture.bodies(of: "DescribeImages").first)
        for field in ["Owner.1=self", "IncludeDisabled=true", "IncludeDeprecated=true"] {
            #expect(body.contains(field))
        }
        #expect(!body.contains("Filter"))
    }

    /// A wildcard in the tag's value is none; and what EC2 finds beyond it is not guarded.
    @Test func imagesWithTheTag() async throws {
        let fixture = try CloudFixture { _, _ in
            Self.page([Self.item("ami-1", "disabled", tag: "y*s"), Self.item("ami-2", "disabled", tag: "yes")])
        }
        let guarded = EC2GuardedImages(ec2: EC2(fixture.client), scope: .tagged(key: "guard", value: "y*s"))
        #expect(try await guarded.images().map(\.image.text) == ["ami-1"])
        let body = try #require(fixture.bodies(of: "DescribeImages").first)
        #expect(body.contains("Filter.1.Name=tag%3Aguard"))
        #expect(body.contains("Filter.1.Value.1=y%5C%2As"))
    }

    @Test func nothingWhereTheGuardIsOff() async throws {
        let fixture = try CloudFixture { _, _ in .status(500) }
        #expect(try await EC2GuardedImages(ec2: EC2(fixture.client), scope: .off).images().isEmpty)
        #expect(fixture.operations.isEmpty)
    }

    @Test func protectionIsGivenWithoutACooldown() async throws {
        let fixture = try CloudFixture { operation, _ in
            CloudFixture.xml(operation, "<return>enabled-without-cooldown</return>")
        }
        let guarded = EC2GuardedImages(ec2: EC2(fixture.client), scope: .all)
        try await guarded.protect(image)
        try await guarded.unprotect(image)
        #expect(
            fixture.operations == ["EnableImageDeregistrationProtection", "DisableImageDeregistrationProtection"]
        )
        #expect(fixture.server.requests.allSatisfy { !$0.bodyText.contains("WithCooldown") })
    }

    @Test func recordsInTheSharesTable() async throws {
        let given = GuardRecord(image: image, status: .given, time: asked)
        let fixture = try CloudFixture { operation, _ in
            guard operation == "BatchGetItem" else { return .ok("{}") }
            let items = [
                CloudFixture.item(
                    given.attributes.merging(["image_id": image.text, "principal": "guard"]) { $1 },
                    revision: 3
                ),
                // Whatever it says, it is no reason to touch the image.
                CloudFixture.item(
                    ["image_id": otherImage.text, "principal": "guard", "status": "?", "event_time": "?"],
                    revision: 1
                ),
            ]
            return .ok(#"{"Responses":{"shares":[\#(items.joined(separator: ","))]}}"#)
        }
        let store = DynamoDBGuardStore(DynamoDB(fixture.client), table: "shares")
        let records = try await store.records(of: [image, otherImage])
        #expect(records[image]?.value == given)
        #expect(records[image]?.revision == 3)
        #expect(records[otherImage]?.value.status == .left)
        #expect(try await store.write(given, revision: 3) == 4)
        let put = try #require(fixture.bodies(of: "PutItem").first)
        for part in [#""revision":{"N":"4"}"#, #""principal":{"S":"guard"}"#, #""status":{"S":"given"}"#] {
            #expect(put.contains(part))
        }
        #expect(put.contains("ConditionExpression"))
    }

    @Test func aRecordThatSomebodyElseHasWrittenIsNotWritten() async throws {
        let fixture = try CloudFixture { _, _ in CloudFixture.dynamoDBError("ConditionalCheckFailedException") }
        let store = DynamoDBGuardStore(DynamoDB(fixture.client), table: "shares")
        let record = GuardRecord(image: image, status: .giving, time: asked)
        #expect(try await store.write(record, revision: nil) == nil)
        #expect(fixture.bodies(of: "PutItem").first?.contains("attribute_not_exists") == true)
    }

    @Test(arguments: [nil, "ami-0abcdef1234567890"]) func theCursor(text: String?) async throws {
        let fixture = try CloudFixture { operation, _ in
            guard operation == "GetItem", let text else { return .ok("{}") }
            return .ok(#"{"Item":\#(CloudFixture.item(["image_id": "guard", "last_image_id": text]))}"#)
        }
        let store = DynamoDBGuardStore(DynamoDB(fixture.client), table: "shares")
        #expect(try await store.cursor()?.text == text)
        try await store.write(cursor: text.flatMap(ImageID.init(_:)))
        let put = try #require(fixture.bodies(of: "PutItem").first)
        #expect(put.contains(#""image_id":{"S":"guard"}"#))
        #expect(put.contains("last_image_id") == (text != nil))
    }
}
