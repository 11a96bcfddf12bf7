import AWSServices
import TestSupport
import Testing

@testable import DistributionResource

@Suite struct CustomResourceTests {
    // MARK: Requests

    @Test func aRequestIsRead() throws {
        let request = try Fixtures.request("Update", ["OldResourceProperties": .object(["a": .string("b")])])
        #expect(request.kind == .update)
        #expect(request.physicalResourceID == Fixtures.arn)
        #expect(request.oldResourceProperties == ["a": .string("b")])
        #expect(request.owner.logicalResourceID == "Distribution")
    }

    @Test(arguments: [
        ("RequestType", JSONValue.string("Read"), "the event's RequestType is none of Create, Update and Delete"),
        ("RequestType", .integer(1), "the event's RequestType is not a text"),
        ("StackId", .null, "the event's StackId is missing"),
        ("RequestId", .string(""), "the event's RequestId is missing"),
        ("LogicalResourceId", .array([]), "the event's LogicalResourceId is not a text"),
        ("PhysicalResourceId", .null, "the event's PhysicalResourceId is missing"),
        ("ResourceProperties", .string("x"), "the event's ResourceProperties is not an object"),
    ])
    func aMalformedRequestNamesTheField(_ field: String, _ value: JSONValue, _ message: String) {
        let error = #expect(throws: CustomResourceRequest.MalformedRequest.self) {
            try Fixtures.request("Delete", [field: value])
        }
        #expect(error?.description == message)
    }

    @Test(arguments: [
        (#"{"source":"aws.events","detail-type":"Scheduled Event"}"#, "all"),
        (#"{"reconcile":true}"#, "all"),
        (
            #"{"source":"aws.ssm","detail-type":"Parameter Store Change","detail":{"name":"/a","operation":"Update"}}"#,
            "/a"
        ),
    ])
    func eventsOfTheDriftRules(_ event: String, _ expected: String) throws {
        switch try InvocationEvent(Array(event.utf8)) {
        case .reconciliation: #expect(expected == "all")
        case .parameterChange(let name, _): #expect(expected == name)
        case .request: Issue.record("not a request")
        }
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"source":"aws.ssm","detail-type":"Parameter Store Change"}"#, #"{"reconcile":false}"#,
    ])
    func anUnknownEventIsAnError(_ event: String) {
        #expect(throws: InvocationEvent.UnknownEvent.self) { try InvocationEvent(Array(event.utf8)) }
    }

    @Test func markersOfFailedCreates() {
        #expect(PhysicalResourceID.isFailedCreate(PhysicalResourceID.failedCreate("r1")))
        #expect(PhysicalResourceID.isFailedCreate("AWSCDK::CustomResourceProviderFramework::CREATE_FAILED"))
        #expect(!PhysicalResourceID.isFailedCreate(Fixtures.arn))
    }

    // MARK: Responses

    static func parsed(_ response: CustomResourceResponse) throws -> JSONValue {
        #expect(response.document.count <= 4096)
        return try JSONValue(parsing: response.document)
    }

    @Test func aSuccessHasDataAndNoReason() throws {
        let request = try Fixtures.request()
        let data = ResourceData(
            configurationARN: Fixtures.arn,
            regions: ["eu-central-1", "eu-west-1"],
            publishingAccounts: ["222222222222"],
            sharingAccounts: []
        )
        let outcome = CustomResourceOutcome(status: .success, physicalResourceID: Fixtures.arn, data: data)
        let document = try Self.parsed(CustomResourceResponse(outcome, to: request))
        #expect(
            document
                == .object([
                    "Status": .string("SUCCESS"), "PhysicalResourceId": .string(Fixtures.arn),
                    "StackId": .string(request.owner.stackID), "RequestId": .string(request.requestID),
                    "LogicalResourceId": .string("Distribution"),
                    "Data": .object([
                        "AmiDistributionArn": .string(Fixtures.arn),
                        "AwsDistributionRegions": .string("eu-central-1,eu-west-1"),
                        "PublishingAccountIds": .string("222222222222"), "PublishingAccountCount": .string("1"),
                        "SharingAccountIds": .string(""), "SharingAccountCount": .string("0"),
                    ]),
                ])
        )
    }

    @Test(arguments: [(1536, 1536), (1536, 0), (0, 1536), (1536, 3), (100, 120)])
    func listsAreCutToTheLimitAndUseIt(_ publishing: Int, _ sharing: Int) throws {
        let data = ResourceData(
            configurationARN: Fixtures.arn,
            regions: ["eu-central-1"],
            publishingAccounts: Fixtures.accounts(publishing),
            sharingAccounts: Fixtures.accounts(sharing)
        )
        let outcome = CustomResourceOutcome(status: .success, physicalResourceID: Fixtures.arn, data: data)
        let response = try CustomResourceResponse(outcome, to: Fixtures.request())
        let attributes = try #require(try Self.parsed(response)["Data"])
        #expect(response.document.count > 4096 - 2 * 30 || publishing + sharing <= 220)
        #expect(attributes["PublishingAccountCount"] == .string(String(publishing)))
        for (name, count) in [("PublishingAccountIds", publishing), ("SharingAccountIds", sharing)] {
            let text = try #require(attributes[name]?.string)
            let parts = text.split(separator: ",").map(String.init)
            let whole = parts.filter { !$0.hasPrefix("+") }
            #expect(whole == Array(Fixtures.accounts(count).prefix(whole.count)))
            if whole.count < count { #expect(text.hasSuffix("+\(count - whole.count) more")) }
        }
        #expect(attributes["AwsDistributionRegions"] == .string("eu-central-1"))
    }

    static let reasons = [
        "short", "", String(repeating: "x", count: 10_000), String(repeating: "\"\\\n", count: 3_000),
        String(repeating: "ä", count: 4_000), String(repeating: "👩‍👩‍👧‍👦", count: 500),
        String(repeating: "\u{1}\u{7f}/", count: 2_000),
    ]

    @Test(arguments: reasons)
    func theReasonIsCutAndTheIdsAreNot(_ reason: String) throws {
        let id = String(repeating: "i", count: 255)
        let request = try Fixtures.request("Create", ["LogicalResourceId": .string(id)])
        let marker = PhysicalResourceID.failedCreate(request.requestID)
        let response = try CustomResourceResponse(.failed(reason, physicalResourceID: marker), to: request)
        let document = try Self.parsed(response)
        #expect(document["LogicalResourceId"] == .string(id))
        #expect(document["PhysicalResourceId"] == .string(marker))
        let sent = try #require(document["Reason"]?.string)
        #expect(!sent.isEmpty)
        if sent == reason || reason.isEmpty { return }
        #expect(sent.hasSuffix("…") && reason.unicodeScalars.starts(with: sent.unicodeScalars.dropLast()))
        // Nothing is cut that would have fitted.
        #expect(response.document.count > 4096 - 12)
    }

    @Test(arguments: 0..<300)
    func everyResponseFits(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let scalars: [Unicode.Scalar] = ["a", "\"", "\\", "\n", "\u{0}", "é", "漢", "😀", "/", "\u{2028}", "\u{7f}"]
        func text(_ count: Int) -> String {
            var text = String.UnicodeScalarView()
            for _ in 0..<count { text.append(scalars.randomElement(using: &random) ?? "a") }
            return String(text)
        }
        let request = try Fixtures.request("Create", ["StackId": .string(text(.random(in: 1...200, using: &random)))])
        let reason = text(.random(in: 0...5000, using: &random))
        let document = try Self.parsed(CustomResourceResponse(.failed(reason, physicalResourceID: "p"), to: request))
        #expect(document["StackId"] == .string(request.owner.stackID))
        #expect(document["Reason"]?.string?.isEmpty == false)
    }

    @Test func idsThatDoNotFitAreAnError() throws {
        let request = try Fixtures.request("Create", ["StackId": .string(String(repeating: "s", count: 4_100))])
        #expect(throws: CustomResourceResponse.TooLong.self) {
            try CustomResourceResponse(.failed("r", physicalResourceID: "p"), to: request)
        }
    }
}
