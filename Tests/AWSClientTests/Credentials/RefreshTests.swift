import Synchronization
import TestSupport
import Testing

@testable import AWSClient

/// A source whose every fetch waits for the test to say how it ends.
private final class ScriptedSource: CredentialsProvider {
    typealias Answer = Result<AWSCredentials, AWSError>

    private struct State {
        var fetches = 0
        var invalidated: [AWSCredentials] = []
        var waiting: CheckedContinuation<Answer, Never>?
        var prepared: [Answer] = []
    }

    private let state = Mutex(State())
    private let starts = AsyncStream.makeStream(of: Void.self)

    var fetches: Int { state.withLock { $0.fetches } }
    var invalidated: [AWSCredentials] { state.withLock { $0.invalidated } }

    /// Answers fetches to come at once, in order.
    func prepare(_ answers: [Answer]) {
        state.withLock { $0.prepared += answers }
    }

    /// Waits until a fetch has begun that no answer was prepared for.
    func waitForFetch() async {
        for await _ in starts.stream { break }
    }

    func end(_ answer: Answer) {
        let waiting = state.withLock { state in
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume(returning: answer)
    }

    func credentials(deadline: ContinuousClock.Instant?) async throws(AWSError) -> AWSCredentials {
        let prepared = state.withLock { state -> Answer? in
            state.fetches += 1
            return state.prepared.isEmpty ? nil : state.prepared.removeFirst()
        }
        if let prepared { return try prepared.get() }
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { $0.waiting = continuation }
                starts.continuation.yield()
            }
        } onCancel: {
            end(.failure(AWSError(kind: .cancelled, code: "Cancelled", message: "")))
        }
        return try answer.get()
    }

    func invalidate(_ credentials: AWSCredentials) {
        state.withLock { $0.invalidated.append(credentials) }
    }
}

struct RefreshTests {
    private let source = ScriptedSource()
    private let test = TestEffects(random: 0)
    private let provider: RefreshingCredentialsProvider

    init() {
        provider = RefreshingCredentialsProvider(source, effects: test.effects)
    }

    private static let failure = AWSError(kind: .credentials, code: "Broken", message: "")

    private func credentials(_ name: String, lasting duration: Duration? = .seconds(3600)) -> AWSCredentials {
        AWSCredentials(
            accessKeyID: name,
            secretAccessKey: "secret",
            expiration: duration.map { test.now + $0 }
        )
    }

    private func key() async throws(AWSError) -> String {
        try await provider.credentials(deadline: nil).accessKeyID
    }

    private func outcome(deadline: ContinuousClock.Instant? = nil) async -> String {
        do throws(AWSError) {
            return try await provider.credentials(deadline: deadline).accessKeyID
        } catch {
            return error.kind == .credentials ? error.code : error.kind.rawValue
        }
    }

    @Test func credentialsAreFetchedOnceAndKept() async throws {
        source.prepare([.success(credentials("one")), .success(credentials("two"))])
        #expect(try await key() == "one")
        test.advance(.seconds(3299))
        #expect(try await key() == "one")
        #expect(source.fetches == 1)
        test.advance(.seconds(1))
        #expect(try await key() == "two")
        #expect(source.fetches == 2)
    }

    @Test func credentialsWithoutExpirationAreKeptForEver() async throws {
        source.prepare([.success(credentials("one", lasting: nil))])
        #expect(try await key() == "one")
        test.advance(.seconds(1_000_000))
        #expect(try await key() == "one")
    }

    @Test func manyCallersShareOneFetch() async throws {
        let results = await withTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { await self.outcome() } }
            group.addTask {
                await self.source.waitForFetch()
                for _ in 0..<100 { await Task.yield() }
                self.source.end(.success(self.credentials("one")))
                return "one"
            }
            return await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(results == ["one"])
        #expect(source.fetches == 1)
    }

    @Test func inTheAdvisoryWindowOneFetchesAndTheOthersGoOn() async throws {
        source.prepare([.success(credentials("old"))])
        _ = try await key()
        test.advance(.seconds(3301))
        async let fetching = outcome()
        await source.waitForFetch()
        #expect(await outcome() == "old")
        #expect(await outcome() == "old")
        source.end(.success(credentials("new")))
        #expect(await fetching == "new")
        #expect(await outcome() == "new")
        #expect(source.fetches == 2)
    }

    @Test func inTheMandatoryWindowEverybodyWaits() async throws {
        source.prepare([.success(credentials("old"))])
        _ = try await key()
        test.advance(.seconds(3541))
        async let fetching = outcome()
        await source.waitForFetch()
        async let waiting = outcome()
        for _ in 0..<100 { await Task.yield() }
        source.end(.success(credentials("new")))
        #expect(await fetching == "new")
        #expect(await waiting == "new")
        #expect(source.fetches == 2)
    }

    @Test func aFailedRefreshLeavesValidCredentialsInUse() async throws {
        source.prepare([
            .success(credentials("old")), .failure(Self.failure), .failure(Self.failure), .failure(Self.failure),
            .success(credentials("new", lasting: .seconds(7200))),
        ])
        _ = try await key()
        test.advance(.seconds(3301))
        #expect(await outcome() == "old")
        #expect(source.fetches == 2)
        // No further fetch for half a minute.
        test.advance(.seconds(29))
        #expect(await outcome() == "old")
        #expect(source.fetches == 2)
        test.advance(.seconds(1))
        #expect(await outcome() == "old")
        #expect(source.fetches == 3)
        // In the last minute too.
        test.advance(.seconds(250))
        #expect(await outcome() == "old")
        #expect(source.fetches == 4)
        // Expired: the source is asked again, pause or not, and recovers.
        test.advance(.seconds(20))
        #expect(await outcome() == "new")
        #expect(source.fetches == 5)
    }

    @Test func withoutValidCredentialsTheFailureIsEverybodysAndTheNextCallFetchesAnew() async throws {
        async let first = outcome()
        await source.waitForFetch()
        async let second = outcome()
        for _ in 0..<100 { await Task.yield() }
        source.end(.failure(Self.failure))
        #expect(await first == "Broken")
        #expect(["Broken", "one"].contains(await second))
        source.prepare([.success(credentials("one"))])
        #expect(await outcome() == "one")
    }

    @Test func aCancelledFetchIsTakenOverByAWaitingCaller() async throws {
        let first = Task { await outcome() }
        await source.waitForFetch()
        async let second = outcome()
        for _ in 0..<100 { await Task.yield() }
        source.prepare([.success(credentials("one"))])
        first.cancel()
        #expect(await first.value == "cancelled")
        #expect(await second == "one")
        #expect(source.fetches == 2)
    }

    @Test func aWaitingCallerCanBeCancelledByItself() async throws {
        async let first = outcome()
        await source.waitForFetch()
        let second = Task { await outcome() }
        for _ in 0..<100 { await Task.yield() }
        second.cancel()
        #expect(await second.value == "cancelled")
        source.end(.success(credentials("one")))
        #expect(await first == "one")
        #expect(source.fetches == 1)
    }

    @Test func aWaitingCallerWaitsNoLongerThanItsDeadline() async throws {
        async let first = outcome()
        await source.waitForFetch()
        // The sleep of the test's effects returns at once.
        #expect(await outcome(deadline: test.instant + .seconds(1)) == "deadline")
        #expect(test.sleeps == [.seconds(1)])
        source.end(.success(credentials("one")))
        #expect(await first == "one")
    }

    @Test func invalidatedCredentialsAreFetchedAnew() async throws {
        let old = credentials("old")
        source.prepare([.success(old), .success(credentials("new"))])
        _ = try await key()
        provider.invalidate(credentials("other"))
        #expect(try await key() == "old")
        provider.invalidate(old)
        #expect(try await key() == "new")
        #expect(source.invalidated == [old])
    }

    @Test func credentialsThatHaveExpiredAlreadyAreAFailure() async throws {
        source.prepare([.success(credentials("one", lasting: .seconds(-1)))])
        #expect(await outcome() == "ExpiredCredentials")
    }

    @Test func shortLivedCredentialsAreNotFetchedWithEveryCall() async throws {
        source.prepare([.success(credentials("one", lasting: .seconds(120))), .success(credentials("two"))])
        for _ in 0..<5 { #expect(try await key() == "one") }
        #expect(source.fetches == 1)
        test.advance(.seconds(31))
        #expect(try await key() == "two")
    }
}
