import AWSClient
import AWSServices
import Glibc
import LambdaRuntime
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Governance

/// EC2's image usage report: found or made, waited for, read, and deleted once it is read.
@Suite struct OwnerViewReaderTests {
    /// How EC2 behaves.
    private struct Behaviour: Sendable {
        /// What earlier questions left, by the order in which EC2 lists it.
        var left: [String] = []
        var pendingAnswers = 0
        var finalState = "<state>available</state>"
        var failures: [String: TestServer.Reply] = [:]
        var entries = [
            #"<item><accountId>444455556666</accountId><resourceType>ec2:Instance</resourceType><usageCount>3</usageCount></item>"#
        ]
        var knowsRecipes = true
        /// Called with each request before it is answered.
        var asked: @Sendable (_ operation: String, _ body: String) -> Void = { _, _ in }
    }

    private final class Question: Sendable {
        let task = Mutex<Task<UsageEvidence.OwnerView, Never>?>(nil)
    }

    private final class EC2Script: Sendable {
        let described = Mutex(0)
        let deleted = Mutex<Set<String>>([])
        let behaviour: Behaviour

        init(_ behaviour: Behaviour) { self.behaviour = behaviour }

        func reply(_ operation: String, _ body: String) -> TestServer.Reply {
            behaviour.asked(operation, body)
            if let failure = behaviour.failures[operation] { return failure }
            switch operation {
            case "CreateImageUsageReport":
                if !behaviour.knowsRecipes, body.contains("imagebuilder") {
                    return CloudFixture.ec2Error("InvalidParameterValue")
                }
                return CloudFixture.xml(operation, "<reportId>amiur-1</reportId>")
            case "DescribeImageUsageReports" where body.contains("ImageId.1="):
                let gone = deleted.withLock { $0 }
                let left = behaviour.left.filter { report in !gone.contains { report.contains("<reportId>\($0)<") } }
                return CloudFixture.xml(operation, "<imageUsageReportSet>\(left.joined())</imageUsageReportSet>")
            case "DescribeImageUsageReports" where !body.contains("ReportId.1=amiur-1"):
                let gone = deleted.withLock { $0 }
                let asked = behaviour.left.filter { report in
                    body.split(separator: "&").contains { part in
                        part.hasPrefix("ReportId.1=") && report.contains("<reportId>\(part.dropFirst(11))<")
                    } && !gone.contains { report.contains("<reportId>\($0)<") }
                }
                if asked.isEmpty { return CloudFixture.ec2Error("InvalidImageUsageReportId.NotFound") }
                return CloudFixture.xml(operation, "<imageUsageReportSet>\(asked[0])</imageUsageReportSet>")
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
            case "DeleteImageUsageReport":
                let id = body.split(separator: "&").first { $0.hasPrefix("ReportId=") }
                deleted.withLock { deleted in _ = id.map { deleted.insert(String($0.dropFirst(9))) } }
                return CloudFixture.xml(operation, "<return>true</return>")
            default: return .status(500)
            }
        }
    }

    private func entry(_ account: String, _ type: String, _ count: Int) -> String {
        "<item><accountId>\(account)</accountId><resourceType>\(type)</resourceType>"
            + "<usageCount>\(count)</usageCount></item>"
    }

    /// A report that an earlier question left, made so long ago.
    private func left(
        _ id: String,
        _ state: String,
        minutesAgo minutes: Int64,
        tag: String = "usage-check",
        accounts: String = "",
        types: [String] = ["ec2:Instance", "ec2:LaunchTemplate"]
    ) -> String {
        let created = EventTime(.now()).advanced(bySeconds: -60 * minutes)
        let types = types.map { "<item><resourceType>\($0)</resourceType></item>" }.joined()
        return "<item><reportId>\(id)</reportId><imageId>\(image)</imageId><state>\(state)</state>"
            + "<creationTime>\(created)</creationTime><accountIdSet>\(accounts)</accountIdSet>"
            + "<resourceTypeSet>\(types)</resourceTypeSet>"
            + "<tagSet><item><key>ami-steward</key><value>\(tag)</value></item></tagSet></item>"
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

    private func isPending(_ view: UsageEvidence.OwnerView) -> Bool {
        if case .pending = view { true } else { false }
    }

    /// Making a report and taking it away are tasks of their own, which do not run where their question does by themselves.
    @Test func everythingRunsOnTheLoop() async throws {
        let fixture = try fixture { behaviour in
            for operation in ["DescribeImageUsageReportEntries", "DeleteImageUsageReport"] {
                behaviour.failures[operation] = CloudFixture.ec2Error("UnauthorizedOperation", status: 403)
            }
        }
        let threads = Mutex<[UInt]>([])
        var effects = fixture.effects
        effects.uuid = {
            threads.withLock { $0.append(UInt(pthread_self())) }
            return "token"
        }
        let sink = LogSink { record in
            threads.withLock { $0.append(UInt(pthread_self())) }
            return record.count
        }
        let reader = OwnerViewReader(ec2: EC2(fixture.client), effects: effects)
        let logger = Logger(level: .warn, sink: sink)
        let loop = await Task(executorPreference: EventLoop.shared) {
            _ = await reader.view(of: image, logger: logger)
            return UInt(pthread_self())
        }.value
        // The token of the report, that it cannot be deleted, and that there is no view.
        #expect(threads.withLock { $0 } == [loop, loop, loop])
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
            fixture.operations == ["DescribeImageUsageReports", "CreateImageUsageReport"]
                + Array(repeating: "DescribeImageUsageReports", count: 4)
                + Array(repeating: "DescribeImageUsageReportEntries", count: 5) + ["DeleteImageUsageReport"]
        )
        let request = try #require(fixture.bodies(of: "CreateImageUsageReport").first)
        #expect(request.contains("ImageId=ami-0abcdef1234567890"))
        #expect(request.contains("ClientToken=token"))
        #expect(request.contains("TagSpecification.1.ResourceType=image-usage-report"))
        #expect(request.contains("TagSpecification.1.Tag.1.Key=ami-steward"))
        #expect(!request.contains("AccountId"))
        #expect(request.contains("ResourceType.2.ResourceTypeOption.1.OptionValue.1=10000"))
        #expect(fixture.bodies(of: "DeleteImageUsageReport").allSatisfy { $0.contains("ReportId=amiur-1") })
    }

    @Test func aRegionThatDoesNotKnowRecipesYet() async throws {
        let fixture = try fixture { $0.knowsRecipes = false }
        let report = try #require(await view(fixture).report)
        #expect(report.kinds == [.instance, .launchTemplate])
        #expect(report.accounts == [consumer: [.instance: 3]])
        #expect(fixture.operations.prefix(3).dropFirst() == ["CreateImageUsageReport", "CreateImageUsageReport"])
    }

    @Test(arguments: ["UnauthorizedOperation", "InvalidAMIID.NotFound", "ImageUsageReportLimitExceeded"])
    func aRefusalIsTold(code: String) async throws {
        let fixture = try fixture { $0.failures["CreateImageUsageReport"] = CloudFixture.ec2Error(code) }
        #expect(reason(await view(fixture)) == "CreateImageUsageReport: \(code)")
        #expect(fixture.operations.filter { $0 == "CreateImageUsageReport" }.count == 1)
        #expect(fixture.operations.count == (code.hasPrefix("ImageUsage") ? 4 : 2))
    }

    /// EC2 makes one report of an image at a time: that of a question that came in between is this one's as well, and
    /// somebody else's is waited for by asking again.
    @Test(arguments: ["usage-check", "mine"])
    func anotherReportIsUnderWay(tag: String) async throws {
        let script = EC2Script(Behaviour())
        let other = left("amiur-1", "pending", minutesAgo: 1, tag: tag)
        let isMade = Mutex(false)
        let fixture = try CloudFixture { operation, body in
            if operation == "CreateImageUsageReport" {
                isMade.withLock { $0 = true }
                return CloudFixture.ec2Error("ImageUsageReportInProgress")
            }
            guard operation == "DescribeImageUsageReports", body.contains("ImageId.1="), isMade.withLock({ $0 }) else {
                return script.reply(operation, body)
            }
            return CloudFixture.xml(operation, "<imageUsageReportSet>\(other)</imageUsageReportSet>")
        }
        let view = await view(fixture)
        if tag == "usage-check" {
            #expect(view.report?.accounts == [consumer: [.instance: 3]])
        } else {
            guard case .occupied(let since) = view else {
                Issue.record("\(view)")
                return
            }
            #expect(since <= EventTime(.now()).advanced(bySeconds: -59))
            #expect(OwnerViewMessage(view)?.status == "pending")
            #expect(OwnerViewMessage(view)?.reason?.contains("another one since") == true)
            #expect(!fixture.operations.contains("DeleteImageUsageReport"))
        }
    }

    @Test func reportsThatMayNotBeListed() async throws {
        let refusal = CloudFixture.ec2Error("UnauthorizedOperation", status: 403)
        let fixture = try fixture { $0.failures["DescribeImageUsageReports"] = refusal }
        #expect(reason(await view(fixture)) == "DescribeImageUsageReports: UnauthorizedOperation")
        #expect(fixture.operations == ["DescribeImageUsageReports"])
    }

    @Test func aReportThatMayNotBeReadIsDeleted() async throws {
        let operation = "DescribeImageUsageReportEntries"
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
        #expect(isPending(await view(fixture, seconds: seconds)))
        // It is left for the next question.
        #expect(!fixture.operations.contains("DeleteImageUsageReport"))
        // There is time left to answer.
        #expect(fixture.slept <= .seconds(seconds - 5))
        if seconds == 60 { #expect(fixture.slept > .seconds(40)) }
    }

    @Test func withoutADeadlineItDoesNotWaitForEver() async throws {
        let fixture = try fixture { $0.pendingAnswers = 100_000 }
        #expect(isPending(await view(fixture, seconds: nil)))
        #expect(fixture.slept <= .seconds(600))
    }

    @Test func aQuestionThatIsCalledOffDeletesItsReport() async throws {
        let fixture = try fixture { $0.pendingAnswers = 1000 }
        fixture.interrupt()
        let asked = Task { await view(fixture) }
        asked.cancel()
        #expect(await asked.value.report == nil)
        #expect(fixture.operations.last != "DescribeImageUsageReports")
    }

    @Test(arguments: [("CreateImageUsageReport", "ImageId"), ("DescribeImageUsageReports", "ReportId.1=amiur-1")])
    func aQuestionThatIsCalledOffInTheMiddleDeletesItsReport(operation: String, part: String) async throws {
        let question = Question()
        let fixture = try fixture { behaviour in
            behaviour.pendingAnswers = 1000
            behaviour.asked = { asked, body in
                if asked == operation, body.contains(part) { question.task.withLock { $0?.cancel() } }
            }
        }
        let asked = question.task.withLock { task in
            let asked = Task { await view(fixture) }
            task = asked
            return asked
        }
        #expect(await asked.value.report == nil)
        #expect(fixture.bodies(of: "DeleteImageUsageReport").map { $0.contains("ReportId=amiur-1") } == [true])
    }

    // MARK: What earlier questions left

    @Test func aReportThatIsThereByNowIsReadAndNoneIsMade() async throws {
        let fixture = try fixture { behaviour in
            behaviour.left = [
                left("amiur-2", "available", minutesAgo: 300), left("amiur-3", "pending", minutesAgo: 1),
                left("amiur-4", "available", minutesAgo: 20),
            ]
        }
        let report = try #require(await view(fixture).report)
        #expect(report.created < EventTime(.now()).advanced(bySeconds: -60 * 19))
        #expect(report.kinds == [.instance, .launchTemplate])
        #expect(!fixture.operations.contains("CreateImageUsageReport"))
        #expect(fixture.bodies(of: "DeleteImageUsageReport").map { $0.contains("ReportId=amiur-4") } == [true])
        #expect(fixture.slept == .zero)
        let search = try #require(fixture.bodies(of: "DescribeImageUsageReports").first)
        #expect(search.contains("ImageId.1=\(image)"))
        #expect(search.contains("Filter.1.Name=tag%3Aami-steward"))
    }

    @Test func aReportThatIsUnderWayIsWaitedFor() async throws {
        let fixture = try fixture { $0.left = [left("amiur-2", "pending", minutesAgo: 4)] }
        guard case .pending(let since) = await view(fixture) else {
            Issue.record("not pending")
            return
        }
        #expect(since <= EventTime(.now()).advanced(bySeconds: -60 * 3))
        #expect(!fixture.operations.contains("CreateImageUsageReport"))
        #expect(!fixture.operations.contains("DeleteImageUsageReport"))
        #expect(fixture.slept > .seconds(40))
    }

    @Test func whoeverDoesNotWaitLooksOnce() async throws {
        let fixture = try fixture { $0.left = [left("amiur-2", "pending", minutesAgo: 4)] }
        let reader = OwnerViewReader(ec2: EC2(fixture.client), effects: fixture.effects)
        #expect(isPending(await reader.view(of: image, patience: .zero, logger: Logger(level: .fatal))))
        #expect(fixture.slept == .zero)
    }

    /// Too old, failed, stuck, or not as this software asks for it: deleted and made anew.
    @Test func whatIsOfNoUse() async throws {
        let fixture = try fixture { behaviour in
            behaviour.left = [
                left("amiur-2", "available", minutesAgo: 361), left("amiur-3", "error", minutesAgo: 1),
                left("amiur-4", "pending", minutesAgo: 24 * 60 + 1),
                left("amiur-5", "available", minutesAgo: 1, accounts: "<item>444455556666</item>"),
                left("amiur-6", "available", minutesAgo: 1, types: ["ec2:Instance"]),
            ]
        }
        #expect(await view(fixture).report?.accounts == [consumer: [.instance: 3]])
        let deleted = fixture.bodies(of: "DeleteImageUsageReport")
        for number in 1...6 { #expect(deleted.count { $0.contains("ReportId=amiur-\(number)") } == 1) }
    }

    @Test func reportsOfOthersAreLeftAlone() async throws {
        let fixture = try fixture { $0.left = [left("amiur-2", "available", minutesAgo: 1, tag: "mine")] }
        #expect(await view(fixture).report != nil)
        #expect(fixture.bodies(of: "DeleteImageUsageReport").allSatisfy { $0.contains("ReportId=amiur-1") })
    }

    /// Another question has read it meanwhile.
    @Test func aReportThatSomebodyDeletes() async throws {
        let script = EC2Script(Behaviour())
        let listings = Mutex(0)
        let found = left("amiur-2", "pending", minutesAgo: 1)
        let fixture = try CloudFixture { operation, body in
            guard operation == "DescribeImageUsageReports", body.contains("ImageId.1=") else {
                return script.reply(operation, body)
            }
            let isFirst = listings.withLock { count in
                count += 1
                return count == 1
            }
            return CloudFixture.xml(operation, "<imageUsageReportSet>\(isFirst ? found : "")</imageUsageReportSet>")
        }
        #expect(await view(fixture).report?.accounts == [consumer: [.instance: 3]])
        #expect(fixture.operations.contains("CreateImageUsageReport"))
    }

    /// A new report may not be visible yet.
    @Test func aReportThatIsNotVisibleYet() async throws {
        let count = Mutex(0)
        let script = EC2Script(Behaviour())
        let fixture = try CloudFixture { operation, body in
            let isFirst =
                operation == "DescribeImageUsageReports" && body.contains("ReportId.1=")
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
