import Glibc
import TestSupport
import Testing

@testable import Transport

@Suite struct HTTPClientTests {
    /// A loop of their own: on the shared one, other suites' connections may crowd out the idle ones counted here.
    private static let loop = EventLoop()
    let client = HTTPClient(loop: loop)

    func request(_ server: TestServer, _ method: String = "GET", path: String = "/", body: [UInt8] = []) -> HTTPRequest
    {
        var request = HTTPRequest(method: method, url: server.url + path, body: body)
        request.usesProxy = false
        request.timeout = .seconds(20)
        return request
    }

    func code(of request: HTTPRequest) async -> HTTPError.Code? {
        do throws(HTTPError) {
            _ = try await client.send(request)
            return nil
        } catch { return error.code }
    }

    @Test(arguments: ["GET", "POST", "PUT", "DELETE", "PATCH"])
    func sendsMethodPathHeadersAndBodyAsGiven(method: String) async throws {
        let server = TestServer([.status(201, headers: [("X-Reply", "  yes ")], body: "done")])
        var request = request(
            server,
            method,
            path: "/a/../b//c?x=%2F&y",
            body: method == "GET" ? [] : Array("{\"a\":1}".utf8)
        )
        request.headers = ["X-Custom": "one", "x-custom": "two", "X-Empty": "", "Content-Type": "application/json"]
        let response = try await client.send(request)
        #expect(response.status == 201)
        #expect(response.headers["x-reply"] == "yes")
        #expect(String(decoding: response.body, as: UTF8.self) == "done")
        let received = try #require(server.requests.first)
        #expect(received.method == method)
        #expect(received.target == "/a/../b//c?x=%2F&y")
        #expect(received.bodyText == (method == "GET" ? "" : "{\"a\":1}"))
        let custom = received.headers.filter { $0.name.lowercased() == "x-custom" }.map(\.value)
        #expect(custom == ["one", "two"])
        #expect(received.header("X-Empty") == "")
    }

    @Test func addsNoHeadersOfItsOwn() async throws {
        let server = TestServer([.ok(""), .ok("")])
        _ = try await client.send(request(server, "PUT", body: [1]))
        _ = try await client.send(request(server))
        let names = server.requests.map { $0.headers.map { $0.name.lowercased() }.sorted() }
        #expect(names == [["content-length", "host"], ["host"]])
    }

    @Test func anEmptyContentTypeIsSentEmpty() async throws {
        let server = TestServer([.ok("")])
        var request = request(server, "PUT", body: [1])
        request.headers["Content-Type"] = ""
        _ = try await client.send(request)
        #expect(server.requests.first?.header("Content-Type") == "")
    }

    @Test func anEmptyPostHasLengthZero() async throws {
        let server = TestServer([.ok("")])
        _ = try await client.send(request(server, "POST"))
        #expect(server.requests.first?.header("Content-Length") == "0")
    }

    @Test func largeBodiesGoBothWays() async throws {
        let server = TestServer { .status(200, body: $0.body) }
        let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let response = try await client.send(request(server, "POST", body: body))
        #expect(response.body == body)
    }

    @Test func chunkedAndInterimResponses() async throws {
        let interim = Array(
            "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8
        )
        let server = TestServer([.chunked(["ab", "cde"]), TestServer.Reply(steps: [.send(interim)])])
        #expect(try await client.send(request(server)).body == Array("abcde".utf8))
        let response = try await client.send(request(server))
        #expect(response.status == 200)
        #expect(response.headers["X-Early"] == nil)
    }

    @Test func keepsConnectionsAlive() async throws {
        let server = TestServer { _ in .ok("x") }
        for _ in 0..<5 { _ = try await client.send(request(server)) }
        #expect(server.connectionCount == 1)
    }

    @Test func aConnectionClosedWhileIdleIsReplaced() async throws {
        let server = TestServer([.ok("1").resetting(), .ok("2").closing(), .ok("3")])
        for expected in ["1", "2", "3"] {
            let response = try await client.send(request(server, "POST", body: Array("again".utf8)))
            #expect(response.body == Array(expected.utf8))
        }
        #expect(server.connectionCount == 3)
    }

    @Test(arguments: [
        (TestServer.Reply.reset, HTTPError.Code.connectionLost),
        (.close, .connectionLost),
        (.ok("0123456789").truncated(to: 50), .connectionLost),
        (.garbage, .malformedResponse),
        (.raw(Array("HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\n".utf8)), .malformedResponse),
        (.raw(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n".utf8)), .connectionLost),
        (.hang, .timedOut),
        (.ok(String(repeating: "x", count: 2_000)), .tooLarge),
        (.chunked([String(repeating: "x", count: 2_000)]), .tooLarge),
    ])
    func faultsHaveTheirCode(reply: TestServer.Reply, expected: HTTPError.Code) async throws {
        let server = TestServer { _ in reply }
        var request = request(server)
        request.timeout = .milliseconds(expected == .timedOut ? 100 : 20_000)
        request.maximumResponseBytes = 1_000
        #expect(await code(of: request) == expected)
    }

    @Test func headersWithoutEndAreTooLarge() async throws {
        let line = "X-Filler: " + String(repeating: "y", count: 1_000) + "\r\n"
        let head = "HTTP/1.1 200 OK\r\n" + String(repeating: line, count: 280)
        let server = TestServer([.raw(Array(head.utf8))])
        #expect(await code(of: request(server)) == .tooLarge)
    }

    @Test(arguments: [
        ("http://127.0.0.1:1/", HTTPError.Code.couldNotConnect),
        ("http://name.invalid/", .couldNotResolve),
        ("ftp://127.0.0.1/", .badURL),
        ("http://127.0.0.1:99999/", .badURL),
        ("", .badURL),
        ("http://127.0.0.1/\r\nX-Smuggled: 1", .badURL),
    ])
    func unreachable(url: String, expected: HTTPError.Code) async {
        var request = HTTPRequest(url: url)
        request.usesProxy = false
        request.timeout = .seconds(20)
        #expect(await code(of: request) == expected)
    }

    @Test(arguments: [("X-A\r\nX-B", "v"), ("X-A", "v\nX-B: w"), ("X-A", "v\u{0}")])
    func headersCannotBeSmuggled(name: String, value: String) async {
        let server = TestServer([.ok("")])
        var request = request(server)
        request.headers.add(name: name, value: value)
        #expect(await code(of: request) == .badURL)
        #expect(server.requests.isEmpty)
    }

    @Test(arguments: [true, false]) func cancellationReachesTheTransfer(beforeItStarts: Bool) async throws {
        let server = TestServer { _ in .hang }
        let request = request(server)
        let task = Task {
            if beforeItStarts { while !Task.isCancelled { await Task.yield() } }
            return await code(of: request)
        }
        if !beforeItStarts { while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(1)) } }
        task.cancel()
        #expect(await task.value == .cancelled)
    }

    @Test func requestsRunSideBySide() async throws {
        // Every reply waits until all requests have arrived: one after another, they would wait for ever.
        let server = TestServer { _ in .ok("").delayed(by: .milliseconds(200)) }
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { [client] in try await client.send(request(server)).status } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: 200, count: 20))
        #expect(server.connectionCount == 20)
    }

    @Test func messagesDoNotCarryTheURL() async throws {
        let server = TestServer([.reset, .reset])
        do throws(HTTPError) {
            _ = try await client.send(request(server, path: "/secret?X-Amz-Signature=abc"))
        } catch {
            #expect(!"\(error)".contains("secret") && !"\(error)".contains("abc"))
        }
    }
}
