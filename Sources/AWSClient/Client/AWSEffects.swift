import Glibc
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
        var random: (high: UInt64, low: UInt64) = (0, 0)
        // Both at once: a generator asks the kernel for each.
        let status = withUnsafeMutableBytes(of: &random) { getentropy($0.baseAddress, $0.count) }
        precondition(status == 0, "the system has no random numbers")
        let high = random.high & 0xffff_ffff_ffff_0fff | 0x4000
        let low = random.low & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
        return String(unsafeUninitializedCapacity: 36) { uuid in
            var end = 0
            for (number, hyphens) in [(high, [32, 16, 0]), (low, [48])] {
                for shift in stride(from: 60, through: 0, by: -4) {
                    let digit = UInt8(number >> UInt64(shift) & 15)
                    uuid[end] = digit < 10 ? 0x30 + digit : 0x61 - 10 + digit
                    end += 1
                    if hyphens.contains(shift) {
                        uuid[end] = UInt8(ascii: "-")
                        end += 1
                    }
                }
            }
            return end
        }
    }
}
