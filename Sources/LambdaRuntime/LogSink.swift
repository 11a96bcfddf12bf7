import Glibc
import Synchronization

/// Where records go: builds each in one buffer that is used again, and writes it whole before the next.
public final class LogSink: Sendable {
    /// Standard error, from where Lambda takes records for CloudWatch Logs.
    public static let standardError = LogSink(
        now: WallClock.system.now,
        write: { writeStandardError($0) },
        gate: Termination.gate
    )

    private let now: @Sendable () -> Int64
    private let writeBytes: @Sendable (UnsafeRawBufferPointer) -> Int
    private let gate: TerminationGate?
    private let buffer = Mutex<[UInt8]>([])

    /// A buffer that had to grow beyond this is given back.
    private static let maximumKeptBytes = 64 << 10

    /// A sink for tests and tools.
    ///
    /// - Parameters:
    ///   - now: the time in milliseconds since 1970.
    ///   - write: like `write(2)`: returns the number of bytes taken, perhaps not all, or 0 where nothing can be written
    ///     any more.
    public convenience init(
        now: @escaping @Sendable () -> Int64 = { WallClock.system.now() },
        write: @escaping @Sendable (UnsafeRawBufferPointer) -> Int
    ) {
        self.init(now: now, write: write, gate: nil)
    }

    init(
        now: @escaping @Sendable () -> Int64,
        write: @escaping @Sendable (UnsafeRawBufferPointer) -> Int,
        gate: TerminationGate?
    ) {
        self.now = now
        self.writeBytes = write
        self.gate = gate
    }

    /// Has `build` append a record, given the time in milliseconds since 1970, and writes it. What cannot be written (the
    /// reader is gone) is dropped: logging never ends an invocation.
    func write(_ build: (Int64, inout [UInt8]) -> Void) {
        let time = now()
        buffer.withLock { buffer in
            build(time, &buffer)
            gate?.beginRecord()
            buffer.withUnsafeBytes(writeWhole)
            gate?.endRecord()
            if buffer.capacity > Self.maximumKeptBytes {
                buffer = []
            } else {
                buffer.removeAll(keepingCapacity: true)
            }
        }
    }

    private func writeWhole(_ record: UnsafeRawBufferPointer) {
        var rest = record[...]
        while !rest.isEmpty {
            let count = writeBytes(UnsafeRawBufferPointer(rebasing: rest))
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Waits where the descriptor does not block and is full; an interrupted write is begun again.
    private static func writeStandardError(_ bytes: UnsafeRawBufferPointer) -> Int {
        while true {
            let count = Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
            if count >= 0 { return count }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                var entry = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
                _ = poll(&entry, 1, -1)
            default: return 0
            }
        }
    }
}
