import Glibc
import Synchronization

/// `_X_AMZN_TRACE_ID` of the process: what AWS SDKs and X-Ray read during an invocation.
///
/// `setenv` keeps every value it was ever given until the process ends, and each invocation has another trace id. So the
/// variable lives in one buffer of its own that is put into the environment once and overwritten in place.
final class TraceVariable: Sendable {
    static let shared = TraceVariable()

    private static let prefix = "_X_AMZN_TRACE_ID="

    /// The buffer belongs to the environment once it is set. It is only touched under the lock.
    private struct Storage: ~Copyable, @unchecked Sendable {
        // Sendable: the pointer is the only reference to its memory in Swift, and the lock around this storage orders
        // every access to it.
        var buffer: UnsafeMutableBufferPointer<CChar>?
        var isSet = false
    }

    private let storage = Mutex(Storage())

    private init() {}

    /// Sets the variable, or unsets it.
    func set(_ value: String?) {
        storage.withLock { storage in
            guard var value else {
                unsetenv("_X_AMZN_TRACE_ID")
                storage.isSet = false
                return
            }
            value.withUTF8 { bytes in
                let outgrown = Self.reserve(bytes.count, in: &storage)
                guard let buffer = storage.buffer, let start = buffer.baseAddress else { return }
                let target = start + Self.prefix.utf8.count
                for (index, byte) in bytes.enumerated() { target[index] = CChar(bitPattern: byte) }
                target[bytes.count] = 0
                if !storage.isSet || outgrown != nil { putenv(start) }
                storage.isSet = true
                outgrown?.deallocate()
            }
        }
    }

    /// Makes room for a value of `count` bytes; gives back a buffer that the environment may still refer to.
    private static func reserve(_ count: Int, in storage: inout Storage) -> UnsafeMutableBufferPointer<CChar>? {
        let needed = prefix.utf8.count + count + 1
        if let buffer = storage.buffer, buffer.count >= needed { return nil }
        let buffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: max(512, needed))
        buffer.initialize(repeating: 0)
        for (index, byte) in prefix.utf8.enumerated() { buffer[index] = CChar(bitPattern: byte) }
        defer { storage.buffer = buffer }
        return storage.buffer
    }
}
