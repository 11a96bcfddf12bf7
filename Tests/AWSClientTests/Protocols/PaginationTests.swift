import Synchronization
import Testing
import Transport

@testable import AWSClient

struct PaginationTests {
    struct List: AWSJSONOperation, PaginatedOperation, Encodable {
        static let name = "List"
        static let api = AWSJSONAPI(service: .ssm, version: .json11, targetPrefix: "AmazonSSM")
        var startToken: String?

        struct Output: Decodable, Sendable {
            var nextToken: String?
        }

        static func nextToken(of output: Output) -> String? { output.nextToken }
    }

    /// Pages whose tokens follow one another as in `next`, and the tokens asked with.
    private func page(
        from start: String? = nil,
        next: @escaping @Sendable (String?) throws(AWSError) -> String?
    ) async -> (asked: [String?], failure: AWSError?) {
        let asked = Mutex<[String?]>([])
        let pages = AWSPages(List(startToken: start)) { operation throws(AWSError) in
            asked.withLock { $0.append(operation.startToken) }
            return List.Output(nextToken: try next(operation.startToken))
        }
        var iterator = pages.makeAsyncIterator()
        do throws(AWSError) {
            var count = 0
            while try await iterator.next(isolation: nil) != nil {
                count += 1
                if count > 10_000 { break }
            }
            return (asked.withLock { $0 }, nil)
        } catch {
            return (asked.withLock { $0 }, error)
        }
    }

    @Test func pagesAreAskedForWithTheTokenOfThePageBefore() async {
        let (asked, failure) = await page { token throws(AWSError) in
            switch token {
            case nil: "a"
            case "a": "b"
            default: nil
            }
        }
        #expect(asked == [nil, "a", "b"])
        #expect(failure == nil)
    }

    @Test func aLastPageAtOnceIsTheOnlyOne() async {
        let (asked, failure) = await page { _ throws(AWSError) in nil }
        #expect(asked == [nil])
        #expect(failure == nil)
    }

    @Test func aStartTokenIsGoneOnFrom() async {
        let (asked, _) = await page(from: "x") { _ throws(AWSError) in nil }
        #expect(asked == ["x"])
    }

    /// Tokens 0, 1, … up to a tail, then round a cycle of some length.
    @Test(arguments: [(0, 1), (99, 1), (0, 2), (0, 3), (1, 1), (5, 1), (3, 7), (100, 13), (0, 1000)])
    func aRepeatedTokenEndsThePages(tail: Int, cycle: Int) async {
        let (asked, failure) = await page { token throws(AWSError) in
            let number = token.flatMap { Int($0) } ?? -1
            return String(number + 1 < tail + cycle ? number + 1 : tail)
        }
        #expect(failure?.kind == .malformedResponse)
        #expect(failure?.code == "RepeatedPaginationToken")
        #expect(failure?.operation == "List")
        #expect(asked.count <= (cycle == 1 ? tail + 2 : 3 * (tail + cycle) + 2))
    }

    @Test func aTokenEqualToTheFirstOneAskedWithIsNoticedAtOnce() async {
        let (asked, failure) = await page(from: "x") { _ throws(AWSError) in "x" }
        #expect(asked.count == 1)
        #expect(failure?.code == "RepeatedPaginationToken")
    }

    @Test func manyDifferentTokensAreNoRepetition() async {
        let (asked, failure) = await page { token throws(AWSError) in
            let number = token.flatMap { Int($0) } ?? 0
            return number < 3000 ? String(number + 1) : nil
        }
        #expect(asked.count == 3001)
        #expect(failure == nil)
    }

    @Test func aFailureEndsThePages() async throws {
        let calls = Mutex(0)
        let pages = AWSPages(List()) { _ throws(AWSError) in
            calls.withLock { $0 += 1 }
            throw AWSError(kind: .throttling, code: "Throttling", message: "")
        }
        var iterator = pages.makeAsyncIterator()
        await #expect(throws: AWSError.self) { try await iterator.next(isolation: nil) }
        #expect(try await iterator.next(isolation: nil) == nil)
        #expect(calls.withLock { $0 } == 1)
    }

    @Test func aClientPages() async throws {
        let fixture = try ClientFixture([.ok(#"{"nextToken":"t"}"#), .ok("{}")])
        var count = 0
        for try await _ in fixture.client.pages(List()) { count += 1 }
        #expect(count == 2)
        #expect(fixture.server.requests.map(\.bodyText) == ["{}", #"{"startToken":"t"}"#])
    }
}
