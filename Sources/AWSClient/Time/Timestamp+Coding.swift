extension Timestamp {
    /// Reads seconds since 1970 with an optional fraction or exponent, as in `1515531081.123` and `1.5E9`.
    public init?(epochSeconds text: String) {
        let digits = text.utf8.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
        guard let first = digits.first, (0x30...0x39).contains(first), let value = Double(text) else { return nil }
        self.init(epochSeconds: value)
    }

    /// Seconds since 1970; nil where they are not finite or beyond the years 0 to 9999. A fraction is taken to the
    /// microsecond, which is what a `Double` holds.
    public init?(epochSeconds value: Double) {
        guard value >= -62_167_219_200, value < 253_402_300_800 else { return nil }
        let microseconds = Int64((value * 1_000_000).rounded())
        let seconds = microseconds >= 0 ? microseconds / 1_000_000 : (microseconds - 999_999) / 1_000_000
        self.init(seconds: seconds, nanoseconds: Int32(microseconds - seconds * 1_000_000) * 1000)
    }

    /// Reads whichever format the text is in: RFC 3339, seconds since 1970, HTTP-date.
    public init?(anyFormat text: String) {
        guard let value = Self(dateTime: text) ?? Self(epochSeconds: text) ?? Self(httpDate: text) else { return nil }
        self = value
    }

    /// Seconds since 1970.
    public var epochSeconds: Double { Double(seconds) + Double(nanoseconds) / 1_000_000_000 }
}

/// Coded as seconds since 1970, the default of the JSON protocols; decoded from a string of any format as well.
extension Timestamp: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let value =
            if let seconds = try? container.decode(Double.self) {
                Timestamp(epochSeconds: seconds)
            } else {
                Timestamp(anyFormat: try container.decode(String.self))
            }
        guard let value else { throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a time") }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if nanoseconds == 0 {
            try container.encode(seconds)
        } else {
            try container.encode(epochSeconds)
        }
    }
}
