import Testing

@testable import Transport

@Test func connectionRefused() async throws {
    let client = HTTPClient()
    var request = HTTPRequest(url: "http://127.0.0.1:1/")
    request.usesProxy = false
    await #expect(throws: HTTPError.self) { try await client.send(request) }
}

@Test func sleeps() async throws {
    try await EventLoop.shared.sleep(for: .milliseconds(5))
}

@Test func runsOnCallingThread() throws {
    let loop = EventLoop()
    let value = try loop.run {
        try await loop.sleep(for: .milliseconds(1))
        return await withTaskGroup(of: Int.self) { group in
            for index in 0..<100 { group.addTask { try? await loop.sleep(for: .milliseconds(index % 3)); return index } }
            return await group.reduce(0, +)
        }
    }
    #expect(value == 4950)
}
