import Synchronization

/// What an invocation is doing at the moment, for the reason of a failure that the clock brings about.
final class Progress: Sendable {
    private let step = Mutex("starting")

    var current: String { step.withLock { $0 } }

    func now(_ step: String) {
        self.step.withLock { $0 = step }
    }
}
