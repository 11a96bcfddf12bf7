import AWSClient
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Governance

/// What the sections of an inventory list, in pages.
@Suite struct InventoryPageTests {
    @Test(arguments: InventorySection.allCases)
    func aSectionListsWhatUsesImages(section: InventorySection) async throws {
        let account = AccountOnPaper(SampleAccount.contents)
        let pages = try await account.pages(of: section)
        #expect(Set(pages.flatMap(\.sightings).map(\.text)) == SampleAccount.sightings[section])
    }

    @Test(arguments: InventorySection.allCases, [1, 2])
    func aSectionIsContinuedByItsTokenInAnotherInvocation(section: InventorySection, limit: Int) async throws {
        let account = AccountOnPaper(SampleAccount.contents)
        account.state.withLock { $0.pageLimit = limit }
        let pages = try await account.pages(of: section)
        #expect(pages.count > 1)
        #expect(Set(pages.flatMap(\.sightings).map(\.text)) == SampleAccount.sightings[section])
        #expect(pages.compactMap(\.nextToken).allSatisfy { $0.utf8.count < 4_096 })
    }

    @Test(arguments: InventorySection.allCases)
    func anEmptyAccountHasOneEmptyPage(section: InventorySection) async throws {
        let account = AccountOnPaper()
        #expect(try await account.pages(of: section) == [InventoryPage(sightings: [])])
    }

    @Test(arguments: InventorySection.allCases)
    func throttlingIsWaitedOut(section: InventorySection) async throws {
        let account = AccountOnPaper(SampleAccount.contents)
        let throttled = Mutex<Set<String>>([])
        account.state.withLock { state in
            state.fault = { operation, _ in
                guard throttled.withLock({ $0.insert(operation).inserted }) else { return nil }
                return Refusals.throttling(of: operation)
            }
        }
        let pages = try await account.pages(of: section)
        #expect(Set(pages.flatMap(\.sightings).map(\.text)) == SampleAccount.sightings[section])
        let operations = throttled.withLock { $0 }
        #expect(operations == Set(account.operations))
    }

    @Test func aTemplatesNameComesAlong() async throws {
        let account = AccountOnPaper(SampleAccount.contents)
        for section in [InventorySection.launchTemplates, .autoScalingGroups, .nodeGroups, .imageReferences] {
            let sightings = try await account.pages(of: section).flatMap(\.sightings)
            let named = sightings.filter { $0.resource.kind == .launchTemplate }
            #expect(!named.isEmpty)
            #expect(named.allSatisfy { $0.resourceName == ($0.resource.id.hasPrefix("lt-1/") ? "web" : $0.oldName) })
        }
    }

    @Test func pagesAreAsLargeAndAsSmallAsTheServicesAllow() async throws {
        let account = AccountOnPaper(SampleAccount.contents)
        for section in InventorySection.allCases { _ = try await account.pages(of: section) }
        let sizes = [
            "DescribeInstances": "500", "DescribeFleets": "50", "DescribeSpotFleetRequests": "10",
            "DescribeParameters": "50", "ListClusters": "1", "ListNodegroups": "50", "ListImageRecipes": "100",
            "ListContainerRecipes": "100", "DescribeImages": "10", "DescribeImageReferences": "50",
        ]
        for (operation, size) in sizes {
            let requests = account.requests(of: operation)
            #expect(!requests.isEmpty)
            #expect(requests.allSatisfy { ($0["MaxResults"] ?? $0["maxResults"]) == size }, "\(operation)")
        }
        let groups = account.requests(of: "DescribeAutoScalingGroups")
        #expect(groups.map { $0["MaxRecords"] } == ["50"])
        #expect(groups.map { $0["IncludeInstances"] } == ["false"])
        #expect(account.requests(of: "DescribeInstances").allSatisfy { $0["IncludeManagedResources"] == "true" })
    }

    @Test func aTemplateThatManyGroupsNameIsAskedForOnce() async throws {
        var contents = SampleAccount.contents
        contents.groups = (1...40).map {
            .init(name: "group-\($0)", template: .init(id: "lt-1", version: $0 % 2 == 0 ? "1" : "$Latest"))
        }
        let account = AccountOnPaper(contents)
        let sightings = try await account.pages(of: .autoScalingGroups).flatMap(\.sightings)
        #expect(sightings.map(\.text).sorted() == ["launch-template lt-1/1 ami-1", "launch-template lt-1/3 ami-3"])
        #expect(account.operations == ["DescribeAutoScalingGroups", "DescribeLaunchTemplateVersions"])
    }

    @Test func aVersionThatIsNotThereHidesNoOther() async throws {
        var contents = SampleAccount.contents
        contents.templates = [.init(id: "lt-1", name: "web", versions: [1: "ami-1", 30: "ami-30"])]
        contents.groups = (1...30).map { .init(name: "group-\($0)", template: .init(id: "lt-1", version: String($0))) }
        let account = AccountOnPaper(contents)
        let sightings = try await account.pages(of: .autoScalingGroups).flatMap(\.sightings)
        #expect(sightings.map(\.text).sorted() == ["launch-template lt-1/1 ami-1", "launch-template lt-1/30 ami-30"])
    }

    @Test func fewRequestsAreUnderWayAtATime() async throws {
        var contents = SampleAccount.contents
        contents.templates = (1...40).map { .init(id: "lt-\($0)", name: "t\($0)", versions: [1: "ami-1"]) }
        contents.groups = (1...40).map { .init(name: "group-\($0)", template: .init(id: "lt-\($0)")) }
        let account = AccountOnPaper(contents)
        account.state.withLock { state in
            // Long enough for others to come.
            state.fault = { _, _ in (nil, usleep(2_000)).0 }
        }
        let sightings = try await account.pages(of: .autoScalingGroups).flatMap(\.sightings)
        #expect(sightings.count == 40)
        #expect(account.state.withLock(\.mostUnderWay) <= LiveInventory.concurrency)
    }

    @Test func aClusterThatIsDeletedMeanwhileIsPassedOver() async throws {
        let account = AccountOnPaper(SampleAccount.contents)
        account.state.withLock { state in
            state.fault = { operation, request in
                let isGone = operation == "ListNodegroups" && request.path.contains("/one/")
                return isGone ? ServicesOnPaper.jsonError("ResourceNotFoundException", status: 404) : nil
            }
        }
        let sightings = try await account.pages(of: .nodeGroups).flatMap(\.sightings)
        #expect(sightings.map(\.text) == ["launch-template lt-1/1 ami-1"])
    }
}

extension ResourceSighting {
    /// The name of the sample account's other templates.
    fileprivate var oldName: String {
        switch resource.id.prefix(4) {
        case "lt-2": "same"
        case "lt-3": "none"
        default: "old"
        }
    }
}
