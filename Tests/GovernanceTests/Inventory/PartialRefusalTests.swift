import AWSClient
import TestSupport
import Testing

@testable import Governance

/// One thing of a section that may not be looked at hides no other.
@Suite struct PartialRefusalTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        let section: InventorySection
        /// The operation that is refused where the request has this text.
        let operation: String
        let text: String
        /// What is missing then.
        let hidden: Set<String>
        let leftOut: [String]

        var testDescription: String { "\(section.rawValue): \(operation) \(text)" }
    }

    private static let golden = "/golden/image"

    private static let cases = [
        Case(
            section: .parameters,
            operation: "GetParameters",
            text: "\"flat\"",
            hidden: ["parameter flat ami-2"],
            leftOut: ["flat"]
        ),
        Case(
            section: .imageRecipes,
            operation: "GetImage",
            text: SampleAccount.build.replacing("/", with: "%2F").replacing(":", with: "%3A"),
            hidden: ["image-recipe \(SampleAccount.recipe)/b/1.0.0 ami-2"],
            leftOut: ["\(SampleAccount.recipe)/b/1.0.0"]
        ),
        Case(
            section: .nodeGroups,
            operation: "ListNodegroups",
            text: "/two/",
            hidden: ["launch-template lt-1/1 ami-1"],
            leftOut: ["the node groups of two"]
        ),
        Case(
            section: .nodeGroups,
            operation: "DescribeNodegroup",
            text: "/one/node-groups/own",
            hidden: ["launch-template lt-4/5 ami-5"],
            leftOut: ["one/own"]
        ),
        Case(
            section: .imageReferences,
            operation: "GetParameters",
            text: "\"/flat\"",
            hidden: [],
            leftOut: []
        ),
        Case(
            section: .imageReferences,
            operation: "GetParameters",
            text: "flat\"",
            hidden: ["parameter flat ami-2"],
            leftOut: ["arn:aws:ssm:eu-central-1:222222222222:parameter/flat"]
        ),
        Case(
            section: .imageReferences,
            operation: "DescribeImageReferences",
            text: "=ami-12&",
            hidden: ["instance i-12 ami-12"],
            leftOut: ["ami-12"]
        ),
    ]

    private func account(_ example: Case) -> AccountOnPaper {
        let account = AccountOnPaper(SampleAccount.contents)
        account.state.withLock { state in
            state.fault = { operation, request in
                let asked = request.target + String(decoding: request.body, as: UTF8.self) + "&"
                guard operation == example.operation, asked.contains(example.text) else { return nil }
                return operation == "DescribeImageReferences"
                    ? ServicesOnPaper.ec2Error("InvalidAMIID.NotFound") : Refusals.denial(of: operation)
            }
        }
        return account
    }

    @Test(arguments: cases, [1_000, 3])
    private func theRestIsListed(example: Case, limit: Int) async throws {
        let account = account(example)
        account.state.withLock { $0.pageLimit = limit }
        let pages = try await account.pages(of: example.section)
        let expected = try #require(SampleAccount.sightings[example.section]).subtracting(example.hidden)
        #expect(Set(pages.flatMap(\.sightings).map(\.text)) == expected)
        #expect(pages.flatMap(\.leftOut) == example.leftOut)
        #expect(pages.compactMap(\.nextToken).allSatisfy { $0.utf8.count < 4_096 })
    }

    @Test(arguments: InventorySection.allCases)
    func whereEverythingMayBeLookedAtNothingIsLeftOut(section: InventorySection) async throws {
        let pages = try await AccountOnPaper(SampleAccount.contents).pages(of: section)
        #expect(pages.flatMap(\.leftOut) == [])
    }

    /// Of the images of a request of which EC2 refuses one, the others are asked about one by one, and then ten at a time.
    @Test func anImageThatEC2DoesNotTellOfCostsFewRequests() async throws {
        let example = try #require(Self.cases.last)
        let account = account(example)
        _ = try await account.pages(of: example.section)
        let asked = account.requests(of: "DescribeImageReferences").map { $0.keys.count { $0.hasPrefix("ImageId.") } }
        #expect(asked == [10, 10, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3])
    }

    /// Asked directly: what may be asked about is known, of the rest nothing is.
    @Test func presence() async throws {
        let account = AccountOnPaper(SampleAccount.contents)
        account.state.withLock { state in
            state.fault = { operation, request in
                let asked = String(decoding: request.body, as: UTF8.self) + request.target
                let isSecret = asked.contains("flat\"") || asked.contains("a%2F1.0.1") || asked.contains("a/1.0.1")
                return isSecret ? Refusals.denial(of: operation) : nil
            }
        }
        let ids: [(ResourceKind, String)] = [
            (.parameter, "flat"), (.parameter, Self.golden), (.parameter, "/none"),
            (.imageRecipe, "\(SampleAccount.recipe)/a/1.0.0"), (.imageRecipe, "\(SampleAccount.recipe)/a/1.0.1"),
            (.imageRecipe, "\(SampleAccount.recipe)/z/1.0.0"),
        ]
        let presence = try await account.presence(ids.compactMap { Resource(kind: $0, id: $1) })
        let texts = presence.map { "\($0.key.id.split(separator: "/").suffix(2).joined(separator: "/")) \($0.value)" }
        #expect(presence.count == 4, "\(texts)")
        #expect(presence.values.count { $0 == .gone } == 2)
        #expect(presence[.parameter(ParameterName(checked: Self.golden))] == .uses([.id(ImageID(checked: "ami-1"))]))
    }
}
