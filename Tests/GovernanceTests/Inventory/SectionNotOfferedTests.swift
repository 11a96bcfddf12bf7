import AWSClient
import TestSupport
import Testing
import Transport

@testable import Governance

/// What a region does not offer, as opposed to what is refused, and to what fails for a while.
@Suite struct SectionNotOfferedTests {
    private static func error(_ code: HTTPError.Code, _ operation: String) -> AWSError {
        AWSError(
            kind: .transient,
            code: code.rawValue,
            message: "no",
            operation: operation,
            underlying: HTTPError(code: code, message: "no")
        )
    }

    private func failure(of section: InventorySection, in account: AccountOnPaper) async throws -> (any Error)? {
        do {
            _ = try await account.inventory().page(of: section, after: nil)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        arguments: InventorySection.allCases,
        ["InvalidAction", "UnknownOperationException", "OptInRequired", "SubscriptionRequiredException"]
    )
    func aServiceThatSaysThatItIsNotThere(section: InventorySection, code: String) async throws {
        let operation = try #require(Refusals.operations[section])
        let account = AccountOnPaper(SampleAccount.contents)
        account.state.withLock { $0.fault = { asked, _ in asked == operation ? Refusals.error(code, of: asked) : nil } }
        let failure = try await failure(of: section, in: account)
        // Where the service is everywhere, that is an error like others.
        if [.instances, .launchTemplates, .autoScalingGroups, .launchConfigurations, .parameters].contains(section) {
            #expect((failure as? AWSError)?.isRefusal == true)
        } else {
            #expect(failure as? SectionNotOffered == SectionNotOffered(section: section, isCertain: true))
        }
    }

    /// Of another operation of the section it says nothing of the section.
    @Test func anotherOperationThatIsNotThere() async throws {
        let account = AccountOnPaper(SampleAccount.contents)
        account.state.withLock { state in
            state.fault = { asked, _ in
                asked == "DescribeLaunchTemplateVersions" ? ServicesOnPaper.ec2Error("InvalidAction") : nil
            }
        }
        for section in [InventorySection.fleets, .spotFleets] {
            let failure = try await failure(of: section, in: account)
            #expect((failure as? AWSError)?.code == "InvalidAction")
        }
    }

    private func absence(
        of section: InventorySection,
        _ code: HTTPError.Code,
        _ environment: [String: String] = [:]
    ) throws -> SectionNotOffered? {
        let variables = environment.merging(["AWS_REGION": "eu-central-1"]) { first, _ in first }
        let client = AWSClient(
            configuration: try AWSConfiguration(environment: AWSEnvironment(variables)),
            credentials: StaticCredentialsProvider(AWSCredentials(accessKeyID: "AKID", secretAccessKey: "secret"))
        )
        let inventory = LiveInventory(client: client, creatorAccount: AccountOnPaper.creator)
        return inventory.absence(of: section, Self.error(code, try #require(Refusals.operations[section])))
    }

    @Test(arguments: InventorySection.allCases)
    func anEndpointThatHasNoAddress(section: InventorySection) throws {
        let absence = try absence(of: section, .couldNotResolve)
        let isPossible = section == .imageRecipes || section == .containerRecipes
        #expect(absence == (isPossible ? SectionNotOffered(section: section, isCertain: false) : nil))
        #expect(try self.absence(of: section, .couldNotConnect) == nil)
        #expect(!Self.error(.couldNotResolve, "").isRefusal)
    }

    /// Somebody else's endpoint, or a special one, may be missing though the service is there.
    @Test(arguments: [
        ["AWS_ENDPOINT_URL": "https://here.example"], ["AWS_ENDPOINT_URL_IMAGEBUILDER": "https://here.example"],
        ["AWS_USE_FIPS_ENDPOINT": "true"], ["AWS_USE_DUALSTACK_ENDPOINT": "true"],
    ])
    func anUnusualEndpoint(environment: [String: String]) throws {
        #expect(try absence(of: .imageRecipes, .couldNotResolve, environment) == nil)
    }

    @Test func saysWhatIsNotThere() {
        let certain = SectionNotOffered(section: .fleets, isCertain: true).errorMessage
        let uncertain = SectionNotOffered(section: .imageRecipes, isCertain: false).errorMessage
        #expect(certain.contains("fleets") && uncertain.contains("image-recipes") && certain != uncertain)
    }
}
