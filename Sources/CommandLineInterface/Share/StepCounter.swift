import Synchronization

/// Counts steps that are done side by side.
final class StepCounter: Sendable {
    private let value = Atomic<Int>(0)

    /// From 1.
    func next() -> Int { value.add(1, ordering: .relaxed).newValue }
}
