import Synchronization

/// How far the services' clock is ahead of ours, as far as a refused signature has shown.
final class ClockSkew: Sendable {
    private let value = Mutex(Duration.zero)

    var offset: Duration { value.withLock { $0 } }

    func set(_ offset: Duration) { value.withLock { $0 = offset } }
}
