import Synchronization
import TestSupport
import Testing
import Transport

@testable import AWSClient

/// Deadlines and cancellation reach every wait of a request: the transfer, the pause before a retry, the credentials.
struct AWSClientDeadlineTests {
    @Test func noPauseGoesPastTheDeadline() async throws {
        let throttled = TestServer.Reply.status(400, body: "ThrottlingException|slow|request-7")
        let fixture = try ClientFixture([throttled, .ok("too late")])
        // As long as the pause; the transfer, which takes real time, has it too.
        let deadline = fixture.test.instant + .seconds(1)
        let error = try #require(await fixture.failure(deadline: deadline))
        #expect(error.kind == .deadline)
        #expect(error.attempts == 1)
        #expect(error.requestID == "request-7")
        #expect((error.underlying as? AWSError)?.code == "ThrottlingException")
        #expect(fixture.test.sleeps.isEmpty)
        #expect(fixture.server.requests.count == 1)
    }

    @Test func aPauseThatEndsBeforeTheDeadlineIsMade() async throws {
        let fixture = try ClientFixture([.status(500), .ok("")])
        _ = try await fixture.client.send(
            ClientFixture.request(),
            deadline: fixture.test.instant + .milliseconds(2000)
        )
        #expect(fixture.test.sleeps == [.milliseconds(50)])
        // The time to live of the attempt ends with the deadline.
        #expect(fixture.server.requests[0].header("amz-sdk-request")?.hasPrefix("ttl=20261120T080002Z;") == true)
    }

    @Test func nothingIsSentAfterTheDeadline() async throws {
        let fixture = try ClientFixture([.ok("")])
        let error = try #require(await fixture.failure(deadline: fixture.test.instant))
        #expect(error.kind == .deadline)
        #expect(error.attempts == 0)
        #expect(fixture.server.requests.isEmpty)
    }

    /// A clock that goes on where a test says so: how long a busy machine takes is no matter.
    private static func clock() -> (AWSEffects, set: @Sendable (Duration) -> Void, start: ContinuousClock.Instant) {
        let start = ContinuousClock.now
        let passed = Passed()
        var effects = AWSEffects.live()
        effects.instant = { start + passed.duration.withLock { $0 } }
        effects.random = { 0.5 }
        return (effects, { duration in passed.duration.withLock { $0 = duration } }, start)
    }

    private final class Passed: Sendable {
        let duration = Mutex(Duration.zero)
    }

    private static func client(of server: TestServer, _ effects: AWSEffects) throws -> AWSClient {
        AWSClient(
            configuration: try AWSConfiguration(environment: ["AWS_REGION": "r", "AWS_ENDPOINT_URL": server.url]),
            credentials: StaticCredentialsProvider(ClientFixture.credentials),
            effects: effects
        )
    }

    @Test func aTransferEndsAtTheDeadline() async throws {
        let (effects, set, start) = Self.clock()
        let server = TestServer { _ in
            set(.seconds(2))
            return .hang
        }
        let client = try Self.client(of: server, effects)
        do throws(AWSError) {
            _ = try await client.send(ClientFixture.request(), deadline: start + .seconds(2))
            Issue.record("the server never answers")
        } catch {
            #expect(error.kind == .deadline)
            #expect(error.attempts == 1)
        }
    }

    /// A fault with a request id, and then nothing until the deadline.
    @Test func aDeadlineThatEndsALaterTransferTellsTheFailureBefore() async throws {
        var (effects, set, start) = Self.clock()
        // The pause takes nearly all of the time, and the second attempt what is left.
        effects.sleep = { [set] _ in set(.seconds(57)) }
        let server = TestServer { [set] request in
            guard request.header("amz-sdk-request")?.contains("attempt=1") != true else {
                return .status(500, body: "InternalError|broken|request-7")
            }
            set(.seconds(60))
            return .hang
        }
        let client = try Self.client(of: server, effects)
        do throws(AWSError) {
            _ = try await client.send(ClientFixture.request(), deadline: start + .seconds(60))
            Issue.record("the server never answers the second attempt")
        } catch {
            #expect(error.attempts == 2)
            Self.expectFailureBefore(error, .deadline)
        }
    }

    /// The credentials of the second attempt come too late, or not at all.
    @Test(arguments: [false, true])
    func aDeadlineThatEndsALaterFetchOfCredentialsTellsTheFailureBefore(_ isRefused: Bool) async throws {
        let test = TestEffects()
        let credentials = LateCredentials(test: test, isRefused: isRefused)
        let fixture = try ClientFixture(
            [.status(500, body: "InternalError|broken|request-7")],
            test: test,
            credentials: credentials
        )
        let error = try #require(await fixture.failure(deadline: test.instant + .seconds(60)))
        #expect(error.attempts == 1)
        Self.expectFailureBefore(error, .deadline)
        #expect(fixture.server.requests.count == 1)
    }

    private static func expectFailureBefore(_ error: AWSError, _ kind: AWSError.Kind) {
        #expect(error.kind == kind)
        #expect(error.requestID == "request-7")
        #expect(error.httpStatus == 500)
        #expect(error.message.contains("SSM.GetParameters: InternalError: broken"))
        #expect((error.underlying as? AWSError)?.code == "InternalError")
    }

    @Test func anAttemptThatHangsIsFollowedByAnother() async throws {
        let server = TestServer([.hang, .ok("answer")])
        var configuration = try AWSConfiguration(environment: ["AWS_REGION": "r", "AWS_ENDPOINT_URL": server.url])
        configuration.attemptTimeout = .milliseconds(500)
        let client = AWSClient(
            configuration: configuration,
            credentials: StaticCredentialsProvider(ClientFixture.credentials)
        )
        let response = try await client.send(ClientFixture.request())
        #expect(response.body == Array("answer".utf8))
    }

    @Test func cancellationEndsTheTransfer() async throws {
        let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
        let server = TestServer { _ in
            arrival.yield()
            return .hang
        }
        let fixture = try ClientFixture([], environment: ["AWS_ENDPOINT_URL": server.url])
        let task = Task { await fixture.failure() }
        for await _ in arrivals { break }
        task.cancel()
        let error = try #require(await task.value)
        #expect(error.kind == .cancelled)
        #expect(error.attempts == 1)
    }

    @Test func cancellationOfALaterTransferTellsTheFailureBefore() async throws {
        let (arrivals, arrival) = AsyncStream.makeStream(of: Void.self)
        let server = TestServer { request in
            guard request.header("amz-sdk-request")?.contains("attempt=2") == true else {
                return .status(500, body: "InternalError|broken|request-7")
            }
            arrival.yield()
            return .hang
        }
        let fixture = try ClientFixture([], environment: ["AWS_ENDPOINT_URL": server.url])
        let task = Task { await fixture.failure() }
        for await _ in arrivals { break }
        task.cancel()
        Self.expectFailureBefore(try #require(await task.value), .cancelled)
    }

    @Test func cancellationEndsThePause() async throws {
        let (pauses, pause) = AsyncStream.makeStream(of: Void.self)
        let server = TestServer([.status(500, body: "InternalError|broken|request-7"), .ok("too late")])
        var effects = AWSEffects.live()
        effects.sleep = { _ in
            pause.yield()
            try await EventLoop.shared.sleep(for: .seconds(3600))
        }
        let client = try Self.client(of: server, effects)
        let task = Task { () async -> AWSError? in
            do throws(AWSError) {
                _ = try await client.send(ClientFixture.request())
                return nil
            } catch {
                return error
            }
        }
        for await _ in pauses { break }
        task.cancel()
        Self.expectFailureBefore(try #require(await task.value), .cancelled)
        #expect(server.requests.count == 1)
    }

    @Test func aCancelledTaskSendsNothing() async throws {
        let fixture = try ClientFixture([.ok("")])
        let task = Task { () async -> AWSError? in
            while !Task.isCancelled { await Task.yield() }
            return await fixture.failure()
        }
        task.cancel()
        let error = try #require(await task.value)
        #expect(error.kind == .cancelled)
        #expect(error.attempts == 0)
        #expect(fixture.server.requests.isEmpty)
    }
}

/// Credentials at once for the first attempt; for the next one after the deadline, or its passing as an error.
private final class LateCredentials: CredentialsProvider {
    private let test: TestEffects
    private let isRefused: Bool
    private let calls = Mutex(0)

    init(test: TestEffects, isRefused: Bool) {
        self.test = test
        self.isRefused = isRefused
    }

    func credentials(deadline: ContinuousClock.Instant?) throws(AWSError) -> AWSCredentials {
        let call = calls.withLock { calls in
            calls += 1
            return calls
        }
        if call > 1 {
            test.advance(.seconds(3600))
            if isRefused {
                throw AWSError(kind: .deadline, code: "DeadlineExceeded", message: "the deadline passed while waiting")
            }
        }
        return ClientFixture.credentials
    }
}
