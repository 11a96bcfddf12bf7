/// The formats AWS writes times in: <https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html#timestamp-formats>.
extension Timestamp {
    /// RFC 3339 in UTC: `2026-11-20T08:00:00Z`, with 3, 6 or 9 digits of fraction where there is one.
    public var dateTime: String {
        var fraction = ""
        if nanoseconds != 0 {
            var digits = Self.padded(Int(nanoseconds), 9)
            while digits.hasSuffix("000") { digits.removeLast(3) }
            fraction = ".\(digits)"
        }
        let time = CivilTime(self)
        return "\(time.dateText("-"))T\(time.timeText(":"))\(fraction)Z"
    }

    /// RFC 3339 in UTC with exactly three digits of fraction, `2026-11-20T08:00:00.000Z`: texts order as times do.
    public var dateTimeMilliseconds: String {
        let time = CivilTime(self)
        return "\(time.dateText("-"))T\(time.timeText(":")).\(Self.padded(Int(nanoseconds / 1_000_000), 3))Z"
    }

    /// The form of `X-Amz-Date`: `20261120T080000Z`.
    public var basic: String {
        let time = CivilTime(self)
        guard (0...9999).contains(time.year) else { return "\(time.dateText(""))T\(time.timeText(""))Z" }
        // Every request has two of these.
        return String(unsafeUninitializedCapacity: 16) { text in
            func write(_ number: Int, at start: Int) {
                text[start] = UInt8(0x30 + number / 10)
                text[start + 1] = UInt8(0x30 + number % 10)
            }
            write(time.year / 100, at: 0)
            write(time.year % 100, at: 2)
            write(time.month, at: 4)
            write(time.day, at: 6)
            text[8] = UInt8(ascii: "T")
            write(time.hour, at: 9)
            write(time.minute, at: 11)
            write(time.second, at: 13)
            text[15] = UInt8(ascii: "Z")
            return 16
        }
    }

    /// An HTTP-date (RFC 9110, section 5.6.7): `Fri, 20 Nov 2026 08:00:00 GMT`.
    public var httpDate: String {
        let time = CivilTime(self)
        let day = ((seconds - ((seconds % 86400) + 86400) % 86400) / 86400 % 7 + 7) % 7
        return "\(Self.weekdays[Int(day)]), \(Self.padded(time.day, 2)) \(Self.months[time.month - 1]) "
            + "\(Self.padded(time.year, 4)) \(time.timeText(":")) GMT"
    }

    /// Reads RFC 3339 (`2026-11-20T08:00:00.123Z`, also with an offset) and the basic form `20261120T080000Z`.
    public init?(dateTime text: String) {
        var reader = DigitReader(text)
        guard let year = reader.number(4) else { return nil }
        let isExtended = reader.skip("-")
        guard let month = reader.number(2), !isExtended || reader.skip("-"), let day = reader.number(2),
            reader.skip("T") || reader.skip("t") || reader.skip(" "),
            let hour = reader.number(2), !isExtended || reader.skip(":"),
            let minute = reader.number(2), !isExtended || reader.skip(":"),
            let second = reader.number(2)
        else { return nil }
        var nanoseconds: Int32 = 0
        if reader.skip(".") {
            guard let fraction = reader.fraction() else { return nil }
            nanoseconds = fraction
        }
        var offset = 0
        if !(reader.skip("Z") || reader.skip("z")) {
            let isNegative = reader.skip("-")
            guard isNegative || reader.skip("+"), let hours = reader.number(2), hours < 24 else { return nil }
            _ = reader.skip(":")
            guard let minutes = reader.number(2), minutes < 60 else { return nil }
            offset = (isNegative ? -1 : 1) * (hours * 3600 + minutes * 60)
        }
        let time = CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        guard reader.isAtEnd, time.isValid else { return nil }
        self.init(seconds: time.secondsSinceEpoch - Int64(offset), nanoseconds: nanoseconds)
    }

    /// Reads an HTTP-date, `Fri, 20 Nov 2026 08:00:00 GMT`, with or without a fraction of a second. The name of the day
    /// is not compared with the date.
    public init?(httpDate text: String) {
        var reader = DigitReader(text)
        guard reader.name(among: Self.weekdays) != nil, reader.skip(","), reader.skip(" "),
            let day = reader.number(2), reader.skip(" "),
            let month = reader.name(among: Self.months), reader.skip(" "),
            let year = reader.number(4), reader.skip(" "),
            let hour = reader.number(2), reader.skip(":"), let minute = reader.number(2), reader.skip(":"),
            let second = reader.number(2)
        else { return nil }
        var nanoseconds: Int32 = 0
        if reader.skip(".") {
            guard let fraction = reader.fraction() else { return nil }
            nanoseconds = fraction
        }
        let time = CivilTime(year: year, month: month + 1, day: day, hour: hour, minute: minute, second: second)
        guard reader.skip(" "), reader.skip("G"), reader.skip("M"), reader.skip("T"), reader.isAtEnd, time.isValid
        else { return nil }
        self.init(seconds: time.secondsSinceEpoch, nanoseconds: nanoseconds)
    }

    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Decimal digits with leading zeros up to `width`.
    static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

extension CivilTime {
    fileprivate func dateText(_ separator: String) -> String {
        "\(Timestamp.padded(year, 4))\(separator)\(Timestamp.padded(month, 2))\(separator)\(Timestamp.padded(day, 2))"
    }

    fileprivate func timeText(_ separator: String) -> String {
        "\(Timestamp.padded(hour, 2))\(separator)\(Timestamp.padded(minute, 2))\(separator)\(Timestamp.padded(second, 2))"
    }
}

/// Reads a text of digits and fixed characters from left to right.
private struct DigitReader {
    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = Substring(text).utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Character) -> Bool {
        guard let byte = rest.first, byte == character.asciiValue else { return false }
        rest.removeFirst()
        return true
    }

    /// Exactly `count` digits.
    mutating func number(_ count: Int) -> Int? {
        let digits = rest.prefix(count)
        guard digits.count == count, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        rest = rest.dropFirst(count)
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// Digits after a decimal point, as nanoseconds; those past the ninth are dropped.
    mutating func fraction() -> Int32? {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        let significant = digits.prefix(9)
        let value = significant.reduce(Int32(0)) { $0 * 10 + Int32($1 - 0x30) }
        return (significant.count..<9).reduce(value) { value, _ in value * 10 }
    }

    /// The index of the three-letter name that comes next.
    mutating func name(among names: [String]) -> Int? {
        let next = Array(rest.prefix(3))
        guard let index = names.firstIndex(where: { Array($0.utf8) == next }) else { return nil }
        rest = rest.dropFirst(3)
        return index
    }
}
