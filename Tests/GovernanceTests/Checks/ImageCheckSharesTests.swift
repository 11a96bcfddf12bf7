import AWSClient
import AWSServices
import LambdaRuntime
import TestSupport
import Testing

@testable import Governance

/// Shares that only EC2 tells of, in a check and for the guard.
@Suite struct ImageCheckSharesTests: ImageCheckExamples {
    private static let other = AccountID(checked: "777788889999")

    /// A share that only EC2 tells of: the guard leaves the image alone, however new the sweep is.
    @Test func aShareThatIsNotRecorded() async throws {
        let permission = "<item><userId>\(consumer)</userId></item>"
        func verdict(_ shares: [ShareRecord]) async throws -> (Verdict, isClear: Bool) {
            let (_, check) = try fixture { world in
                world.shares = shares
                world.coverage += [swept(consumer)]
                world.permissions = CloudFixture.xml(
                    "DescribeImageAttribute",
                    "<imageId>ami-1</imageId><launchPermission>\(permission)</launchPermission>"
                )
            }
            let answer = try await check.answer(CheckQuestion(image: image), logger: silent).verdict
            return (answer, try await CheckedImageUse(check, logger: silent).isClear(image))
        }
        let unrecorded = try await verdict([])
        #expect(unrecorded.0.doubts == [.shareNotRecorded(consumer, isLost: false)])
        #expect(!unrecorded.isClear)
        let recorded = try await verdict([share(.account(consumer))])
        #expect(recorded.0.outcome == .clear)
        #expect(recorded.isClear)
    }

    /// Whoever may write records it: from then on a sweep that begins later makes the image clear.
    @Test func aShareThatIsFoundIsRecorded() async throws {
        let table = SharesTableOnPaper()
        let permissions = "<item><userId>\(consumer)</userId></item><item><userId>\(Self.other)</userId></item>"
        var world = ImageCheckWorld()
        world.permissions = CloudFixture.xml(
            "DescribeImageAttribute",
            "<imageId>ami-1</imageId><launchPermission>\(permissions)</launchPermission>"
        )
        world.coverage += [swept(consumer), swept(Self.other, at: "2026-11-20T10:00:01Z")]
        world.table = table
        let scripted = world
        let (_, check) = try fixture(recordsShares: true) { $0 = scripted }
        let verdict = try await check.answer(CheckQuestion(image: image), logger: silent).verdict
        let sweep = time("2026-11-20T08:00:00Z")
        #expect(verdict.doubts == [.sweptBeforeFound(consumer, sweep: sweep, found: asked)])
        #expect(table.statuses(of: image) == ["account#\(consumer)": "shared", "account#\(Self.other)": "shared"])
        #expect(try await !CheckedImageUse(check, logger: silent).isClear(image))
        #expect(table.texts(image.text, "account#\(consumer)")?["event_time"] == asked.description)
        // The guard finds as well, and once swept it is clear.
        let fresh = SharesTableOnPaper()
        let (_, guarding) = try fixture(recordsShares: true) { world in
            world = scripted
            world.table = fresh
        }
        #expect(try await !CheckedImageUse(guarding, logger: silent).isClear(image))
        #expect(fresh.statuses(of: image).count == 2)
        let (_, later) = try fixture(recordsShares: true) { world in
            world = scripted
            world.coverage = [swept(creator), swept(consumer, at: "2026-11-20T10:00:01Z"), scripted.coverage[2]]
        }
        #expect(try await later.answer(CheckQuestion(image: image), logger: silent).verdict.outcome == .clear)
        #expect(try await CheckedImageUse(later, logger: silent).isClear(image))
    }

    /// A check is worth more than its records.
    @Test func aShareThatCannotBeRecorded() async throws {
        let permission = "<item><userId>\(consumer)</userId></item>"
        let (fixture, check) = try fixture(recordsShares: true) { world in
            world.coverage += [swept(consumer)]
            world.failing = ["PutItem"]
            world.table = SharesTableOnPaper()
            world.permissions = CloudFixture.xml(
                "DescribeImageAttribute",
                "<imageId>ami-1</imageId><launchPermission>\(permission)</launchPermission>"
            )
        }
        let verdict = try await check.answer(CheckQuestion(image: image), logger: silent).verdict
        #expect(verdict.doubts == [.shareNotRecorded(consumer, isLost: false)])
        #expect(fixture.operations.contains("PutItem"))
    }
}
