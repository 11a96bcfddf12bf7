import Glibc
import TestSupport
import Testing

@testable import Transport

@Suite struct EventLoopTests {
    @Test func runsEverythingOnTheCallingThread() throws {
        let loop = EventLoop()
        let caller = UInt(pthread_self())
        let threads = try loop.run {
            try await loop.sleep(for: .milliseconds(1))
            return await withTaskGroup(of: UInt.self) { group in
                for index in 0..<100 {
                    group.addTask {
                        try? await loop.sleep(for: .milliseconds(index % 3))
                        return UInt(pthread_self())
                    }
                }
                return await group.reduce(into: Set<UInt>()) { $0.insert($1) }
            }
        }
        #expect(threads == [caller])
    }

    @Test func throwsWhatTheBodyThrows() {
        struct Failure: Error {}
        let loop = EventLoop()
        #expect(throws: Failure.self) { try loop.run { throw Failure() } }
    }

    @Test func canRunAgainButNotTwiceAtOnce() throws {
        let loop = EventLoop()
        #expect(try loop.run { 1 } == 1)
        let inner = try loop.run { () -> Bool in
            do { return try loop.run { false } } catch EventLoop.RunError.alreadyRunning { return true }
        }
        #expect(inner)
        #expect(try loop.run { 2 } == 2)
    }

    @Test func sleepersWakeInTheOrderOfTheirDeadlines() throws {
        let loop = EventLoop()
        let order = try loop.run {
            await withTaskGroup(of: Int.self) { group in
                for milliseconds in [30, 10, 20] {
                    group.addTask {
                        try? await loop.sleep(for: .milliseconds(milliseconds))
                        return milliseconds
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(order == [10, 20, 30])
    }

    @Test(arguments: [true, false]) func cancellationEndsASleep(beforeItStarts: Bool) async throws {
        let loop = EventLoop()
        let task = Task {
            if beforeItStarts { while !Task.isCancelled { await Task.yield() } }
            try await loop.sleep(for: .seconds(3_600))
        }
        if !beforeItStarts { try await Task.sleep(for: .milliseconds(5)) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    /// Runs `body` on a loop beside a task that is always ready to go on; nil when that task ended first.
    ///
    /// - Parameter part: What the task does between two yields; it ends with `false`.
    private func whileReady<Value: Sendable>(
        on loop: EventLoop,
        part: @escaping @Sendable (_ number: Int) -> Bool,
        _ body: @escaping @Sendable () async throws -> Value
    ) throws -> Value? {
        try loop.run {
            try await withThrowingTaskGroup(of: Value?.self) { group in
                group.addTask { try await body() }
                group.addTask {
                    var number = 1
                    while !Task.isCancelled, part(number) {
                        number += 1
                        await Task.yield()
                    }
                    return nil
                }
                defer { group.cancelAll() }
                return try await group.next().flatMap { $0 }
            }
        }
    }

    private static func yields(for time: Duration) -> @Sendable (Int) -> Bool {
        let end = ContinuousClock.now + time
        return { _ in .now < end }
    }

    @Test func aTaskThatIsAlwaysReadyHoldsUpNeitherTimersNorTransfers() throws {
        let server = TestServer([.ok("1"), .ok("2").trickled(size: 10, every: .milliseconds(1))])
        let secureServer = try TLSServer()
        let loop = EventLoop()
        let client = HTTPClient(loop: loop, trust: TrustStore(.file(secureServer.certificatePath)))
        let urls = [server.url, server.url, "https://127.0.0.1:\(secureServer.port)/"]
        let statuses = try whileReady(on: loop, part: Self.yields(for: .seconds(20))) {
            var statuses: [Int] = []
            for url in urls {
                try await loop.sleep(for: .milliseconds(5))
                var request = HTTPRequest(url: url)
                request.usesProxy = false
                statuses.append(try await client.send(request).status)
            }
            return statuses
        }
        #expect(statuses == [200, 200, 200])
    }

    @Test func aTimeoutComesWhileATaskIsAlwaysReady() throws {
        let server = TestServer([.hang])
        let loop = EventLoop()
        let client = HTTPClient(loop: loop)
        let code = try whileReady(on: loop, part: Self.yields(for: .seconds(20))) {
            var request = HTTPRequest(url: server.url)
            request.usesProxy = false
            request.timeout = .milliseconds(20)
            do throws(HTTPError) {
                _ = try await client.send(request)
                return HTTPError.Code.other
            } catch { return error.code }
        }
        #expect(code == .timedOut)
    }

    @Test func timersFireBetweenThePartsOfALongComputation() throws {
        let loop = EventLoop()
        @Sendable func compute(_ part: Int) -> Bool {
            let end = ContinuousClock.now + .milliseconds(10)
            while .now < end {}
            return part < 20
        }
        let isAwake = try whileReady(on: loop, part: compute) {
            try await loop.sleep(for: .milliseconds(20))
            return true
        }
        #expect(isAwake == true)
    }

    @Test func workFromOtherThreadsWakesTheLoop() async throws {
        let loop = EventLoop()
        // Nobody runs this loop: it starts its own thread.
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask { try? await loop.sleep(for: .zero) }
                group.addTask(executorPreference: loop) { [loop] in #expect(loop.isCurrent) }
            }
        }
    }
}
