import AWSClient
import Synchronization
import Testing
import Transport

@testable import AWSServices

struct ConcurrentMapTests {
    @Test(arguments: [0, 1, 2, 7, 100])
    func valuesComeInTheOrderOfTheElements(count: Int) async throws {
        let values = try await concurrentMap(Array(0..<count), limit: 3) { number throws(AWSError) in
            await Task.yield()
            return number * 2
        }
        #expect(values == (0..<count).map { $0 * 2 })
    }

    @Test func noMoreThanTheLimitRunAtATime() async throws {
        let running = Mutex((now: 0, most: 0))
        _ = try await concurrentMap(Array(0..<50), limit: 4) { _ throws(AWSError) in
            running.withLock { running in
                running.now += 1
                running.most = max(running.most, running.now)
            }
            for _ in 0..<20 { await Task.yield() }
            running.withLock { $0.now -= 1 }
        }
        #expect(running.withLock { $0.most } <= 4)
        #expect(running.withLock { $0.now } == 0)
    }

    @Test func theFirstFailureCancelsTheOthersAndIsThrown() async {
        let started = Mutex(0)
        let error = await failure { () throws(AWSError) in
            try await concurrentMap(Array(0..<50), limit: 4) { number throws(AWSError) in
                started.withLock { $0 += 1 }
                if number == 2 { throw AWSError(kind: .clientError, code: "First", message: "") }
                do {
                    try await EventLoop.shared.sleep(for: .seconds(600))
                } catch {
                    throw AWSError(kind: .cancelled, code: "Cancelled", message: "")
                }
            }
        }
        #expect(error?.code == "First")
        #expect(started.withLock { $0 } <= 4)
    }

    @Test func chunks() {
        #expect([1, 2, 3, 4, 5].chunks(of: 2) == [[1, 2], [3, 4], [5]])
        #expect([1, 2].chunks(of: 2) == [[1, 2]])
        #expect([Int]().chunks(of: 2) == [])
    }
}
