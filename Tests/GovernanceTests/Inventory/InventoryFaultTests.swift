import AWSClient
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Governance

/// What is refused, what has expired, and answers that nobody expects.
@Suite struct InventoryFaultTests {
    private func failure(
        of section: InventorySection,
        after token: String? = nil,
        in account: AccountOnPaper
    ) async throws -> (any Error)? {
        do {
            _ = try await account.inventory().page(of: section, after: token)
            return nil
        } catch {
            return error
        }
    }

    private func account(
        failing operation: String,
        with reply: TestServer.Reply,
        _ contents: AccountOnPaper.Contents = SampleAccount.contents
    ) -> AccountOnPaper {
        let account = AccountOnPaper(contents)
        account.state.withLock { $0.fault = { asked, _ in asked == operation ? reply : nil } }
        return account
    }

    // MARK: Refusal

    @Test(arguments: InventorySection.allCases)
    func aRefusalIsToldAsOne(section: InventorySection) async throws {
        let operation = try #require(Refusals.operations[section])
        let account = account(failing: operation, with: Refusals.denial(of: operation))
        let error = try #require(try await failure(of: section, in: account) as? AWSError)
        #expect(error.isRefusal)
        #expect(error.operation == operation)
        // The others are none the worse for it.
        for other in InventorySection.allCases where other != section {
            if section == .launchTemplates, other.namesTemplates { continue }
            let pages = try await account.pages(of: other)
            #expect(Set(pages.flatMap(\.sightings).map(\.text)) == SampleAccount.sightings[other], "\(other)")
        }
    }

    @Test(arguments: [
        (ServicesOnPaper.ec2Error("InvalidAction"), true),
        (ServicesOnPaper.ec2Error("OptInRequired", status: 403), true),
        (ServicesOnPaper.ec2Error("AuthFailure", status: 401), true),
        (ServicesOnPaper.ec2Error("UnsupportedOperation"), true),
        (ServicesOnPaper.ec2Error("InvalidParameterValue"), false),
        (ServicesOnPaper.ec2Error("InternalError", status: 500), false),
        (ServicesOnPaper.ec2Error("RequestLimitExceeded", status: 503), false),
        (TestServer.Reply.status(403), false),
        (TestServer.Reply.ok("no XML"), false),
        (TestServer.Reply.ok("<DescribeImagesResponse/>"), false),
    ])
    func whatIsARefusal(reply: TestServer.Reply, isRefusal: Bool) async throws {
        let account = account(failing: "DescribeInstances", with: reply)
        let error = try #require(try await failure(of: .instances, in: account) as? AWSError)
        #expect(error.isRefusal == isRefusal, "\(error)")
    }

    // MARK: Tokens

    @Test(arguments: InventorySection.allCases)
    func aTokenThatTheServiceDoesNotKnowHasExpired(section: InventorySection) async throws {
        let account = AccountOnPaper(SampleAccount.contents)
        account.state.withLock { $0.pageLimit = 1 }
        let first = try #require(try await account.inventory().page(of: section, after: nil).nextToken)
        // As it is, it is known.
        #expect(try await failure(of: section, after: first, in: account) == nil)
        let expired = first.replacing("from-", with: "expired-")
        let error = try await failure(of: section, after: expired, in: account)
        #expect(
            error as? ExpiredInventoryToken == ExpiredInventoryToken(section: section),
            "\(String(describing: error))"
        )
        #expect((error as? ExpiredInventoryToken)?.errorMessage.contains(section.rawValue) == true)
    }

    @Test(
        arguments: [InventorySection.nodeGroups, .imageReferences],
        ["", "x", "[]", #"{"images":3,"cluster":3}"#]
    )
    func aTokenOfAnotherFormHasExpired(section: InventorySection, token: String) async throws {
        let account = AccountOnPaper()
        let error = try await failure(of: section, after: token, in: account)
        #expect(error as? ExpiredInventoryToken == ExpiredInventoryToken(section: section))
        #expect(account.operations.isEmpty)
    }

    @Test func aRefusedTokenWithoutATokenIsNoExpiredOne() async throws {
        let account = account(failing: "DescribeInstances", with: ServicesOnPaper.ec2Error("InvalidNextToken"))
        let error = try await failure(of: .instances, in: account)
        #expect((error as? AWSError)?.code == "InvalidNextToken")
    }

    @Test(arguments: [
        ("InvalidParameterValue", "Unable to parse pagination token", true),
        ("InvalidParameterValue", "Invalid value for filter", false),
        ("InvalidPaginationToken", "no", true),
        ("UnauthorizedOperation", "token", false),
    ])
    func whatIsAnExpiredToken(code: String, message: String, isExpired: Bool) async throws {
        let account = account(failing: "DescribeInstances", with: ServicesOnPaper.ec2Error(code, message))
        let error = try await failure(of: .instances, after: "from-1", in: account)
        #expect((error is ExpiredInventoryToken) == isExpired)
        #expect((error is AWSError) == !isExpired)
    }

    @Test func aTokenThatComesBackEndsTheListing() async throws {
        let page = "<reservationSet/><nextToken>from-1</nextToken>"
        let account = account(
            failing: "DescribeInstances",
            with: .ok("<DescribeInstancesResponse>\(page)</DescribeInstancesResponse>")
        )
        #expect(try await failure(of: .instances, in: account) == nil)
        let error = try await failure(of: .instances, after: "from-1", in: account) as? AWSError
        #expect(error?.kind == .malformedResponse)
        #expect(error?.code == "RepeatedPaginationToken")
    }

    // MARK: Odd answers

    /// EC2 of a partition that is not as far yet.
    @Test func withoutTheParameterForManagedResourcesItIsAskedAgain() async throws {
        let account = AccountOnPaper(SampleAccount.contents)
        account.state.withLock { state in
            state.fault = { _, request in
                let isUnknown = request.fields["IncludeManagedResources"] != nil
                return isUnknown ? ServicesOnPaper.ec2Error("UnknownParameter") : nil
            }
        }
        let inventory = try account.inventory()
        for section in [InventorySection.instances, .launchTemplates, .autoScalingGroups] {
            let page = try await inventory.page(of: section, after: nil)
            #expect(Set(page.sightings.map(\.text)) == SampleAccount.sightings[section])
        }
        let instances = [Resource(kind: .instance, id: "i-1"), Resource(kind: .instance, id: "i-99")].compactMap { $0 }
        #expect(try await inventory.presence(of: instances).values.contains(.gone))
        // Once told, it does not send the parameter again.
        let refused = account.requests(of: "DescribeInstances") + account.requests(of: "DescribeLaunchTemplateVersions")
        #expect(refused.count { $0["IncludeManagedResources"] != nil } == 1)
    }

    @Test(arguments: InventorySection.allCases)
    func anAnswerThatIsNoneFails(section: InventorySection) async throws {
        let operation = try #require(Refusals.operations[section])
        for reply in [TestServer.Reply.ok("<"), .ok("[]"), .ok("\u{0}")] {
            let account = account(failing: operation, with: reply)
            let error = try await failure(of: section, in: account) as? AWSError
            #expect(error?.kind == .malformedResponse)
            #expect(error?.isRefusal == false)
        }
    }

    @Test func whatHasAnIdentifierOfNoKnownFormIsLeftOut() async throws {
        var contents = AccountOnPaper.Contents()
        contents.instances = [("mi-1", "ami-1", "running"), ("i-1", "AMI-1", "running"), ("i-2", "ami-2", "running")]
        contents.templates = [.init(id: "LT 1", name: "x", versions: [1: "ami-1"])]
        contents.fleets = [.init(id: "flotilla", templates: [(nil, ["ami-1"])])]
        contents.imageRecipes = [("arn:aws:imagebuilder:eu-central-1:222222222222:image-recipe/a", "ami-1")]
        contents.parameters = [.init(name: "/a b", value: "ami-1")]
        let account = AccountOnPaper(contents)
        var texts: [String] = []
        for section in InventorySection.allCases {
            texts += try await account.pages(of: section).flatMap(\.sightings).map(\.text)
        }
        #expect(texts == ["instance i-2 ami-2"])
    }
}

extension InventorySection {
    /// Whether it asks EC2 for versions of launch templates.
    fileprivate var namesTemplates: Bool {
        switch self {
        case .autoScalingGroups, .fleets, .spotFleets, .nodeGroups, .imageReferences, .launchTemplates: true
        default: false
        }
    }
}
