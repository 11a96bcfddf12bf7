import AWSClient
import LambdaRuntime
import Synchronization
import Testing

@testable import Governance

/// Runs over thousands of images: where they end, and where the next one goes on.
@Suite struct GuardRunTests {
    /// Images that are all in use, a clock that each of them moves on, and a store in memory.
    private final class Many: GuardedImages, ImageUse, GuardStore {
        struct State {
            var protected: [ImageID] = []
            var records: [ImageID: (GuardRecord, Int)] = [:]
            var cursor: ImageID?
            var cursorWrites = 0
            var elapsed = Duration.zero
        }

        let state = Mutex(State())
        let ids: [ImageID]
        /// What one image takes.
        let cost: Duration
        /// Those that cannot be protected.
        let refused: Set<ImageID>
        let start = ContinuousClock.now

        init(_ count: Int, cost: Duration = .zero, refused: Set<ImageID> = []) {
            ids = (0..<count).map { ImageID(checked: "ami-\(10_000 + $0)") }
            self.cost = cost
            self.refused = refused
        }

        var effects: AWSEffects {
            var effects = AWSEffects.live()
            effects.instant = { self.start + self.state.withLock { $0.elapsed } }
            return effects
        }

        func images() async throws(AWSError) -> [GuardedImage] {
            // In no order; and protected is protected.
            let done = state.withLock { Set($0.protected) }
            return ids.reversed().map { GuardedImage($0, done.contains($0) ? .enabled : .disabled) }
        }

        func protect(_ image: ImageID) async throws(AWSError) {
            if refused.contains(image) {
                throw AWSError(
                    kind: .clientError,
                    code: "UnauthorizedOperation",
                    message: "",
                    operation: "P",
                    attempts: 1
                )
            }
            state.withLock { $0.protected.append(image) }
        }

        func unprotect(_ image: ImageID) async throws(AWSError) {}

        func isUsed(_ image: ImageID) async throws -> Bool {
            state.withLock { $0.elapsed += cost }
            return true
        }

        func isClear(_ image: ImageID) async throws -> Bool { false }

        func records(of images: [ImageID]) async throws -> [ImageID: Stored<GuardRecord>] {
            #expect(images.count <= 100)
            return state.withLock { state in
                state.records.filter { images.contains($0.key) }.mapValues { Stored($0.0, revision: $0.1) }
            }
        }

        func write(_ record: GuardRecord, revision: Int?) async throws -> Int? {
            state.withLock { state in
                guard state.records[record.image]?.1 == revision else { return nil }
                state.records[record.image] = (record, (revision ?? 0) + 1)
                return (revision ?? 0) + 1
            }
        }

        func cursor() async throws -> ImageID? { state.withLock { $0.cursor } }

        func write(cursor: ImageID?) async throws {
            state.withLock { state in
                state.cursor = cursor
                state.cursorWrites += 1
            }
        }

        func run(seconds: Int64? = nil) async throws -> GuardReport {
            let deadline = seconds.map { effects.instant() + .seconds($0) }
            return try await AWSClient.$deadline.withValue(deadline) {
                try await ImageGuard(images: self, use: self, store: self, effects: effects)
                    .run(logger: Logger(level: .fatal))
            }
        }
    }

    @Test func thousandsOfImagesInOneRun() async throws {
        let many = Many(2500)
        let report = try await many.run()
        #expect(report.images == 2500)
        #expect(report.given == many.ids)
        #expect(report.isComplete)
        #expect(many.state.withLock { $0.cursorWrites } == 0)
        #expect(try await many.run().given == [])
    }

    @Test func aRunEndsBeforeItsDeadlineAndTheNextOneGoesOn() async throws {
        let many = Many(1000, cost: .milliseconds(100))
        var runs = 0
        var given: [ImageID] = []
        while true {
            let report = try await many.run(seconds: 30)
            runs += 1
            given += report.given
            if report.isComplete { break }
            #expect(report.images > 0)
            #expect(many.state.withLock { $0.cursor } != nil)
            guard runs < 20 else { break }
        }
        #expect(given.sorted() == many.ids)
        // 250 images a run, and one that finds nothing left to do.
        #expect(runs >= 4 && runs <= 6)
        #expect(many.state.withLock { $0.cursor } == nil)
    }

    @Test func aRunWithoutTimeDoesNothing() async throws {
        let many = Many(10)
        let report = try await many.run(seconds: 1)
        #expect(report.images == 0)
        #expect(!report.isComplete)
        #expect(many.state.withLock { $0.protected } == [])
    }

    @Test func oneImageThatFailsKeepsNoOtherFromBeingProtected() async throws {
        let refused: Set = [ImageID(checked: "ami-10007"), ImageID(checked: "ami-10150")]
        let many = Many(200, refused: refused)
        let report = try await many.run()
        #expect(Set(report.failures.map(\.image)) == refused)
        #expect(report.given.count == 198)
        #expect(report.isComplete)
        let error = UnguardedImages(failures: report.failures)
        #expect(error.errorMessage.contains("ami-10007: P: UnauthorizedOperation; ami-10150: P: UnauthorizedOperation"))
    }

    /// The image that the cursor names may be gone by the next run.
    @Test(arguments: [
        ("ami-10004", "ami-10005"), ("ami-100045", "ami-10005"), ("ami-10009", "ami-10000"), ("ami-2", "ami-10000"),
    ])
    func runsGoOnAfterTheCursor(cursor: String, first: String) async throws {
        let many = Many(10)
        try await many.write(cursor: ImageID(checked: cursor))
        let report = try await many.run()
        #expect(report.given.first?.text == first)
        #expect(Set(report.given) == Set(many.ids))
        #expect(many.state.withLock { $0.cursor } == nil)
    }
}
