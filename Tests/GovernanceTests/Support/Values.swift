import Synchronization

@testable import Governance

/// A parameter whose value changes all the time.
final class Values: Sendable {
    private let generator: Mutex<SeededGenerator>

    init(seed: UInt64) { generator = Mutex(SeededGenerator(seed: seed &+ 1)) }

    func next() -> ImageID {
        generator.withLock { Bool.random(using: &$0) ? image : otherImage }
    }
}
