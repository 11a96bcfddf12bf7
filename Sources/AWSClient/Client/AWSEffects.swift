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
        var generator = SystemRandomNumberGenerator()
        let high = generator.next() & 0xffff_ffff_ffff_0fff | 0x4000
        let low = generator.next() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
        let digits = hex(high) + hex(low)
        var uuid = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { uuid.append("-") }
            uuid.append(digit)
        }
        return uuid
    }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
