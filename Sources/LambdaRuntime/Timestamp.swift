/// Times as RFC 3339 in UTC with milliseconds, `2026-11-20T08:00:00.123Z`, by arithmetic alone: a formatter would cost more
/// than the record it stamps.
enum Timestamp {
    /// Appends the time that many milliseconds after (or before) 1970; the years 0000 to 9999 have the fixed width.
    static func append(millisecondsSinceEpoch time: Int64, to buffer: inout [UInt8]) {
        let (days, millisecondsOfDay) = floorDivide(time, by: 86_400_000)
        let (year, month, day) = civil(daysSinceEpoch: days)
        let seconds = millisecondsOfDay / 1000
        append(year, width: 4, to: &buffer)
        buffer.append(UInt8(ascii: "-"))
        append(month, width: 2, to: &buffer)
        buffer.append(UInt8(ascii: "-"))
        append(day, width: 2, to: &buffer)
        buffer.append(UInt8(ascii: "T"))
        append(seconds / 3600, width: 2, to: &buffer)
        buffer.append(UInt8(ascii: ":"))
        append(seconds / 60 % 60, width: 2, to: &buffer)
        buffer.append(UInt8(ascii: ":"))
        append(seconds % 60, width: 2, to: &buffer)
        buffer.append(UInt8(ascii: "."))
        append(millisecondsOfDay % 1000, width: 3, to: &buffer)
        buffer.append(UInt8(ascii: "Z"))
    }

    /// The proleptic Gregorian date. Years are counted from March in eras of 400 years, so that the leap day is the last
    /// day of a year and every era has the same 146,097 days.
    private static func civil(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = floorDivide(daysSinceEpoch + 719_468, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
    }

    private static func floorDivide(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    private static func append(_ value: Int64, width: Int, to buffer: inout [UInt8]) {
        guard value >= 0 else {
            buffer.append(UInt8(ascii: "-"))
            append(-value, width: width, to: &buffer)
            return
        }
        var divisor: Int64 = 1
        for _ in 1..<width { divisor *= 10 }
        while value / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            buffer.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
            divisor /= 10
        }
    }
}
