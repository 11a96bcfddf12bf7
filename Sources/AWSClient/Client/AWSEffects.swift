import Glibc
import Synchronization
import Transport

/// Everything the client does to the world besides HTTP: clocks, sleep and chance, so that tests need neither time nor luck.
public struct AWSEffects: Sendable {
    /// The wall clock, for signatures and expirations.
    public var now: @Sendable () -> Timestamp
    /// The clock deadlines are measured on.
    public var instant: @Sendable () -> ContinuousClock.Instant
    /// Suspends; throws `CancellationError` when the task is cancelled.
    public var sleep: @Sendable (Duration) async throws -> Void
    /// A number from 0 up to and without 1.
    public var random: @Sendable () -> Double
    /// A random UUID in lower case.
    public var uuid: @Sendable () -> String

    public init(
        now: @escaping @Sendable () -> Timestamp,
        instant: @escaping @Sendable () -> ContinuousClock.Instant,
        sleep: @escaping @Sendable (Duration) async throws -> Void,
        random: @escaping @Sendable () -> Double,
        uuid: @escaping @Sendable () -> String
    ) {
        self.now = now
        self.instant = instant
        self.sleep = sleep
        self.random = random
        self.uuid = uuid
    }

    /// The real ones; sleeping takes a timer of `loop`.
    public static func live(loop: EventLoop = .shared) -> AWSEffects {
        AWSEffects(
            now: { .now() },
            instant: { .now },
            sleep: { try await loop.sleep(for: $0) },
            random: { .random(in: 0..<1) },
            uuid: { randomUUID() }
        )
    }

    /// A UUID of version 4 (RFC 9562).
    private static func randomUUID() -> String {
        let random = entropy.withLock { $0.next() }
        let high = random.high & 0xffff_ffff_ffff_0fff | 0x4000
        let low = random.low & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
        return String(unsafeUninitializedCapacity: 36) { uuid in
            var end = 0
            for digit in 0..<32 {
                if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                    uuid[end] = UInt8(ascii: "-")
                    end += 1
                }
                let value = UInt8((digit < 16 ? high : low) >> UInt64(60 - digit % 16 * 4) & 15)
                uuid[end] = value < 10 ? 0x30 + value : 0x61 - 10 + value
                end += 1
            }
            return end
        }
    }

    private static let entropy = Mutex(Entropy())

    /// Random numbers of the kernel's, taken for several UUIDs at a time; each is given once.
    private struct Entropy {
        private var numbers: [UInt64] = []

        mutating func next() -> (high: UInt64, low: UInt64) {
            if numbers.isEmpty {
                // As many bytes as getentropy(3) gives at most.
                numbers = [UInt64](unsafeUninitializedCapacity: 32) { numbers, count in
                    let status = getentropy(numbers.baseAddress, numbers.count * MemoryLayout<UInt64>.stride)
                    precondition(status == 0, "the system has no random numbers")
                    count = numbers.count
                }
            }
            return (numbers.removeLast(), numbers.removeLast())
        }
    }
}
