/// Eight bytes of a text looked at together, the first one lowest.
///
/// The tests give a mark, the highest bit, in the first byte that is meant; marks in bytes after it may be wrong.
/// <https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord>
public struct ByteWord {
    /// Marks of bytes.
    public typealias Marks = UInt64

    @usableFromInline let word: UInt64

    /// - Parameter index: There must be eight bytes from here on.
    @inlinable public init(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) {
        word = UInt64(littleEndian: UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// The bytes below `limit`, which is at most 0x80.
    @inlinable public func less(than limit: UInt8) -> Marks { Self.less(word, limit) }

    @inlinable public func equal(to byte: UInt8) -> Marks { Self.less(word ^ Self.repeated(byte), 1) }

    /// The number of bytes before the first one that is marked.
    @inlinable public static func countBefore(_ marks: Marks) -> Int { marks.trailingZeroBitCount >> 3 }

    @inlinable static func less(_ word: UInt64, _ limit: UInt8) -> Marks {
        (word &- repeated(limit)) & ~word & repeated(0x80)
    }

    @inlinable static func repeated(_ byte: UInt8) -> UInt64 { UInt64(byte) &* 0x0101_0101_0101_0101 }
}
