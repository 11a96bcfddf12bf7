import AWSClient
import AWSServices
import FoundationEssentials
import LambdaRuntime
import Synchronization
import TestSupport
import Testing

@testable import Governance

/// A whole check: what is asked of which service, and what the answer makes of it.
@Suite struct ImageCheckTests: ImageCheckExamples {
    private static let other = AccountID(checked: "777788889999")

    @Test func aClearImageTakesSevenRequests() async throws {
        let (fixture, check) = try fixture { world in
            world.shares = [share(.account(consumer))]
            world.coverage += [swept(consumer), swept(Self.other)]
        }
        let result = try await check.answer(CheckQuestion(image: image), logger: silent)
        #expect(result.verdict.outcome == .clear)
        #expect(result.verdict.coverage.map(\.status) == [.swept, .swept])
        #expect(
            fixture.operations.sorted() == [
                "DescribeImageAttribute", "DescribeImages", "DescribeTable", "GetItem", "Query", "Query", "Query",
            ]
        )
        #expect(String(decoding: result.json, as: UTF8.self).contains(#""verdict":"clear""#))
    }

    @Test func whatEC2KnowsOfSharesCounts() async throws {
        let permissions = "<item><userId>777788889999</userId></item><item><group>all</group></item>"
        let (_, check) = try fixture { world in
            world.permissions = CloudFixture.xml(
                "DescribeImageAttribute",
                "<imageId>ami-1</imageId><launchPermission>\(permissions)</launchPermission>"
            )
        }
        let verdict = try await check.answer(CheckQuestion(image: image), logger: silent).verdict
        #expect(verdict.outcome == .unknown)
        #expect(verdict.doubts == [.group(.all, report: nil), .noTracker(Self.other)])
    }

    /// The owner may have begun to use an image that was made after its sweep.
    @Test func anImageThatIsNewerThanTheOwnersSweep() async throws {
        let (_, check) = try fixture { $0.created = "2026-11-20T08:00:00.000Z" }
        let (sweep, created) = (time("2026-11-20T08:00:00Z"), time("2026-11-20T08:00:00Z"))
        let verdict = try await check.answer(CheckQuestion(image: image), logger: silent).verdict
        #expect(verdict.doubts == [.sweptBeforeShare(creator, sweep: sweep, share: created)])
        #expect(try await !CheckedImageUse(check, logger: silent).isClear(image))
    }

    @Test(arguments: [
        ("UnauthorizedOperation", Doubt.sharesNotKnown(reason: "EC2: UnauthorizedOperation")),
        ("AuthFailure", .sharesNotKnown(reason: "EC2: AuthFailure")), ("InvalidAMIID.NotFound", .noSuchImage),
        ("InvalidAMIID.Unavailable", .sharesNotKnown(reason: "EC2: InvalidAMIID.Unavailable")),
    ])
    func whatEC2DoesNotTell(code: String, doubt: Doubt) async throws {
        let (_, check) = try fixture { $0.permissions = CloudFixture.ec2Error(code) }
        #expect(try await check.answer(CheckQuestion(image: image), logger: silent).verdict.doubts == [doubt])
    }

    /// Deregistered: nothing can be taken from anybody. Restored since: whoever had it may still use it.
    @Test(arguments: ["InvalidAMIID.NotFound", "InvalidAMIID.Unavailable", nil], [true, false])
    func anImageThatWasDeregistered(code: String?, isDescribed: Bool) async throws {
        let (_, check) = try fixture { world in
            if let code { world.permissions = CloudFixture.ec2Error(code) }
            if !isDescribed { world.created = nil }
            var lost = share(.account(consumer))
            let end = Occurrence(
                time: time("2026-11-10T08:00:00Z"),
                eventID: "e",
                eventName: "DeregisterImage",
                actor: nil
            )
            lost.revocations = Sightings(call: Sighting(.deregistered, end))
            world.shares = [lost]
        }
        let verdict = try await check.answer(CheckQuestion(image: image), logger: silent).verdict
        #expect(verdict.outcome == (code != nil && !isDescribed ? .clear : .unknown))
        let former = Doubt.former(.noTracker(consumer), until: time("2026-11-10T08:00:00Z"))
        #expect(verdict.doubts.contains(former) == (verdict.outcome == .unknown))
    }

    @Test(arguments: [
        ("2026-11-02T00:00:00.000Z", nil), ("2026-10-31T23:59:59.000Z", "the image is of 2026-10-31 23:59:59 UTC"),
        ("x", "it is not known whether the image is older"), ("", "it is not known whether the image is older"),
    ])
    func theAgeOfTheImage(created: String, reason: String?) async throws {
        let (_, check) = try fixture { $0.created = created }
        let verdict = try await check.answer(CheckQuestion(image: image), logger: silent).verdict
        #expect(verdict.outcome == (reason == nil ? .clear : .unknown))
        // Where nothing is recorded of it either, no sweep of the owner is known to be later.
        let isKnown = EventTime(created) != nil
        #expect(verdict.doubts.contains(.creationNotKnown(creator)) == !isKnown)
        let others = verdict.doubts.filter { $0 != .creationNotKnown(creator) }
        #expect(others.map(\.description).allSatisfy { $0.hasPrefix(reason ?? "-") })
    }

    @Test(arguments: ["DescribeImages", "DescribeTable"]) func anAgeThatIsNotTold(operation: String) async throws {
        let (_, check) = try fixture { $0.failing = [operation] }
        let doubts = try await check.answer(CheckQuestion(image: image), logger: silent).verdict.doubts
        let unknown: [Doubt] = operation == "DescribeImages" ? [.creationNotKnown(creator)] : []
        #expect(doubts == unknown + [.ageNotKnown(reason: "\(operation): AccessDeniedException")])
    }

    @Test func aPermissionOfAnUnknownKindIsNotOverlooked() async throws {
        let (_, check) = try fixture { world in
            world.permissions = CloudFixture.xml(
                "DescribeImageAttribute",
                "<imageId>ami-1</imageId><launchPermission><item><galaxy>all</galaxy></item></launchPermission>"
            )
        }
        #expect(try await check.answer(CheckQuestion(image: image), logger: silent).verdict.outcome == .unknown)
    }

    @Test func aRowThatCannotBeReadIsADoubt() async throws {
        let (_, check) = try fixture { world in
            world.brokenRows = [CloudFixture.item(["account_id": consumer.text, "resource": "nonsense"])]
        }
        let verdict = try await check.answer(CheckQuestion(image: image), logger: silent).verdict
        #expect(verdict.doubts == [.unreadableRows(1)])
        #expect(verdict.outcome == .unknown)
    }

    @Test func aQuestionAboutSomeAccountsAsksForTheirRows() async throws {
        let (fixture, check) = try fixture { world in
            world.rows = instances(2) + instances(3, of: Self.other)
            world.coverage += [swept(consumer)]
        }
        let question = CheckQuestion(image: image, accounts: [Self.other, consumer])
        let text = String(decoding: try await check.answer(question, logger: silent).json, as: UTF8.self)
        #expect(text.contains(#""account_count":2"#))
        #expect(text.contains(#""resource_count":5"#))
        #expect(fixture.bodies(of: "Query").count { $0.contains(" AND ") } == 2)
        let many = (0..<30).map { AccountID(checked: String(100_000_000_000 + $0)) } + [consumer]
        let narrowed = try await check.answer(CheckQuestion(image: image, accounts: many), logger: silent)
        #expect(String(decoding: narrowed.json, as: UTF8.self).contains(#""resource_count":2"#))
        #expect(narrowed.verdict.outcome == .inUse)
        #expect(narrowed.verdict.coverage.count == 31)
    }

    @Test func theOwnersViewShowsWhatTheTableLacks() async throws {
        let (fixture, check) = try fixture { world in
            world.rows = instances(2)
            world.coverage += [swept(consumer)]
            world.reported = [(consumer.text, 2), (Self.other.text, 5)]
        }
        let result = try await check.answer(CheckQuestion(image: image, asksOwnerView: true), logger: silent)
        #expect(result.gaps.map(\.account) == [Self.other])
        #expect(result.gaps.map(\.report) == [5])
        #expect(result.verdict.outcome == .inUse)
        #expect(fixture.operations.filter { $0 == "DeleteImageUsageReport" }.count == 1)
        let unasked = try await check.answer(CheckQuestion(image: image), logger: silent)
        #expect(unasked.ownerView == .notAsked)
        #expect(unasked.gaps.isEmpty)
    }

    /// AWS's own example of a report hides the account's number.
    @Test(arguments: [(1, Verdict.Outcome.clear), (0, .unknown)])
    func usesOfAccountsThatEC2DoesNotName(known: Int, outcome: Verdict.Outcome) async throws {
        let (_, check) = try fixture { world in
            world.rows = instances(known, of: Self.other)
            world.shares = [share(.account(consumer)), share(.account(Self.other))]
            world.coverage += [swept(consumer), swept(Self.other)]
            world.reported = [("************", 1)]
        }
        let question = CheckQuestion(image: image, accounts: [consumer], asksOwnerView: true)
        let named = try await check.answer(question, logger: silent)
        #expect(named.verdict.outcome == outcome)
        #expect(named.verdict.doubts == (known == 0 ? [.unnamedUses(1)] : []))
        #expect(named.gaps.map(\.report) == (known == 0 ? [1] : []))
        let all = try await check.answer(CheckQuestion(image: image, asksOwnerView: true), logger: silent)
        #expect(all.verdict.outcome == .inUse)
        #expect(all.gaps.count == 1 - known)
    }

    /// The report that was made is deleted even if the tables cannot be read.
    @Test func aFailureLeavesNoReport() async throws {
        let (fixture, check) = try fixture { $0.failing = ["Query"] }
        await #expect(throws: AWSError.self) {
            try await check.answer(CheckQuestion(image: image, asksOwnerView: true), logger: silent)
        }
        #expect(fixture.operations.contains("DeleteImageUsageReport"))
    }

    @Test func theGuardsQuestion() async throws {
        let (used, check) = try fixture { $0.rows = instances(1) }
        let use = try await CheckedImageUse(check, logger: silent)
        #expect(try await use.isUsed(image))
        #expect(try await !use.isClear(image))
        #expect(used.bodies(of: "Query").filter { $0.contains(image.text) }.allSatisfy { $0.contains(#""Limit":1"#) })
        let (_, clear) = try fixture { world in
            world.shares = [share(.account(consumer))]
            world.coverage += [swept(consumer)]
        }
        let unused = try await CheckedImageUse(clear, logger: silent)
        #expect(try await !unused.isUsed(image))
        #expect(try await unused.isClear(image))
        let (_, unknown) = try fixture { $0.shares = [share(.account(consumer))] }
        #expect(try await !CheckedImageUse(unknown, logger: silent).isClear(image))
    }

    /// What is recorded is enough to know that the image is not clear.
    @Test func theGuardDoesNotAskEC2WhereItsAnswerWouldNotDo() async throws {
        let worlds: [@Sendable (inout ImageCheckWorld) -> Void] = [
            { $0.shares = [share(.account(consumer))] },
            { world in
                world.shares = [share(.account(consumer), since: "2026-11-20T09:00:00Z")]
                world.coverage += [swept(consumer)]
            },
            { $0.shares = [share(organization)] },
            { $0.coverage = [] },
        ]
        for change in worlds {
            let (fixture, check) = try fixture(change)
            let use = try await CheckedImageUse(check, logger: silent)
            for _ in 0..<3 { #expect(try await !use.isClear(image)) }
            #expect(Set(fixture.operations) == ["DescribeTable", "GetItem", "Query"])
            #expect(fixture.slept == .zero)
        }
    }

    @Test func theGuardAsksEC2AboutTenImagesASecond() async throws {
        let (fixture, check) = try fixture { world in
            world.shares = [share(.account(consumer))]
            world.coverage += [swept(consumer)]
        }
        let use = try await CheckedImageUse(check, logger: silent)
        for _ in 0..<21 { #expect(try await use.isClear(image)) }
        #expect(fixture.operations.filter { $0 == "DescribeImages" }.count == 21)
        #expect(fixture.slept == .seconds(2))
        // When the table was made is the same for all of them.
        #expect(fixture.operations.filter { $0 == "DescribeTable" }.count == 1)
    }

    /// The next run tries again: that EC2 had no time for the question says nothing of the image.
    @Test(arguments: ["DescribeImageAttribute", "DescribeImages", "CreateImageUsageReport"])
    func theGuardFailsWhereItIsThrottled(operation: String) async throws {
        var world = ImageCheckWorld()
        world.created = "2020-01-01T00:00:00.000Z"
        let scripted = world
        let (fixture, check) = try fixture { asked, body in
            asked == operation
                ? CloudFixture.ec2Error("RequestLimitExceeded", status: 503) : scripted.reply(asked, body)
        }
        let use = try await CheckedImageUse(check, logger: silent)
        let error = await #expect(throws: AWSError.self) { try await use.isClear(image) }
        #expect(error?.kind == .throttling)
        #expect(fixture.operations.contains(operation))
        // To somebody who asks, everything else is told.
        let question = CheckQuestion(image: image, asksOwnerView: true)
        #expect(try await check.answer(question, logger: silent).verdict.outcome == .unknown)
    }

    /// An image older than the records is clear by EC2's report alone, which the guard asks for and does not wait for.
    @Test(arguments: ["available", "pending"])
    func theGuardAsksEC2WhereThatIsAllThatIsMissing(state: String) async throws {
        let (fixture, check) = try fixture { world in
            world.created = "2020-01-01T00:00:00.000Z"
            world.state = state
        }
        #expect(try await CheckedImageUse(check, logger: silent).isClear(image) == (state == "available"))
        #expect(fixture.operations.filter { $0 == "CreateImageUsageReport" }.count == 1)
        #expect(fixture.operations.contains("DeleteImageUsageReport") == (state == "available"))
        // It was taken from everybody since, by an event that names nobody.
        let (_, revoked) = try self.fixture { world in
            world.created = "2020-01-01T00:00:00.000Z"
            world.imageRecord = ImageRecord(
                image: image,
                region: region,
                revocations: Sightings(
                    call: Sighting(
                        .removed,
                        Occurrence(time: asked, eventID: "e", eventName: "ResetImageAttribute", actor: nil)
                    )
                )
            )
        }
        let question = CheckQuestion(image: image, asksOwnerView: true)
        let doubts = try await revoked.answer(question, logger: silent).verdict.doubts
        #expect(doubts == [.revokedFromUnknown(at: asked, report: asked)])
        #expect(try await !CheckedImageUse(revoked, logger: silent).isClear(image))
        // Where something else is missing as well, it is not asked.
        let (unasked, other) = try self.fixture { world in
            world.created = "2020-01-01T00:00:00.000Z"
            world.shares = [share(.account(consumer))]
        }
        #expect(try await !CheckedImageUse(other, logger: silent).isClear(image))
        #expect(!unasked.operations.contains("CreateImageUsageReport"))
    }
}
