import Synchronization

/// Tells work that is done side by side to start nothing else.
final class StopSign: Sendable {
    private let value = Atomic<Bool>(false)

    var isUp: Bool { value.load(ordering: .acquiring) }

    func putUp() { value.store(true, ordering: .releasing) }
}
