import AWSClient
import AWSServices
import TestSupport
import Testing

@testable import DistributionResource

@Suite struct TargetResolverTests {
    /// An organization in which every list comes in pages of one, and unit `loop` answers in a circle.
    static let accounts: [String: [String]] = [
        "ou-exam-00000001": ["000000000001", "000000000002"], "ou-exam-00000002": ["000000000003"],
        "ou-exam-00000003": ["000000000002", "000000000004"],
    ]
    static let units: [String: [String]] = [
        "ou-exam-00000001": ["ou-exam-00000002", "ou-exam-00000003"], "ou-exam-00000003": ["ou-exam-00000001"],
    ]
    static let parameters: [String: (type: String, value: String)] = [
        "/a": ("StringList", "000000000001, ,000000000002,000000000001"), "/empty": ("StringList", ","),
        "/text": ("String", "000000000009"), "/secret": ("SecureString", "ciphertext"), "/wrong": ("StringList", "1,x"),
        "/regions": ("StringList", "eu-west-1, eu-central-1"),
    ]

    static func reply(_ request: TestServer.Request) -> TestServer.Reply {
        guard let input = try? JSONValue(parsing: request.body) else { return .status(400) }
        let operation = request.header("x-amz-target")?.split(separator: ".").last ?? ""
        switch operation {
        case "GetParameters":
            let names = input["Names"]?.strings ?? []
            let found = names.compactMap { name in
                parameters[name].map { #"{"Name":"\#(name)","Type":"\#($0.type)","Value":"\#($0.value)","Version":1}"# }
            }
            return .ok(#"{"Parameters":[\#(found.joined(separator: ","))],"InvalidParameters":[]}"#)
        case "ListAccountsForParent":
            return page(accounts, input) { #""Accounts":[{"Id":"\#($0)","Status":"ACTIVE","State":"ACTIVE"}]"# }
        case "ListOrganizationalUnitsForParent":
            return page(units, input) { #""OrganizationalUnits":[{"Id":"\#($0)"}]"# }
        default:
            return .status(400)
        }
    }

    static func page(
        _ lists: [String: [String]],
        _ input: JSONValue,
        _ element: (String) -> String
    ) -> TestServer.Reply {
        let list = lists[input["ParentId"]?.string ?? ""] ?? []
        let index = input["NextToken"]?.string.flatMap(Int.init) ?? 0
        guard index < list.count else { return .ok("{}") }
        let token = index + 1 < list.count ? #","NextToken":"\#(index + 1)""# : ""
        return .ok("{\(element(list[index]))\(token)}")
    }

    static func resolve(_ properties: [String: JSONValue]) async throws -> DesiredDistribution {
        let server = TestServer(reply: reply)
        let client = AWSClient(
            configuration: try AWSConfiguration(
                environment: AWSEnvironment(["AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": server.url])
            ),
            credentials: StaticCredentialsProvider(AWSCredentials(accessKeyID: "AKID", secretAccessKey: "secret"))
        )
        let resolver = TargetResolver(parameters: SSM(client), organizations: Organizations(client))
        return try await resolver.resolve(DistributionProperties(Fixtures.properties(properties)))
    }

    @Test func parametersAndIdsGiveOneListInOrder() async throws {
        let desired = try await Self.resolve([
            "PublishingAccountIds": JSONValue(strings: ["000000000002", "/a", "/text", "/empty"]),
            "SharingAccountIds": .string("/empty"),
            "AwsDistributionRegions": JSONValue(strings: ["/regions", "eu-west-1", "us-east-1"]),
        ])
        #expect(desired.publishingAccounts == ["000000000002", "000000000001", "000000000009"])
        #expect(desired.sharingAccounts == [])
        #expect(desired.regions == ["eu-west-1", "eu-central-1", "us-east-1"])
    }

    @Test func unitsGiveTheirAccountsAndThoseOfUnitsBelow() async throws {
        let desired = try await Self.resolve([
            "PublishingAccountIds": .string("000000000004"),
            "PublishingOrganizationalUnitIds": JSONValue(strings: ["ou-exam-00000001", "ou-exam-00000002"]),
        ])
        #expect(desired.publishingAccounts == ["000000000004", "000000000001", "000000000002", "000000000003"])
        #expect(desired.sharingAccounts == nil)
    }

    @Test func anEmptyUnitEmptiesTheList() async throws {
        let desired = try await Self.resolve(["PublishingOrganizationalUnitIds": .string("ou-exam-00000009")])
        #expect(desired.publishingAccounts == [])
    }

    @Test(arguments: [
        ("/none", #"PublishingAccountIds: there is no SSM parameter "/none""#),
        ("/secret", #"PublishingAccountIds: the SSM parameter "/secret" is no StringList but a SecureString"#),
        ("/wrong", #"PublishingAccountIds: "1" in the SSM parameter "/wrong" is not an account id of 12 digits"#),
    ])
    func aParameterThatIsOfNoUseIsNamed(_ name: String, _ message: String) async {
        let error = await #expect(throws: PropertyError.self) {
            try await Self.resolve(["PublishingAccountIds": .string(name)])
        }
        #expect(error?.description == message)
    }

    @Test func noRegionIsAnError() async {
        let error = await #expect(throws: PropertyError.self) {
            try await Self.resolve(["AwsDistributionRegions": .string("/empty")])
        }
        #expect(error?.description == "AwsDistributionRegions: must name at least one region")
    }

    // MARK: Which configurations a change concerns

    @Test(arguments: [
        ("/a", nil, true), ("/b", nil, false), ("a", nil, false),
        ("/shared", nil, true), ("/shared", "arn:aws:ssm:eu-central-1:999999999999:parameter/shared", true),
        ("/regions", nil, true), ("plain", nil, true),
    ])
    func scope(_ name: String, _ arn: String?, _ isConcerned: Bool) {
        let properties = Fixtures.properties([
            "PublishingAccountIds": JSONValue(strings: [
                "/a", "plain", "arn:aws:ssm:eu-central-1:999999999999:parameter/shared",
            ]),
            "AwsDistributionRegions": .string("/regions"),
        ])
        #expect(DriftReconciler.Scope.parameter(name: name, arn: arn).includes(properties) == isConcerned)
        #expect(DriftReconciler.Scope.everything.includes(properties))
    }

    @Test func propertiesThatAreNoLongerValidConcernEveryChange() {
        #expect(DriftReconciler.Scope.parameter(name: "/b", arn: nil).includes(["Nonsense": .string("x")]))
    }
}
