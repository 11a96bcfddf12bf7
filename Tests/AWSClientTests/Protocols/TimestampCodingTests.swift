import FoundationEssentials
import Testing

@testable import AWSClient

struct TimestampCodingTests {
    @Test(arguments: [
        ("0", 0, 0), ("1515531081", 1_515_531_081, 0), ("1515531081.123", 1_515_531_081, 123_000_000),
        ("1.515531081123E9", 1_515_531_081, 123_000_000), ("-1.5", -2, 500_000_000),
        ("-62167219200", -62_167_219_200, 0),
        ("253402300799", 253_402_300_799, 0),
    ])
    func epochSeconds(text: String, seconds: Int64, nanoseconds: Int32) {
        #expect(Timestamp(epochSeconds: text) == Timestamp(seconds: seconds, nanoseconds: nanoseconds))
    }

    @Test(arguments: ["", "x", "nan", "inf", "-inf", "1e300", "253402300800", "-62167219201", "12 ", "0x", "--1"])
    func noEpochSeconds(text: String) {
        #expect(Timestamp(epochSeconds: text) == nil)
    }

    @Test(arguments: [
        "2026-11-20T08:00:00Z", "2026-11-20T09:00:00+01:00", "1795161600", "Fri, 20 Nov 2026 08:00:00 GMT",
    ])
    func anyFormat(text: String) {
        #expect(Timestamp(anyFormat: text) == Timestamp(seconds: 1_795_161_600))
    }

    @Test func noFormat() {
        #expect(Timestamp(anyFormat: "yesterday") == nil)
    }

    @Test func codedAsSeconds() throws {
        for (time, text) in [
            (Timestamp(seconds: 1_795_161_600), "[1795161600]"),
            (Timestamp(seconds: 1_795_161_600, nanoseconds: 250_000_000), "[1795161600.25]"),
        ] {
            let data = try JSONEncoder().encode([time])
            #expect(String(decoding: data, as: UTF8.self) == text)
            #expect(try JSONDecoder().decode([Timestamp].self, from: data) == [time])
        }
    }
}
