import AWSClient
import AWSServices
import LambdaRuntime
import Testing

@testable import Governance

/// The daily search for shares that no event told of.
@Suite struct ShareSearchTests {
    private static let other = Principal.account(.init(checked: "777788889999"))

    private static func image(_ number: Int) -> ImageID { ShareSearchWorld.image(number) }

    private let silent = Logger(level: .fatal)

    @Test func whatWasThereBeforeTheInstallation() async throws {
        let known = Self.image(2)
        let world = ShareSearchWorld(
            [Self.image(1): [.account(consumer), .all], known: [.account(consumer)], Self.image(3): []],
            [share(.account(consumer), of: known)]
        )
        let (fixture, search) = try world.search()
        let report = try #require(try await search.run(logger: silent))
        #expect((report.images, report.isComplete, report.failures.count) == (3, true, 0))
        #expect(
            report.found == [
                .init(image: Self.image(1), principal: .account(consumer)),
                .init(image: Self.image(1), principal: .all),
            ]
        )
        let record = try #require(world.table.texts(Self.image(1).text, "account#\(consumer)"))
        #expect(
            record == [
                "image_id": Self.image(1).text, "principal": "account#\(consumer)", "status": "shared",
                "region": "eu-central-1", "event_time": asked.description, "event_id": "found",
                "event_name": "DescribeImageAttribute", "first_shared": asked.description,
            ]
        )
        #expect(world.table.texts(Self.image(1).text, "image")?["image_name"] == "golden-\(Self.image(1))")
        // Images without shares as well: whoever lost them before still uses them, perhaps.
        for number in 2...3 { #expect(world.table.texts(Self.image(number).text, "image")?["status"] == "available") }
        // What an event told of is left as it is.
        #expect(world.table.texts(known.text, "account#\(consumer)")?["event_name"] == "ModifyImageAttribute")
        #expect(fixture.bodies(of: "DescribeImages").allSatisfy { $0.contains("Owner.1=self") })
    }

    @Test func onceADay() async throws {
        let world = ShareSearchWorld([Self.image(1): [.all], Self.image(2): []])
        let (fixture, search) = try world.search()
        #expect(try await search.run(logger: silent)?.found.count == 1)
        let asked = fixture.operations.count
        world.wait(hours: 22)
        #expect(try await search.run(logger: silent) == nil)
        #expect(fixture.operations.dropFirst(asked) == ["GetItem"])
        world.wait(hours: 1)
        world.images.withLock { $0[Self.image(2)] = [.account(consumer)] }
        let report = try #require(try await search.run(logger: silent))
        #expect(report.found.map(\.image) == [Self.image(2)])
        #expect(report.images == 2)
    }

    /// The unsharing was told by no event: once it was seen on two days, the share has ended.
    @Test func sharesThatAreNotThereAnyMore() async throws {
        let recorded = share(.account(consumer), of: Self.image(1))
        let world = ShareSearchWorld([Self.image(1): [Self.other], Self.image(2): []], [recorded])
        let (_, search) = try world.search()
        #expect(try await search.run(logger: silent)?.ended == [])
        world.wait(hours: 24)
        let report = try #require(try await search.run(logger: silent))
        #expect(report.ended == [.init(image: Self.image(1), principals: [.account(consumer)], time: asked)])
        let message = try GovernanceJSON.encode(MeasurementMessage(.init(), report, nil))
        let text = String(decoding: message, as: UTF8.self)
        #expect(
            text.contains(#""ended":[{"image_id":"ami-10000001","principal":"account#444455556666"}],"ended_count":1"#)
        )
    }

    /// A permission that this software does not know may be anybody's.
    @Test func nothingHasEndedWhereAPermissionIsNotUnderstood() async throws {
        let world = ShareSearchWorld([Self.image(1): [organization]], [share(.account(consumer), of: Self.image(1))])
        world.galaxy.withLock { $0 = true }
        let (_, search) = try world.search()
        for _ in 0..<3 {
            #expect(try await search.run(logger: silent)?.ended == [])
            world.wait(hours: 24)
        }
        #expect(world.table.texts(Self.image(1).text, "account#\(consumer)")?["unlisted_since"] == nil)
    }

    /// No more than ten images a second, and half of the time that is left; the next run goes on.
    @Test func aLargeAccountTakesSeveralRuns() async throws {
        let images = (0..<125).map(Self.image)
        let world = ShareSearchWorld(Dictionary(uniqueKeysWithValues: images.map { ($0, [.account(consumer)]) }))
        let (fixture, search) = try world.search()
        var looked: [Int] = []
        for _ in 0..<10 {
            let deadline = search.effects.instant() + .seconds(10)
            let report = try await AWSClient.$deadline.withValue(deadline) { try await search.run(logger: silent) }
            guard let report else { break }
            looked.append(report.images)
            #expect(report.isComplete == (looked.reduce(0, +) == 125))
        }
        #expect(looked == [50, 50, 25])
        #expect(fixture.operations.count { $0 == "DescribeImageAttribute" } == 125)
        #expect(images.allSatisfy { world.table.statuses(of: $0) == ["account#\(consumer)": "shared"] })
    }

    /// Every run gets on, however long the listing takes.
    @Test(arguments: [(listing: 0, looked: [300, 300, 25]), (31, [100, 100, 100]), (43, [20, 20, 20])])
    func listingTheImagesTakesTime(listing: Int, looked: [Int]) async throws {
        let world = ShareSearchWorld(Dictionary(uniqueKeysWithValues: (0..<625).map { (Self.image($0), []) }))
        let (fixture, search) = try world.search()
        world.onListing.withLock { $0 = { fixture.pass(.seconds(listing) / 2) } }
        defer { world.onListing.withLock { $0 = nil } }
        for expected in looked {
            let deadline = search.effects.instant() + .seconds(60)
            let report = try await AWSClient.$deadline.withValue(deadline) { try await search.run(logger: silent) }
            #expect((report?.images, report?.failures.count) == (expected, 0))
            // A quarter of the time is left to whoever comes next.
            #expect(search.effects.instant() <= deadline - .seconds(15))
        }
    }

    /// Unless it takes all the time that there is, which nobody would learn of else.
    @Test func listingTheImagesTakesAllTheTime() async throws {
        let world = ShareSearchWorld([Self.image(1): [], Self.image(2): []])
        let (fixture, search) = try world.search()
        world.onListing.withLock { $0 = { fixture.pass(.seconds(23)) } }
        defer { world.onListing.withLock { $0 = nil } }
        let deadline = search.effects.instant() + .seconds(60)
        await #expect(throws: NoTimeToLookAtImages.self) {
            _ = try await AWSClient.$deadline.withValue(deadline) { try await search.run(logger: silent) }
        }
    }

    /// Where EC2 is slow, nothing is asked of it in the last quarter of the time, in which there is more to do.
    @Test func somethingIsLeftOfTheTime() async throws {
        let world = ShareSearchWorld([Self.image(1): [], Self.image(2): []])
        let (fixture, search) = try world.search()
        world.onListing.withLock { $0 = { fixture.pass(.seconds(46)) } }
        defer { world.onListing.withLock { $0 = nil } }
        let deadline = search.effects.instant() + .seconds(60)
        let error = await #expect(throws: AWSError.self) {
            _ = try await AWSClient.$deadline.withValue(deadline) { try await search.run(logger: silent) }
        }
        #expect((error?.kind, error?.operation) == (.deadline, "DescribeImages"))
        #expect(fixture.operations == ["GetItem", "DescribeImages"])
    }

    @Test func anImageThatIsGoneOrFails() async throws {
        let world = ShareSearchWorld([Self.image(1): [.all], Self.image(2): [.all], Self.image(3): [.all]])
        world.set("InvalidAMIID.NotFound", for: Self.image(1))
        world.set("InvalidParameterValue", for: Self.image(2))
        let (_, search) = try world.search()
        let report = try #require(try await search.run(logger: silent))
        #expect((report.images, report.isComplete, report.failures.count) == (3, true, 1))
        #expect(report.found.map(\.image) == [Self.image(3)])
        // It comes again in the next round.
        world.set(nil, for: Self.image(2))
        world.wait(hours: 24)
        #expect(try await search.run(logger: silent)?.found.map(\.image) == [Self.image(2)])
    }

    /// What is no image's fault may strike them all: the search waits at them. What may be over soon is no failure yet.
    @Test(arguments: [("UnauthorizedOperation", true), ("RequestLimitExceeded", false)])
    func nothingCanBeLookedAt(code: String, isFailure: Bool) async throws {
        let images = (0..<15).map(Self.image)
        let world = ShareSearchWorld(Dictionary(uniqueKeysWithValues: images.map { ($0, [.all]) }))
        let (_, search) = try world.search()
        for image in images[12...] { world.set(code, for: image) }
        let report = try #require(try await search.run(logger: silent))
        #expect((report.images, report.isComplete, report.failures.count) == (10, false, isFailure ? 3 : 0))
        let again = try #require(try await search.run(logger: silent))
        #expect((again.images, again.isComplete, again.failures.count) == (0, false, 3))
        for image in images { world.set(nil, for: image) }
        let rest = try #require(try await search.run(logger: silent))
        #expect((rest.images, rest.isComplete, rest.failures.count) == (5, true, 0))
        #expect(images.allSatisfy { world.table.statuses(of: $0) == ["group#all": "shared"] })
    }

    /// What lasts keeps no other image from being looked at: the third run goes past it, and past the like of it further on.
    @Test(arguments: ["UnauthorizedOperation", "RequestLimitExceeded"])
    func whatLastsIsGonePast(code: String) async throws {
        let images = (0..<35).map(Self.image)
        let world = ShareSearchWorld(Dictionary(uniqueKeysWithValues: images.map { ($0, [.all]) }))
        let (_, search) = try world.search()
        let failing = [images[12], images[25]]
        for image in failing { world.set(code, for: image) }
        var looked: [Int] = []
        for _ in 0..<3 { looked.append(try #require(try await search.run(logger: silent)).images) }
        #expect(looked == [10, 0, 25])
        for image in images {
            #expect(world.table.statuses(of: image) == (failing.contains(image) ? [:] : ["group#all": "shared"]))
        }
        let kept = try #require(world.table.texts(ShareSearchProgress.key, ShareSearchProgress.key))
        #expect(kept["round_state"] == "complete")
        // The next round comes to them again, and waits anew.
        for image in failing { world.set(nil, for: image) }
        world.wait(hours: 23)
        let next = try #require(try await search.run(logger: silent))
        #expect((next.images, next.found.map(\.image)) == (35, failing))
    }

    /// Where every image of the next ten meets it as well, it strikes them all.
    @Test func whatStrikesAllIsNotGonePastAtOnce() async throws {
        let world = ShareSearchWorld(Dictionary(uniqueKeysWithValues: (0..<35).map { (Self.image($0), []) }))
        world.set("RequestLimitExceeded", for: nil)
        let (_, search) = try world.search()
        var reports: [ShareSearch.Report] = []
        for _ in 0..<5 { reports.append(try #require(try await search.run(logger: silent))) }
        #expect(reports.map(\.images) == [0, 0, 10, 0, 10])
        #expect(reports.map(\.failures.count) == [0, 10, 10, 10, 10])
        world.set(nil, for: nil)
        let rest = try #require(try await search.run(logger: silent))
        #expect((rest.images, rest.isComplete) == (15, true))
    }

    /// Who reads the whole table finds no image in it.
    @Test func howFarItHasComeIsNoShare() async throws {
        let world = ShareSearchWorld([Self.image(1): []])
        let (fixture, search) = try world.search()
        _ = try await search.run(logger: silent)
        let key = ShareSearchProgress.key
        let kept = try #require(world.table.texts(key, key))
        #expect(kept["last_image_id"] == Self.image(1).text)
        var contents = SharesContents()
        contents.add(kept.mapValues { .string($0) })
        #expect(contents.unreadable.isEmpty)
        _ = fixture
    }

    @Test func whatCannotBeReadBeginsAnew() {
        let now = asked
        #expect(ShareSearchProgress.due(nil, now: now) == .init(started: now))
        let open = ShareSearchProgress(started: now.advanced(bySeconds: -90 * 3600), last: Self.image(7))
        #expect(ShareSearchProgress.due(open, now: now) == open)
        for (hours, isDue) in [(Int64(22), false), (23, true), (500, true)] {
            let done = ShareSearchProgress(
                started: now.advanced(bySeconds: -hours * 3600),
                last: Self.image(7),
                isComplete: true
            )
            #expect(ShareSearchProgress.due(done, now: now) == (isDue ? .init(started: now) : nil))
        }
    }
}
