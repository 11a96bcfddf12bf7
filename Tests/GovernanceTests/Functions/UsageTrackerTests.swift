import AWSClient
import AWSServices
import LambdaRuntime
import Synchronization
import TestSupport
import Testing

@testable import Governance

/// What the tracker makes of events.
@Suite struct UsageTrackerTests {
    private func tracker(_ reply: @escaping @Sendable (String, String) -> TestServer.Reply?) throws
        -> (CloudFixture, UsageTracker)
    {
        let fixture = try CloudFixture { operation, body in
            if let reply = reply(operation, body) { return reply }
            switch operation {
            case "AssumeRole":
                let credentials = """
                    <AccessKeyId>AKID</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>\
                    <SessionToken>token</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration>
                    """
                let result = "<AssumeRoleResult><Credentials>\(credentials)</Credentials></AssumeRoleResult>"
                return .ok("<AssumeRoleResponse>\(result)</AssumeRoleResponse>")
            case "BatchGetItem": return .ok(#"{"Responses":{"mapping":[]},"UnprocessedKeys":{}}"#)
            case "PutItem", "TransactWriteItems", "UpdateItem": return .ok("{}")
            default: return .status(500)
            }
        }
        let environment = LambdaEnvironment([
            "CREATOR_ACCOUNT_ID": creator.text,
            "CROSS_ACCOUNT_ROLE_ARN": "arn:aws:iam::\(creator):role/tracker",
            "USAGE_TABLE": "usage", "SHARES_TABLE": "shares", "MAPPING_TABLE": "mapping",
        ])
        return (fixture, try UsageTracker(environment, client: fixture.client))
    }

    private static func refusal(_ code: String) -> TestServer.Reply {
        .status(400, body: #"{"__type":"\#(code)","message":"m"}"#)
    }

    // MARK: Parameters that may not be read

    private static let parameter = "arn:aws:ssm:eu-central-1:777788889999:parameter/golden"

    /// A version that names a parameter of another account, and one that takes it from its source.
    @Test(arguments: [
        ("create-launch-template-resolve-ssm", "AccessDeniedException"),
        ("create-launch-template-version-inherited", "AccessDeniedException"),
        ("create-launch-template-resolve-ssm", "OptInRequired"),
    ])
    func aParameterThatMayNotBeRead(sample: String, code: String) async throws {
        let (fixture, tracker) = try tracker { operation, _ in
            switch operation {
            case "GetParameters": return Self.refusal(code)
            case "DescribeLaunchTemplateVersions":
                let data = "<imageId>resolve:ssm:\(Self.parameter)</imageId>"
                let version = """
                    <launchTemplateId>lt-0a1b2c3d4e5f60001</launchTemplateId><versionNumber>3</versionNumber>\
                    <launchTemplateData>\(data)</launchTemplateData>
                    """
                let versions = "<launchTemplateVersionSet><item>\(version)</item></launchTemplateVersionSet>"
                return CloudFixture.xml(operation, versions)
            default: return nil
            }
        }
        let event = try Sample.json(sample)
            .replacing("resolve:ssm:/golden/al2023/x86_64", with: "resolve:ssm:\(Self.parameter)")
        let log = Mutex("")
        let sink = LogSink { bytes in
            log.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
            return bytes.count
        }
        let context = LambdaContext(requestID: "1", logger: Logger(level: .warn, format: .json, sink: sink))
        #expect(try await tracker.handle(Array(event.utf8), context) == Array("null".utf8))
        let record = try JSONValue(parsing: Array(log.withLock { $0 }.utf8))
        #expect(record["level"]?.string == "WARN")
        #expect(record["message"]?.string == "a parameter may not be read")
        #expect(record["errorMessage"]?.string?.contains(code) == true)
        let named = sample.contains("inherited") ? "lt-0a1b2c3d4e5f60001" : Self.parameter
        #expect(record["reference"]?.string?.contains(named) == true)
        #expect(fixture.operations.count { $0 == "GetParameters" } == 1)
        #expect(!fixture.operations.contains { $0.hasPrefix("Put") || $0.hasPrefix("Transact") })
        // It was handled.
        #expect(fixture.operations.contains("UpdateItem"))
    }

    /// What may be over soon, or is no refusal of the parameter, fails the event, which comes again.
    @Test(arguments: [
        ("create-launch-template-resolve-ssm", "ThrottlingException"),
        ("create-launch-template-resolve-ssm", "InternalServerError"),
        ("create-launch-template-version-inherited", "UnauthorizedOperation"),
    ])
    func otherErrorsFailTheEvent(sample: String, code: String) async throws {
        let (fixture, tracker) = try tracker { operation, _ in
            switch operation {
            case "GetParameters": Self.refusal(code)
            case "DescribeLaunchTemplateVersions": CloudFixture.ec2Error(code)
            default: nil
            }
        }
        let context = LambdaContext(requestID: "1", logger: Logger(level: .fatal))
        let event = Array(try Sample.json(sample).utf8)
        let error = await #expect(throws: AWSError.self) { _ = try await tracker.handle(event, context) }
        #expect(error?.code == code)
        #expect(!fixture.operations.contains("UpdateItem"))
    }

    // MARK: The last event

    /// An old event that comes late, whose note fails at first; one of today; and one that is hardly newer.
    @Test func whichEventsAreNoted() async throws {
        let isRefused = Mutex(true)
        let (fixture, tracker) = try tracker { operation, _ in
            guard operation == "UpdateItem", isRefused.withLock({ $0 }) else { return nil }
            return CloudFixture.dynamoDBError("AccessDeniedException")
        }
        let context = LambdaContext(requestID: "1", logger: Logger(level: .fatal))
        let sample = try Sample.json("instance-terminated")
        let own = try Sample.event(json: sample).occurrence.time.description
        func handle(_ clock: String) async throws {
            let event = sample.replacing(own.replacing(".000Z", with: "Z"), with: "2026-11-20T\(clock)Z")
            #expect(try await tracker.handle(Array(event.utf8), context) == Array("null".utf8))
        }
        for clock in ["03:00:00", "03:00:00", "10:01:00", "10:02:00"] {
            try await handle(clock)
            isRefused.withLock { $0 = false }
        }
        let noted = fixture.bodies(of: "UpdateItem").compactMap { body in
            ["03:00:00", "10:01:00", "10:02:00"].first { body.contains("2026-11-20T\($0)") }
        }
        #expect(noted == ["03:00:00", "03:00:00", "10:01:00"])
    }
}
