import Glibc
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
