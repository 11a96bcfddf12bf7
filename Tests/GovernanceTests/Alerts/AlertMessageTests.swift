import FoundationEssentials
import Testing

@testable import Governance

@Suite struct AlertMessageTests {
    private static let links = ConsoleLinks(host: "console.aws.amazon.com", region: region)

    struct Message: Decodable {
        struct Kind: Decodable {
            let kind: String
            let count: Int
            let first: [Item]
        }
        struct Item: Decodable {
            let id: String
            let name: String?
            let consoleUrl: String
            let firstSeen: String
        }
        let type: String
        let accountId: String
        let region: String
        let imageId: String
        let imageName: String?
        let imageOwner: String
        let status: String
        let principals: [String]
        let description: String
        let actor: String?
        let eventTime: String
        let eventId: String
        let membershipUnknown: Bool
        let email: String
        let resourceCount: Int
        let resources: [Kind]
        let coverage: Coverage
    }
    struct Coverage: Decodable {
        let accountId: String
        let status: String
        let lastSweepCompleted: String?
        let lastEvent: String?
        let skipped: [String]
    }

    private func json(rows: [UsageRow], delivery: AlertDelivery = .sent) throws -> [UInt8] {
        let loss = try #require(ImageLoss(try Sample.event("modify-image-attribute-remove-account")))
        let alert = ImageAlert(
            loss: loss,
            imageName: "golden",
            usage: summary(rows),
            coverage: covered(consumer),
            isMembershipUnknown: true
        )
        return try AlertMessage(alert, links: Self.links, delivery: delivery).json()
    }

    private func message(_ json: [UInt8]) throws -> Message {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Message.self, from: Data(json))
    }

    @Test func saysWhatTheMailSays() throws {
        let message = try message(json(rows: instances(51) + [version(3)], delivery: .noAddress))
        #expect(message.type == "image_lost")
        #expect(message.accountId == "444455556666")
        #expect(message.region == "eu-central-1")
        #expect(message.imageId == "ami-0abcdef1234567890")
        #expect(message.imageName == "golden")
        #expect(message.imageOwner == "111122223333")
        #expect(message.status == "removed")
        #expect(message.principals == ["account#444455556666"])
        #expect(message.description == "it is no longer shared with account 444455556666")
        #expect(message.actor == "arn:aws:sts::111122223333:assumed-role/image-pipeline/release-2026-11")
        #expect(message.eventTime == "2026-11-20T09:00:00.000Z")
        #expect(message.membershipUnknown)
        #expect(message.email == "no_address")
        #expect(message.coverage.accountId == "444455556666")
        #expect(message.coverage.status == "swept")
        #expect(message.coverage.lastSweepCompleted == "2026-11-20T08:01:00.000Z")
        #expect(message.coverage.lastEvent == "2026-11-20T09:30:00.000Z")
        #expect(message.coverage.skipped == [])
        #expect(message.resourceCount == 52)
        #expect(message.resources.map(\.kind) == ["instance", "launch-template"])
        #expect(message.resources.map(\.count) == [51, 1])
        #expect(message.resources.map(\.first.count) == [50, 1])
        #expect(message.resources.last?.first.first?.name == "web")
        #expect(message.resources.last?.first.first?.firstSeen == "2026-11-20T08:30:00.000Z")
    }

    @Test func keysAreInSnakeCase() throws {
        let text = String(decoding: try json(rows: instances(1)), as: UTF8.self)
        for key in ["\"account_id\":", "\"console_url\":\"https://", "\"membership_unknown\":true", "\"first_seen\":"] {
            #expect(text.contains(key))
        }
    }

    /// SNS takes 256 KiB, and names may be long and grow when escaped.
    @Test func isBounded() throws {
        let long = String(repeating: "\"\\", count: 127)
        let rows =
            (100..<180).map { launchConfiguration(String(long.dropLast(3)) + String($0)) }
            + (1...80).map { version($0, named: String(repeating: "\u{1F600}", count: 4000)) }
        let json = try json(rows: rows)
        #expect(json.count <= AlertMessage.maximumBytes)
        let message = try message(json)
        #expect(message.resources.map(\.count) == [80, 80])
        #expect(message.resources.allSatisfy { $0.first.count < 50 })
    }
}
