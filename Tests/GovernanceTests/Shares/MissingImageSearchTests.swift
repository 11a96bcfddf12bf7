import AWSClient
import AWSServices
import LambdaRuntime
import Testing

@testable import Governance

/// The daily search for images that are recorded as shared and that EC2 does not list.
@Suite struct MissingImageSearchTests {
    private typealias World = ShareSearchWorld

    private static let account = Principal.account(consumer)
    private let silent = Logger(level: .fatal)

    private static func loss(_ status: ShareStatus, at time: EventTime = asked) -> Sighting<ShareStatus> {
        Sighting(status, .foundMissing(at: time))
    }

    private func note(_ image: ImageID, in world: World) -> String? {
        world.table.texts(image.text, "image")?["unlisted_since"]
    }

    /// What EC2 says of it on the second day; nil: it knows no such image.
    @Test(
        arguments: [
            (nil, .deregistered), ("deregistered", .deregistered), ("disabled", .disabled), ("pending", nil),
            ("failed", nil), ("invalid", nil), ("transient", nil),
        ] as [(String?, ShareStatus?)]
    )
    func anImageThatIsNotListedForADay(state: String?, status: ShareStatus?) async throws {
        let (image, there) = (World.image(1), World.image(2))
        let world = World([there: [Self.account]], [share(Self.account, of: image), share(Self.account, of: there)])
        if let state {
            world.images.withLock { $0[image] = [] }
            world.states.withLock { $0[image] = state }
        }
        let (fixture, search) = try world.search()
        let first = try #require(try await search.run(logger: silent))
        #expect((first.lost, first.images, first.isComplete) == ([], 1, true))
        #expect(note(image, in: world) == asked.description)
        #expect(note(there, in: world) == nil)
        // Before its time it is not even asked for.
        #expect(fixture.bodies(of: "DescribeImages").allSatisfy { !$0.contains("ImageId") })
        world.wait(hours: 24)
        let report = try #require(try await search.run(logger: silent))
        #expect(report.lost == (status.map { [.init(image: image, loss: Self.loss($0))] } ?? []))
        #expect((report.ended, report.failures.count) == ([], 0))
        #expect(world.table.statuses(of: image) == [Self.account.description: "shared"])
        #expect(note(image, in: world) == asked.description)
    }

    @Test func whatIsAnsweredAndTold() async throws {
        let world = World([:], [share(Self.account, of: World.image(1))])
        let (_, search) = try world.search()
        _ = try await search.run(logger: silent)
        world.wait(hours: 24)
        let report = try #require(try await search.run(logger: silent))
        let text = String(decoding: try GovernanceJSON.encode(MeasurementMessage(.init(), report, nil)), as: UTF8.self)
        #expect(text.contains(#""lost":[{"image_id":"ami-10000001","status":"deregistered"}],"lost_count":1"#))
        let event = try #require(report.events(of: creator, in: region).first)
        let loss = try #require(ImageLoss(event))
        #expect((loss.status, loss.scope, loss.identity) == (.deregistered, .everyone, "deregistered"))
        // Recorded, it is told for a week, lest whoever was to tell of it was cut off.
        _ = try await LossAssessment.recording(loss, of: event, in: search.store)
        #expect(world.table.statuses(of: World.image(1)) == [Self.account.description: "deregistered"])
        #expect(note(World.image(1), in: world) == nil)
        for hours: Int64 in [24, 72, 24] {
            world.wait(hours: hours)
            #expect(try await search.run(logger: silent)?.lost == report.lost)
        }
        world.wait(hours: 24)
        #expect(try await search.run(logger: silent)?.lost == [])
    }

    @Test func anImageThatIsThereAfterAll() async throws {
        let image = World.image(1)
        let world = World([:], [share(Self.account, of: image)])
        let (_, search) = try world.search()
        _ = try await search.run(logger: silent)
        // It is listed again.
        world.images.withLock { $0[image] = [Self.account] }
        world.wait(hours: 24)
        #expect(try await search.run(logger: silent)?.lost == [])
        #expect(note(image, in: world) == nil)
        // EC2's list is behind, and whoever asks for the image learns it.
        world.states.withLock { $0[image] = "available" }
        world.wait(hours: 24)
        _ = try await search.run(logger: silent)
        #expect(note(image, in: world) != nil)
        world.wait(hours: 24)
        #expect(try await search.run(logger: silent)?.lost == [])
        #expect(note(image, in: world) == nil)
    }

    /// A share that is as new as what EC2 lists may be old, one of another region, and a share that is none any more.
    @Test func imagesThatAreNotMissed() async throws {
        let new = share(Self.account, since: asked.advanced(bySeconds: -899).description, of: World.image(1))
        let elsewhere = ShareRecord(
            image: World.image(2),
            principal: Self.account,
            region: Region(checked: "us-east-1"),
            permission: new.permission,
            firstShared: nil
        )
        var gone = share(Self.account, of: World.image(3))
        gone.revocations = Sightings(Self.loss(.deregistered, at: asked.advanced(bySeconds: -9 * 86_400)))
        let world = World([:], [new, elsewhere, gone])
        let (_, search) = try world.search()
        #expect(try await search.run(logger: silent)?.lost == [])
        for number in 1...3 { #expect(note(World.image(number), in: world) == nil) }
    }

    /// It goes on in the middle of the table, and in the middle of a page.
    @Test(arguments: [7, 100])
    func aTableTakesSeveralRuns(pageSize: Int) async throws {
        let images = (0..<125).map(World.image)
        let recorded = images.flatMap { [share(Self.account, of: $0), share(.all, of: $0)] }
        let world = World([:], recorded)
        world.table.pageSize.withLock { $0 = pageSize }
        let (fixture, search) = try world.search()
        for round in 0..<2 {
            var lost: [ImageID] = []
            var runs = 0
            while runs < 10 {
                let deadline = search.effects.instant() + .seconds(10)
                let report = try await AWSClient.$deadline.withValue(deadline) { try await search.run(logger: silent) }
                guard let report else { break }
                runs += 1
                lost += report.lost.map(\.image)
            }
            #expect((3...4).contains(runs))
            #expect(images.allSatisfy { note($0, in: world) == asked.description })
            #expect(lost.unique() == (round == 0 ? [] : images))
            world.wait(hours: 24)
        }
        // Each was asked for once; or twice, where a run ended between its items.
        #expect((125..<129).contains(fixture.bodies(of: "DescribeImages").count { $0.contains("ImageId.1=") }))
    }

    /// What fails for the whole table is tried by three runs; then the round ends without the rest, and the next one tries again.
    @Test func theTableCannotBeRead() async throws {
        let world = World([World.image(1): []], [share(Self.account, of: World.image(2))])
        world.scanFailure.withLock { $0 = "AccessDeniedException" }
        let (_, search) = try world.search()
        for run in 1...3 {
            let report = try #require(try await search.run(logger: silent))
            #expect((report.images, report.failures.count) == (run == 1 ? 1 : 0, 1))
            #expect(report.isComplete == (run == 3))
        }
        #expect(try await search.run(logger: silent) == nil)
        world.scanFailure.withLock { $0 = nil }
        world.wait(hours: 24)
        #expect(try await search.run(logger: silent)?.isComplete == true)
        #expect(note(World.image(2), in: world) != nil)
    }

    /// EC2 does not answer: nothing is taken for gone.
    @Test func whatBecameOfItCannotBeAsked() async throws {
        let world = World([:], [share(Self.account, of: World.image(1))])
        let (_, search) = try world.search()
        _ = try await search.run(logger: silent)
        world.wait(hours: 24)
        world.set("UnauthorizedOperation", for: nil)
        let report = try #require(try await search.run(logger: silent))
        #expect((report.lost, report.failures.count, report.isComplete) == ([], 1, false))
        world.set(nil, for: nil)
        let next = try #require(try await search.run(logger: silent))
        #expect((next.lost.map(\.loss), next.isComplete) == ([Self.loss(.deregistered)], true))
    }
}
