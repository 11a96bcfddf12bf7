extension TestServer {
    /// A request as it arrived.
    public struct Request: Sendable {
        public var method: String
        /// The request target as sent: path and query, still encoded.
        public var target: String
        /// The header fields in order, names as sent.
        public var headers: [(name: String, value: String)]
        public var body: [UInt8]
        /// The connection it came on, from 1.
        public var connection: Int

        /// The target up to the question mark.
        public var path: String { String(target.prefix { $0 != "?" }) }

        /// The target after the question mark; empty where there is none.
        public var query: String { String(target.drop { $0 != "?" }.dropFirst()) }

        public var bodyText: String { String(decoding: body, as: UTF8.self) }

        /// The first value of a header field, whatever its case.
        public func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    /// What the server does upon a request: a sequence of steps. After the last one the connection waits for the next
    /// request, unless a step ended it.
    public struct Reply: Sendable {
        public enum Step: Sendable {
            case send([UInt8])
            /// Waits; cut short when the client closes or the server stops.
            case delay(Duration)
            /// Ends the connection in order (FIN).
            case close
            /// Ends the connection with a reset (RST).
            case reset
            /// Ends the connection with a reset as soon as the client sends more, whatever it is in the midst of.
            case resetUponMore
            /// Holds the connection open without a byte until the client closes or the server stops.
            case hang
        }

        public var steps: [Step]

        public init(steps: [Step]) { self.steps = steps }

        /// A whole response with `content-length`, unless `headers` names that or `transfer-encoding`.
        public static func status(_ status: Int, headers: [(String, String)] = [], body: [UInt8]) -> Reply {
            var head = "HTTP/1.1 \(status) Status\r\n"
            let names = headers.map { $0.0.lowercased() }
            for (name, value) in headers { head += "\(name): \(value)\r\n" }
            if !names.contains("content-length"), !names.contains("transfer-encoding"), status != 204, status != 304 {
                head += "content-length: \(body.count)\r\n"
            }
            return Reply(steps: [.send(Array((head + "\r\n").utf8) + body)])
        }

        public static func status(_ status: Int, headers: [(String, String)] = [], body: String = "") -> Reply {
            Self.status(status, headers: headers, body: Array(body.utf8))
        }

        public static func ok(_ body: String, headers: [(String, String)] = []) -> Reply {
            status(200, headers: headers, body: body)
        }

        /// The body in chunked transfer coding.
        public static func chunked(_ chunks: [String], headers: [(String, String)] = []) -> Reply {
            let body = chunks.map { String($0.utf8.count, radix: 16) + "\r\n\($0)\r\n" }.joined() + "0\r\n\r\n"
            return status(200, headers: headers + [("transfer-encoding", "chunked")], body: body)
        }

        /// Bytes as they are, then the end of the connection.
        public static func raw(_ bytes: [UInt8]) -> Reply { Reply(steps: [.send(bytes), .close]) }

        /// Not HTTP.
        public static let garbage = raw([0x16, 0x03, 0x01, 0xff, 0x00, 0x0a, 0x0d, 0xc3, 0x28, 0x0a, 0x0a])
        public static let reset = Reply(steps: [.reset])
        public static let close = Reply(steps: [.close])
        public static let hang = Reply(steps: [.hang])

        /// The same after a pause.
        public func delayed(by duration: Duration) -> Reply { Reply(steps: [.delay(duration)] + steps) }

        /// The same, then an orderly end of the connection that no header announced.
        public func closing() -> Reply { Reply(steps: steps + [.close]) }

        /// The same, then a reset that no header announced.
        public func resetting() -> Reply { Reply(steps: steps + [.reset]) }

        /// The same, then a reset in the midst of the next request.
        public func resettingUponMore() -> Reply { Reply(steps: steps + [.resetUponMore]) }

        /// The same up to the given number of bytes of the whole message, then the end of the connection.
        public func truncated(to count: Int) -> Reply {
            var left = count
            let kept = steps.map { step -> Step in
                guard case .send(let bytes) = step else { return step }
                defer { left -= min(left, bytes.count) }
                return .send(Array(bytes.prefix(left)))
            }
            return Reply(steps: kept + [.close])
        }

        /// The same in pieces of `size` bytes, with a pause before each.
        public func trickled(size: Int, every pause: Duration) -> Reply {
            Reply(
                steps: steps.flatMap { step -> [Step] in
                    guard case .send(let bytes) = step else { return [step] }
                    return stride(from: 0, to: bytes.count, by: size).flatMap { start in
                        [.delay(pause), .send(Array(bytes[start..<min(start + size, bytes.count)]))]
                    }
                }
            )
        }
    }
}
