import LambdaRuntime
import Synchronization

/// Takes what a logger writes, at most `limit` bytes at a time.
final class LogCapture: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    private let sizes = Mutex<[Int]>([])

    /// A time for the records: 2026-11-20T08:00:00.123Z.
    static let time: Int64 = 1_795_161_600_123

    func sink(limit: Int = .max) -> LogSink {
        let write: @Sendable (UnsafeRawBufferPointer) -> Int = { part in
            let count = min(limit, part.count)
            self.bytes.withLock { $0.append(contentsOf: part.prefix(count)) }
            self.sizes.withLock { $0.append(count) }
            return count
        }
        return LogSink(now: { Self.time }, write: write)
    }

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

    /// The records, without their line ends.
    var records: [String] { text.split(separator: "\n").map(String.init) }

    /// How many bytes each write took.
    var writeSizes: [Int] { sizes.withLock { $0 } }
}
