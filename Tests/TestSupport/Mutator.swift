import Synchronization

/// Seeded damage to good input: bytes changed, removed, doubled, cut off, and pieces that parsers stumble over.
public struct Mutator: Sendable {
    private var generator: SeededGenerator
    private static let pieces: [[UInt8]] = [
        [0], [0xff], [0xc3, 0x28], Array("\r\n".utf8), Array("{}".utf8), Array("\"".utf8), Array("\\u0000".utf8),
        Array("99999999999999999999".utf8), Array("-1".utf8), Array("<![CDATA[".utf8), Array("&lt".utf8),
        Array("%zz".utf8), Array("=".utf8), Array("null".utf8), Array("[[[[[[[[".utf8), Array("\u{feff}".utf8),
    ]

    public init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    public mutating func mutate(_ input: [UInt8]) -> [UInt8] {
        var bytes = input
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let position = Int.random(in: 0...bytes.count, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0 where position < bytes.count: bytes[position] = .random(in: .min ... .max, using: &generator)
            case 1 where position < bytes.count: bytes.remove(at: position)
            case 2: bytes.removeSubrange(position...)
            case 3:
                let end = min(bytes.count, position + Int.random(in: 1...8, using: &generator))
                bytes.insert(contentsOf: Array(bytes[position..<end]), at: position)
            default:
                bytes.insert(contentsOf: Self.pieces.randomElement(using: &generator) ?? [], at: position)
            }
        }
        return bytes
    }

    public mutating func mutate(_ text: String) -> String {
        String(decoding: mutate(Array(text.utf8)), as: UTF8.self)
    }
}

/// One mutator for many threads.
public final class SharedMutator: Sendable {
    private let mutator: Mutex<Mutator>

    public init(seed: UInt64) {
        mutator = Mutex(Mutator(seed: seed))
    }

    public func mutate(_ input: [UInt8]) -> [UInt8] {
        mutator.withLock { $0.mutate(input) }
    }
}
