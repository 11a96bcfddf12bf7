import Synchronization

/// How far the services' clock is ahead of ours, as far as a refused signature has shown. The clients that are made of one
/// another have one together.
final class ClockSkew: Sendable {
    private let microseconds = Atomic<Int64>(0)

    var offset: Duration { .microseconds(microseconds.load(ordering: .relaxed)) }

    func set(_ offset: Duration) {
        let (seconds, attoseconds) = offset.components
        microseconds.store(seconds * 1_000_000 + attoseconds / 1_000_000_000_000, ordering: .relaxed)
    }
}

extension AWSEffects {
    /// The same effects with the wall clock of the services, for expirations that they set.
    func corrected(by skew: ClockSkew) -> AWSEffects {
        var effects = self
        effects.now = { [now] in now() + skew.offset }
        return effects
    }
}
