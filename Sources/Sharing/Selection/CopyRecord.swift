import AWSClient

/// Which tags of an image or snapshot in a target account sharing has put there.
///
/// It stands in a tag of that same resource, so that a tag that the account gave it itself is told from a copy whose original
/// is gone. A name can be 127 characters long and a value 256, so the record has digests of names: 30 bits each, five
/// characters, of at most 50 tags. One of the account's own tags is taken for a copy only where its name has the digest of
/// one that was copied: of one in twenty million.
public struct CopyRecord: Hashable, Sendable {
    /// The name of the tag.
    public static let tag = "ami-steward:copied-tags"

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    private static let length = 5

    private var digests: Set<String>

    /// - Parameter names: Of tags that were copied.
    public init<Names: Sequence>(names: Names) where Names.Element == String {
        digests = Set(names.map(Self.digest))
    }

    /// - Parameter value: The tag's; one that is none, or not as ``value`` writes it, is a record of nothing.
    public init(value: String?) {
        let bytes = Array((value ?? "").utf8)
        guard bytes.count % Self.length == 0, bytes.allSatisfy(Self.alphabet.contains) else {
            digests = []
            return
        }
        digests = Set(
            stride(from: 0, to: bytes.count, by: Self.length).map { start in
                String(decoding: bytes[start..<start + Self.length], as: UTF8.self)
            }
        )
    }

    /// The tag's value; nil where nothing was copied.
    public var value: String? { digests.isEmpty ? nil : digests.sorted().joined() }

    public var isEmpty: Bool { digests.isEmpty }

    public func contains(_ name: String) -> Bool { digests.contains(Self.digest(name)) }

    public func union(_ other: Self) -> Self { Self(digests: digests.union(other.digests)) }

    public func subtracting(_ other: Self) -> Self { Self(digests: digests.subtracting(other.digests)) }

    public func intersection(_ other: Self) -> Self { Self(digests: digests.intersection(other.digests)) }

    /// This record, changed as another was that went from `before` to `after`: several changes of a record come to the same
    /// in any order, and again.
    public func applying(from before: Self, to after: Self) -> Self {
        union(after.subtracting(before)).subtracting(before.subtracting(after))
    }

    private init(digests: Set<String>) { self.digests = digests }

    private static func digest(_ name: String) -> String {
        let bits = Digest.sha256(Array(name.utf8)).prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) } >> 2
        let characters = (0..<length).map { alphabet[Int(bits >> UInt32(6 * (length - 1 - $0))) & 63] }
        return String(decoding: characters, as: UTF8.self)
    }
}
