import AWSClient
import AWSServices
import LambdaRuntime
import Synchronization
import TestSupport
import Testing

@testable import Governance

/// EC2's image usage report: made, waited for, read, and always deleted.
@Suite struct OwnerViewReaderTests {
    /// How EC2 behaves.
    private struct Behaviour: Sendable {
        var pendingAnswers = 0
        var finalState = "<state>available</state>"
        var failures: [String: TestServer.Reply] = [:]
        var entries = [
            #"<item><accountId>444455556666</accountId><resourceType>ec2:Instance</resourceType><usageCount>3</usageCount></item>"#
        ]
        var knowsRecipes = true
    }

    private final class EC2Script: Sendable {
        let described = Mutex(0)
        let behaviour: Behaviour

        init(_ behaviour: Behaviour) { self.behaviour = behaviour }

        func reply(_ operation: String, _ body: String) -> TestServer.Reply {
            if let failure = behaviour.failures[operation] { return failure }
            switch operation {
            case "CreateImageUsageReport":
                if !behaviour.knowsRecipes, body.contains("imagebuilder") {
                    return CloudFixture.ec2Error("InvalidParameterValue")
                }
                return CloudFixture.xml(operation, "<reportId>amiur-1</reportId>")
            case "DescribeImageUsageReports":
                let count = described.withLock { described in
                    described += 1
                    return described
                }
                let state = count <= behaviour.pendingAnswers ? "<state>pending</state>" : behaviour.finalState
                let time = "<creationTime>2026-11-20T09:59:00.000Z</creationTime>"
                let report = "<item><reportId>amiur-1</reportId>\(state)\(time)</item>"
                return CloudFixture.xml(operation, "<imageUsageReportSet>\(report)</imageUsageReportSet>")
            case "DescribeImageUsageReportEntries":
                // One entry a page.
                let tokens = body.split(separator: "&").first { $0.hasPrefix("NextToken=") }
                let page = tokens.flatMap { Int($0.dropFirst("NextToken=".count)) } ?? 0
                let entry = page < behaviour.entries.count ? behaviour.entries[page] : ""
                let next = page + 1 < behaviour.entries.count ? "<nextToken>\(page + 1)</nextToken>" : ""
                return CloudFixture.xml(
                    operation,
                    "<imageUsageReportEntrySet>\(entry)</imageUsageReportEntrySet>\(next)"
                )
            case "DeleteImageUsageReport": return CloudFixture.xml(operation, "<return>true</return>")
            default: return .status(500)
            }
        }
    }

    private func entry(_ account: String, _ type: String, _ count: Int) -> String {
        "<item><accountId>\(account)</accountId><resourceType>\(type)</resourceType>"
            + "<usageCount>\(count)</usageCount></item>"
    }

    private func fixture(_ change: (inout Behaviour) -> Void = { _ in }) throws -> CloudFixture {
        var behaviour = Behaviour()
        change(&behaviour)
        let script = EC2Script(behaviour)
        return try CloudFixture { script.reply($0, $1) }
    }

    private func view(_ fixture: CloudFixture, seconds: Int64? = 60) async -> UsageEvidence.OwnerView {
        await AWSClient.$deadline.withValue(seconds.map { CloudFixture.start + .seconds($0) }) {
            await OwnerViewReader(ec2: EC2(fixture.client), effects: fixture.effects)
                .view(of: image, logger: Logger(level: .fatal))
        }
    }

    private func reason(_ view: UsageEvidence.OwnerView) -> String? {
        guard case .notAvailable(let reason) = view else { return nil }
        return reason
    }

    @Test func aReportOverAllAccounts() async throws {
        let fixture = try fixture { behaviour in
            behaviour.pendingAnswers = 3
            behaviour.entries = [
                entry("444455556666", "ec2:Instance", 3), entry("444455556666", "ec2:LaunchTemplate", 2),
                entry("777788889999", "imagebuilder:ImageRecipe", 1), entry("************", "ec2:Instance", 4),
                entry("777788889999", "something:New", 9),
            ]
        }
        let report = try #require(await view(fixture).report)
        #expect(report.created == time("2026-11-20T09:59:00Z"))
        #expect(
            report.accounts == [
                consumer: [.instance: 3, .launchTemplate: 2],
                AccountID(checked: "777788889999"): [.imageRecipe: 1],
            ]
        )
        #expect(report.others == [.instance: 4])
        #expect(report.kinds == [.instance, .launchTemplate, .imageRecipe, .containerRecipe])
        #expect(
            fixture.operations == ["CreateImageUsageReport"]
                + Array(repeating: "DescribeImageUsageReports", count: 4)
                + Array(repeating: "DescribeImageUsageReportEntries", count: 5) + ["DeleteImageUsageReport"]
        )
        let request = try #require(fixture.bodies(of: "CreateImageUsageReport").first)
        #expect(request.contains("ImageId=ami-0abcdef1234567890"))
        #expect(request.contains("ClientToken=token"))
        #expect(!request.contains("AccountId"))
        #expect(request.contains("ResourceType.2.ResourceTypeOption.1.OptionValue.1=10000"))
        #expect(fixture.bodies(of: "DeleteImageUsageReport").allSatisfy { $0.contains("ReportId=amiur-1") })
    }

    @Test func aRegionThatDoesNotKnowRecipesYet() async throws {
        let fixture = try fixture { $0.knowsRecipes = false }
        let report = try #require(await view(fixture).report)
        #expect(report.kinds == [.instance, .launchTemplate])
        #expect(report.accounts == [consumer: [.instance: 3]])
        #expect(fixture.operations.prefix(2) == ["CreateImageUsageReport", "CreateImageUsageReport"])
    }

    @Test(arguments: ["UnauthorizedOperation", "InvalidAMIID.NotFound", "ImageUsageReportLimitExceeded"])
    func aRefusalIsTold(code: String) async throws {
        let fixture = try fixture { $0.failures["CreateImageUsageReport"] = CloudFixture.ec2Error(code) }
        #expect(reason(await view(fixture)) == "CreateImageUsageReport: \(code)")
        #expect(fixture.operations == ["CreateImageUsageReport"])
    }

    @Test(arguments: ["DescribeImageUsageReports", "DescribeImageUsageReportEntries"])
    func aReportThatCannotBeReadIsDeleted(operation: String) async throws {
        let fixture = try fixture {
            $0.failures[operation] = CloudFixture.ec2Error("UnauthorizedOperation", status: 403)
        }
        #expect(reason(await view(fixture)) == "\(operation): UnauthorizedOperation")
        #expect(fixture.operations.last == "DeleteImageUsageReport")
    }

    @Test func aReportThatFailedIsDeleted() async throws {
        let fixture = try fixture {
            $0.finalState = "<state>error</state><stateReason>too\nmany accounts</stateReason>"
        }
        #expect(reason(await view(fixture)) == "EC2's report is in the state error: too many accounts")
        #expect(fixture.operations.last == "DeleteImageUsageReport")
    }

    @Test(arguments: [60, 20, 9] as [Int64]) func aReportThatTakesTooLong(seconds: Int64) async throws {
        let fixture = try fixture { $0.pendingAnswers = 1000 }
        let reason = try #require(reason(await view(fixture, seconds: seconds)))
        #expect(reason.hasPrefix("EC2 had not made its report after "))
        #expect(fixture.operations.last == "DeleteImageUsageReport")
        // There is time left to delete it and to answer.
        #expect(fixture.slept <= .seconds(seconds - 5))
        if seconds == 60 { #expect(fixture.slept > .seconds(40)) }
    }

    @Test func withoutADeadlineItDoesNotWaitForEver() async throws {
        let fixture = try fixture { $0.pendingAnswers = 100_000 }
        #expect(reason(await view(fixture, seconds: nil)) != nil)
        #expect(fixture.slept <= .seconds(600))
        #expect(fixture.operations.last == "DeleteImageUsageReport")
    }

    @Test func aCancelledWaitDeletesTheReport() async throws {
        let fixture = try fixture { $0.pendingAnswers = 1000 }
        fixture.interrupt()
        #expect(reason(await view(fixture)) != nil)
        #expect(fixture.operations.last == "DeleteImageUsageReport")
    }

    /// A new report may not be visible yet.
    @Test func aReportThatIsNotVisibleYet() async throws {
        let count = Mutex(0)
        let script = EC2Script(Behaviour())
        let fixture = try CloudFixture { operation, body in
            let isFirst =
                operation == "DescribeImageUsageReports"
                && count.withLock { count in
                    count += 1
                    return count == 1
                }
            return isFirst ? CloudFixture.ec2Error("InvalidImageUsageReportId.NotFound") : script.reply(operation, body)
        }
        #expect(await view(fixture).report?.accounts == [consumer: [.instance: 3]])
    }

    @Test func aReportThatCannotBeDeletedIsNoReasonToHideIt() async throws {
        let fixture = try fixture {
            $0.failures["DeleteImageUsageReport"] = CloudFixture.ec2Error("UnauthorizedOperation")
        }
        #expect(await view(fixture).report?.isUsed == true)
    }
}
