import Glibc

/// One accepted connection: reads requests, performs replies. Every call blocks.
struct TestConnection {
    let descriptor: Int32
    let number: Int
    private var buffer: [UInt8] = []

    init(descriptor: Int32, number: Int) {
        self.descriptor = descriptor
        self.number = number
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    func close() {
        Glibc.close(descriptor)
    }

    /// The next request without its body, or nil when the peer has closed or sends no HTTP.
    mutating func readRequest() -> TestServer.Request? {
        guard let head = readHead() else { return nil }
        let lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)
        let start = (lines.first ?? "").split(separator: " ")
        guard start.count == 3 else { return nil }
        var request = TestServer.Request(
            method: String(start[0]),
            target: String(start[1]),
            headers: [],
            body: [],
            connection: number
        )
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            request.headers.append((String(line[..<colon]), String(value)))
        }
        return request
    }

    /// Reads the body of the request whose head has just been read; false when the peer has closed or sends no HTTP.
    mutating func readBody(of request: inout TestServer.Request) -> Bool {
        if request.header("expect")?.lowercased() == "100-continue" {
            guard send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) else { return false }
        }
        guard let body = body(of: request) else { return false }
        request.body = body
        return true
    }

    /// Performs a reply; false when the connection is at its end.
    func perform(_ reply: TestServer.Reply) -> Bool {
        for step in reply.steps {
            switch step {
            case .send(let bytes):
                guard send(bytes) else { return false }
            case .delay(let duration):
                let (seconds, attoseconds) = duration.components
                let milliseconds = Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000)
                guard wait(milliseconds: milliseconds) else { return false }
            case .close:
                return false
            case .reset:
                resetUponClose()
                return false
            case .resetUponMore:
                var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                _ = poll(&entry, 1, -1)
                resetUponClose()
                return false
            case .hang:
                _ = wait(milliseconds: -1)
                return false
            }
        }
        return true
    }

    private func resetUponClose() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    }

    /// Waits for the time to pass; false when the peer closed or the server stopped meanwhile.
    private func wait(milliseconds: Int32) -> Bool {
        // POLLRDHUP, which Swift's importer leaves out.
        var entry = pollfd(fd: descriptor, events: 0x2000, revents: 0)
        return poll(&entry, 1, milliseconds) == 0
    }

    private func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Reads more into the buffer; false at the end of the stream.
    private mutating func fill() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65536)
        var count: Int
        repeat {
            count = recv(descriptor, &chunk, chunk.count, 0)
        } while count < 0 && errno == EINTR
        guard count > 0 else { return false }
        buffer += chunk[..<count]
        return true
    }

    private mutating func readHead() -> String? {
        var searched = 0
        while true {
            while searched + 4 <= buffer.count {
                if buffer[searched] == 13, buffer[searched..<searched + 4].elementsEqual([13, 10, 13, 10]) {
                    let head = String(decoding: buffer[..<searched], as: UTF8.self)
                    buffer.removeFirst(searched + 4)
                    return head
                }
                searched += 1
            }
            guard fill() else { return nil }
        }
    }

    private mutating func body(of request: TestServer.Request) -> [UInt8]? {
        if request.header("transfer-encoding")?.lowercased() == "chunked" {
            var body: [UInt8] = []
            while true {
                guard let line = readLine(), let size = Int(line.prefix { $0 != ";" }, radix: 16),
                    let chunk = read(size), readLine() != nil
                else { return nil }
                if size == 0 { return body }
                body += chunk
            }
        }
        return read(request.header("content-length").flatMap { Int($0) } ?? 0)
    }

    private mutating func readLine() -> String? {
        while true {
            if let end = buffer.firstIndex(of: 10) {
                let line = String(decoding: buffer[..<end].filter { $0 != 13 }, as: UTF8.self)
                buffer.removeFirst(end + 1)
                return line
            }
            guard fill() else { return nil }
        }
    }

    private mutating func read(_ count: Int) -> [UInt8]? {
        while buffer.count < count {
            guard fill() else { return nil }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }
}
