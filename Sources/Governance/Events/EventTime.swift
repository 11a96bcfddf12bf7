import AWSClient

/// A moment with millisecond precision, written as RFC 3339 in UTC with a fixed width
/// (`2026-11-20T08:00:00.000Z`), so that texts compare as the moments do.
public struct EventTime: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public let milliseconds: Int64

    /// Clamps to the years 0000 to 9999, the range RFC 3339 can write.
    public init(milliseconds: Int64) {
        self.milliseconds = min(max(milliseconds, Self.earliest), Self.latest)
    }

    private static let earliest: Int64 = -62_167_219_200_000
    private static let latest: Int64 = 253_402_300_799_999

    public static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }

    public func advanced(bySeconds seconds: Int64) -> EventTime {
        EventTime(milliseconds: milliseconds + seconds * 1000)
    }

    /// Whole seconds since 1970, as DynamoDB's time to live wants them.
    public var epochSeconds: Int64 { milliseconds.dividedFlooring(by: 1000).quotient }

    /// Reads RFC 3339 (`2026-11-20T08:00:00Z`, any number of fraction digits, `Z` or `±hh:mm`); digits beyond the
    /// millisecond are cut off. A leap second counts as the second after it.
    /// - Returns: nil where the text is no such time.
    public init?(_ text: String) {
        var bytes = text.utf8[...]
        guard let year = bytes.takeNumber(digits: 4), bytes.take("-"),
            let month = bytes.takeNumber(digits: 2), bytes.take("-"),
            let day = bytes.takeNumber(digits: 2), bytes.take("T") || bytes.take("t") || bytes.take(" "),
            let hour = bytes.takeNumber(digits: 2), bytes.take(":"),
            let minute = bytes.takeNumber(digits: 2), bytes.take(":"),
            let second = bytes.takeNumber(digits: 2),
            (1...12).contains(month), (1...Self.days(inMonth: month, of: year)).contains(day),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        guard let fraction = bytes.takeFractionMilliseconds(), let offset = bytes.takeOffsetMinutes(), bytes.isEmpty
        else { return nil }
        let days = Self.daysSince1970(year: year, month: month, day: day)
        let seconds = ((days * 24 + hour) * 60 + minute - offset) * 60 + second
        let total = seconds * 1000 + fraction
        guard (Self.earliest...Self.latest).contains(total) else { return nil }
        milliseconds = total
    }

    private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days of the proleptic Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = year.dividedFlooring(by: 400)
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func date(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (days + 719_468).dividedFlooring(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

extension EventTime: CustomStringConvertible {
    public var description: String {
        let (days, inDay) = milliseconds.dividedFlooring(by: 86_400_000)
        let (year, month, day) = Self.date(daysSince1970: days)
        return String(unsafeUninitializedCapacity: 24) { text in
            var end = 0
            func append(_ number: Int64, digits: Int, followedBy separator: Unicode.Scalar) {
                var rest = number
                for index in stride(from: end + digits - 1, through: end, by: -1) {
                    text[index] = UInt8(0x30 + rest % 10)
                    rest /= 10
                }
                text[end + digits] = UInt8(ascii: separator)
                end += digits + 1
            }
            append(year, digits: 4, followedBy: "-")
            append(month, digits: 2, followedBy: "-")
            append(day, digits: 2, followedBy: "T")
            append(inDay / 3_600_000, digits: 2, followedBy: ":")
            append(inDay / 60_000 % 60, digits: 2, followedBy: ":")
            append(inDay / 1000 % 60, digits: 2, followedBy: ".")
            append(inDay % 1000, digits: 3, followedBy: "Z")
            return end
        }
    }
}

extension EventTime: EventReadable {
    init(reading value: JSONElement) throws(MalformedEvent) {
        guard let time = EventTime(try String(reading: value)) else {
            throw value.isMalformed("not an RFC 3339 time")
        }
        self = time
    }
}

extension EventTime: Encodable {
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension Int64 {
    fileprivate func dividedFlooring(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

extension Substring.UTF8View {
    fileprivate mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let byte = first, UInt32(byte) == character.value else { return false }
        removeFirst()
        return true
    }

    fileprivate mutating func takeDigit() -> Int64? {
        guard let byte = first, (0x30...0x39).contains(byte) else { return nil }
        removeFirst()
        return Int64(byte - 0x30)
    }

    fileprivate mutating func takeNumber(digits: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<digits {
            guard let digit = takeDigit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    /// `.123456` as 123; nothing as 0; nil where a point is not followed by a digit.
    fileprivate mutating func takeFractionMilliseconds() -> Int64? {
        guard take(".") else { return 0 }
        var (value, weight): (Int64, Int64) = (0, 100)
        guard let digit = takeDigit() else { return nil }
        value = digit * weight
        while let digit = takeDigit() {
            weight /= 10
            value += digit * weight
        }
        return value
    }

    fileprivate mutating func takeOffsetMinutes() -> Int64? {
        if take("Z") || take("z") { return 0 }
        let sign: Int64
        if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
        guard let hours = takeNumber(digits: 2), take(":"), let minutes = takeNumber(digits: 2), hours < 24,
            minutes < 60
        else { return nil }
        return sign * (hours * 60 + minutes)
    }
}
