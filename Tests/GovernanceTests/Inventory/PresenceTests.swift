import AWSClient
import TestSupport
import Testing

@testable import Governance

/// Direct questions about single resources.
@Suite struct PresenceTests {
    /// Kind and id, and what is known of it: the images, or nil where it is gone.
    private static let answers: [(ResourceKind, String, [String]?)] = [
        (.instance, "i-1", ["ami-1"]), (.instance, "i-2", ["ami-2"]), (.instance, "i-7", []), (.instance, "i-5", nil),
        (.instance, "i-6", nil), (.instance, "i-99", nil),
        (.launchTemplate, "lt-1/1", ["ami-1"]), (.launchTemplate, "lt-1/99", nil), (.launchTemplate, "lt-3/1", []),
        (.launchTemplate, "lt-2/1", ["ssm:/golden/image:3"]), (.launchTemplate, "lt-9/1", nil),
        (.launchTemplate, "lt-4/9", ["ami-9"]), (.launchTemplate, "lt-4/1", nil), (.launchTemplate, "lt-4/2", nil),
        (.launchConfiguration, "other", ["ami-2"]), (.launchConfiguration, "gone", nil),
        (.launchConfiguration, "odd", []),
        (.autoScalingGroup, "mixed", ["ami-7", "ssm:/over"]), (.autoScalingGroup, "plain", []),
        (.autoScalingGroup, "dying", nil), (.autoScalingGroup, "gone", nil),
        (.ec2Fleet, "fleet-1", ["ami-6", "ssm:/fleet"]), (.ec2Fleet, "fleet-2", nil), (.ec2Fleet, "fleet-3", []),
        (.ec2Fleet, "fleet-9", nil),
        (.spotFleetRequest, "sfr-1", ["ami-5", "ami-6"]), (.spotFleetRequest, "sfr-2", nil),
        (.spotFleetRequest, "sfr-3", []), (.spotFleetRequest, "sfr-9", nil),
        (.imageRecipe, "\(SampleAccount.recipe)/a/1.0.1", ["ssm:/golden/image"]),
        (.imageRecipe, "\(SampleAccount.recipe)/b/1.0.0", ["ami-2"]),
        (.imageRecipe, "\(SampleAccount.recipe)/c/1.0.0", []), (.imageRecipe, "\(SampleAccount.recipe)/d/1.0.0", []),
        (.imageRecipe, "\(SampleAccount.recipe)/z/1.0.0", nil),
        (.containerRecipe, "\(SampleAccount.container)/a/1.0.0", ["ami-1"]),
        (.containerRecipe, "\(SampleAccount.container)/b/1.0.0", []),
        (.containerRecipe, "\(SampleAccount.container)/z/1.0.0", nil),
        (.parameter, "/golden/image", ["ami-1"]), (.parameter, "/text", []), (.parameter, "/odd", []),
        (.parameter, "/none", nil),
    ]

    private func resources(_ kinds: [ResourceKind] = ResourceKind.allCases) throws -> [Resource] {
        try Self.answers.filter { kinds.contains($0.0) }.map { try #require(Resource(kind: $0.0, id: $0.1)) }
    }

    @Test func everyKindIsAskedAboutAtOnce() async throws {
        let account = AccountOnPaper(SampleAccount.contents)
        let presence = try await account.presence(try resources())
        #expect(Set(Self.answers.map(\.0)) == Set(ResourceKind.allCases))
        #expect(presence.count == Self.answers.count)
        for (kind, id, images) in Self.answers {
            let resource = try #require(Resource(kind: kind, id: id))
            switch presence[resource] {
            case .uses(let references): #expect(references.map(\.text) == images, "\(id)")
            case .gone: #expect(images == nil, "\(id)")
            case nil: Issue.record("nothing is known of \(id)")
            }
        }
    }

    @Test(arguments: ResourceKind.allCases)
    func aKindThatMayNotBeAskedAboutIsNotKnown(kind: ResourceKind) async throws {
        let operations: [ResourceKind: String] = [
            .instance: "DescribeInstances", .launchTemplate: "DescribeLaunchTemplateVersions",
            .launchConfiguration: "DescribeLaunchConfigurations", .autoScalingGroup: "DescribeAutoScalingGroups",
            .ec2Fleet: "DescribeFleets", .spotFleetRequest: "DescribeSpotFleetRequests",
            .imageRecipe: "GetImageRecipe", .containerRecipe: "GetContainerRecipe", .parameter: "GetParameters",
        ]
        let refused = try #require(operations[kind])
        let account = AccountOnPaper(SampleAccount.contents)
        account.state.withLock { $0.fault = { asked, _ in asked == refused ? Refusals.denial(of: asked) : nil } }
        let presence = try await account.presence(try resources())
        #expect(Set(presence.keys) == Set(try resources(ResourceKind.allCases.filter { $0 != kind })))
    }

    @Test func anAnswerThatIsNoneIsNotTakenForGone() async throws {
        let account = AccountOnPaper(SampleAccount.contents)
        account.state.withLock { $0.fault = { _, _ in .status(500) } }
        await #expect(throws: AWSError.self) { try await account.presence(try resources([.instance])) }
    }

    @Test func noResourcesTakeNoRequests() async throws {
        let account = AccountOnPaper(SampleAccount.contents)
        #expect(try await account.presence([]).isEmpty)
        #expect(account.operations.isEmpty)
    }

    @Test func manyInstancesAreAskedForTogetherAndOverPages() async throws {
        var contents = AccountOnPaper.Contents()
        contents.instances = (0..<450).map { ("i-\($0)", "ami-\($0)", $0 % 10 == 0 ? "terminated" : "running") }
        let account = AccountOnPaper(contents)
        account.state.withLock { $0.pageLimit = 90 }
        let ids = (0..<500).map { "i-\($0)" }
        let presence = try await account.presence(ids.compactMap { Resource(kind: .instance, id: $0) })
        #expect(presence.count == 500)
        #expect(presence.filter { $0.value == .gone }.count == 95)
        #expect(presence[.instance(InstanceID("i-7")!)] == .uses([.id(ImageID("ami-7")!)]))
        let requests = account.requests(of: "DescribeInstances")
        #expect(requests.allSatisfy { $0.keys.filter { $0.hasPrefix("Filter.1.Value.") }.count <= 200 })
    }

    @Test func oneUnknownFleetAmongManyCostsFewRequests() async throws {
        var contents = AccountOnPaper.Contents()
        contents.fleets = (0..<99).map { .init(id: "fleet-\($0)", templates: [(nil, ["ami-1"])]) }
        let account = AccountOnPaper(contents)
        let ids = (0..<100).map { "fleet-\($0)" }
        let presence = try await account.presence(ids.compactMap { Resource(kind: .ec2Fleet, id: $0) })
        #expect(presence.count == 100)
        #expect(presence.filter { $0.value == .gone }.keys.map(\.id) == ["fleet-99"])
        // Two batches of fifty; of the one with the unknown fleet, the halves down to it.
        #expect(account.operations.count <= 2 + 2 * 6)
    }
}
