import Transport

/// How much time a sweep has in one invocation, and how fast it may be. Time comes from outside, so that tests need none.
public struct SweepBudget: Sendable {
    /// The wall clock.
    public var now: @Sendable () -> EventTime
    /// A clock that only goes forward.
    public var instant: @Sendable () -> ContinuousClock.Instant
    public var sleep: @Sendable (Duration) async throws -> Void
    /// How long the invocation may take; nil where that is not known.
    public var allotted: Duration?
    /// When the invocation is cut off; nil where that is not known.
    public var deadline: ContinuousClock.Instant?
    /// What is left for the steps' end and the checkpoint.
    public var reserve: Duration
    /// No request of a step goes past it, so that the checkpoint can still be written.
    public var requestDeadline: ContinuousClock.Instant?
    /// Resources a second. Every row is two write units of one partition, which takes 1,000 a second
    /// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html).
    public var pace: Int

    /// - Parameter remaining: until the invocation is cut off.
    public init(
        remaining: Duration?,
        now: @escaping @Sendable () -> EventTime,
        instant: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await EventLoop.shared.sleep(for: $0) },
        pace: Int = 400
    ) {
        self.now = now
        self.instant = instant
        self.sleep = sleep
        allotted = remaining
        deadline = remaining.map { instant() + $0 }
        reserve = remaining.map { min(.seconds(20), max(.seconds(2), $0 / 10)) } ?? .zero
        requestDeadline = deadline.map { [reserve] in $0 - reserve / 2 }
        self.pace = pace
    }

    /// Whether no other page or batch is to be begun.
    func isSpent() -> Bool { deadline.map { instant() + reserve >= $0 } ?? false }

    /// Whether what began at `instant` has had most of an invocation's time. One of less than half a minute has too little for
    /// that to say anything.
    func isMostOfTheTime(since instant: ContinuousClock.Instant) -> Bool {
        guard let allotted, allotted >= .seconds(30) else { return false }
        return self.instant() - instant > allotted / 2
    }

    /// When the invocation has ended for certain.
    var heldUntil: EventTime {
        guard let deadline else { return now().advanced(bySeconds: 900) }
        return now().advanced(bySeconds: Int64((deadline - instant()).components.seconds) + 1)
    }

    /// From when on the pace is kept where nothing has been written since `instant`: at most a quarter of a second before now,
    /// so that a second has no more than what the partition takes.
    func start(sparedFrom instant: ContinuousClock.Instant) -> ContinuousClock.Instant {
        max(instant, self.instant() - .milliseconds(250))
    }

    /// Waits until as many resources may have been written since `start`.
    func pause(since start: ContinuousClock.Instant, resources: Int) async throws {
        let due = start + .seconds(1) * resources / pace
        let now = instant()
        if now < due { try await sleep(due - now) }
    }

    /// How long to wait after throttling: longer each time.
    /// - Parameter count: how often in a row, from 1.
    /// - Returns: nil where there is no time for it.
    func pause(afterThrottling count: Int) -> Duration? {
        let pause = Duration.seconds(5) * (1 << min(count - 1, 3))
        if let deadline, instant() + pause + reserve >= deadline { return nil }
        // Without a deadline, not for ever.
        return deadline != nil || count <= 8 ? pause : nil
    }
}
