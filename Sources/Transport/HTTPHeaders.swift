/// The fields of an HTTP message, in order; names compare without regard to ASCII case (RFC 9110, section 5.1).
///
/// Kept as the bytes that libcurl takes and gives, so that a request is signed and sent, and a response looked into, without
/// a `String` for each name and value.
public struct HTTPHeaders: Sendable, Equatable, ExpressibleByDictionaryLiteral, Sequence {
    /// One field line.
    public struct Field: Sendable, Equatable {
        public var name: String
        public var value: String
    }

    /// Where a field line, `Name: value`, stands in ``text``.
    package struct Line: Sendable, Equatable {
        package let name: Range<Int>
        package let value: Range<Int>
    }

    /// The field lines, each ended by a zero.
    package private(set) var text: [UInt8] = []
    package private(set) var lines: [Line] = []

    public init() {}

    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { add(name: name, value: value) }
    }

    public var count: Int { lines.count }

    /// - Parameters:
    ///   - count: Of fields.
    ///   - byteCount: Of their names and values.
    public mutating func reserveCapacity(_ count: Int, byteCount: Int = 0) {
        lines.reserveCapacity(count)
        text.reserveCapacity(byteCount + count * 3)
    }

    /// The value of the first field of this name. Setting replaces every field of the name; `nil` removes them.
    public subscript(name: String) -> String? {
        get { firstLine(of: name).map { string(at: $0.value) } }
        set {
            guard firstLine(of: name) != nil else {
                if let newValue { add(name: name, value: newValue) }
                return
            }
            var result = HTTPHeaders()
            result.reserveCapacity(lines.count, byteCount: text.count + (newValue?.utf8.count ?? 0))
            // The first one stays, where it is.
            var replacement = newValue
            text.withUnsafeBytes { text in
                for line in lines {
                    let lineName = UnsafeRawBufferPointer(rebasing: text[line.name])
                    guard Self.equal(lineName, name) else {
                        result.add(name: lineName, value: UnsafeRawBufferPointer(rebasing: text[line.value]))
                        continue
                    }
                    if let value = replacement { result.add(name: name, value: value) }
                    replacement = nil
                }
            }
            self = result
        }
    }

    /// Whether there is a field of this name.
    public func contains(_ name: String) -> Bool { firstLine(of: name) != nil }

    /// Every value of this name, in order.
    public func values(of name: String) -> [String] {
        text.withUnsafeBytes { text in
            lines.filter { Self.equal(UnsafeRawBufferPointer(rebasing: text[$0.name]), name) }
        }
        .map { string(at: $0.value) }
    }

    /// Appends a field; fields of the same name stay.
    public mutating func add(name: String, value: String) {
        add(name: name, byteCount: value.utf8.count) { $0.append(value) }
    }

    /// Appends a field whose value `write` appends, in some `byteCount` bytes.
    package mutating func add(name: String, byteCount: Int, value write: (inout [UInt8]) -> Void) {
        let needed = text.count + name.utf8.count + byteCount + 3
        if text.capacity < needed { text.reserveCapacity(Swift.max(needed, 2 * text.capacity)) }
        let start = text.count
        text.append(name)
        endLine(from: start, value: write)
    }

    /// Appends a field out of the bytes of its name and of its value.
    package mutating func add(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        let start = text.count
        text.append(contentsOf: name)
        endLine(from: start) { $0.append(contentsOf: value) }
    }

    private mutating func endLine(from start: Int, value write: (inout [UInt8]) -> Void) {
        let nameEnd = text.count
        text.append(UInt8(ascii: ":"))
        text.append(UInt8(ascii: " "))
        write(&text)
        lines.append(Line(name: start..<nameEnd, value: nameEnd + 2..<text.count))
        text.append(0)
    }

    /// Appends fields; those of the same names stay.
    public mutating func append(contentsOf other: HTTPHeaders) {
        let offset = text.count
        text.append(contentsOf: other.text)
        for line in other.lines {
            lines.append(
                Line(
                    name: line.name.lowerBound + offset..<line.name.upperBound + offset,
                    value: line.value.lowerBound + offset..<line.value.upperBound + offset
                )
            )
        }
    }

    public func makeIterator() -> AnyIterator<Field> {
        var rest = lines[...]
        return AnyIterator {
            rest.popFirst().map { Field(name: string(at: $0.name), value: string(at: $0.value)) }
        }
    }

    private func string(at range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }

    private func firstLine(of name: String) -> Line? {
        var name = name
        return name.withUTF8 { name in
            text.withUnsafeBytes { text in
                lines.first {
                    $0.name.count == name.count
                        && Self.equal(UnsafeRawBufferPointer(rebasing: text[$0.name]), UnsafeRawBufferPointer(name))
                }
            }
        }
    }

    private static func equal(_ left: UnsafeRawBufferPointer, _ right: String) -> Bool {
        var right = right
        return right.withUTF8 { equal(left, UnsafeRawBufferPointer($0)) }
    }

    /// Whether two names are the same but for ASCII case.
    package static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        for index in 0..<left.count where left[index] != right[index] {
            if lowercase(left[index]) != lowercase(right[index]) { return false }
        }
        return true
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }
}

extension [UInt8] {
    /// Appends the UTF-8 bytes of a text.
    package mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(contentsOf: $0) }
    }
}
