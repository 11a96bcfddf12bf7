import Testing

@testable import Governance

@Suite struct EventTimeTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000Z"),
            ("2026-11-20T08:00:00Z", 1_795_161_600_000, "2026-11-20T08:00:00.000Z"),
            ("2026-11-20T08:00:00.1Z", 1_795_161_600_100, "2026-11-20T08:00:00.100Z"),
            ("2026-11-20T08:00:00.123456789Z", 1_795_161_600_123, "2026-11-20T08:00:00.123Z"),
            ("2026-11-20T09:30:00+01:30", 1_795_161_600_000, "2026-11-20T08:00:00.000Z"),
            ("2026-11-20t02:00:00-06:00", 1_795_161_600_000, "2026-11-20T08:00:00.000Z"),
            ("2024-02-29T23:59:59.999Z", 1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
            ("2000-03-01T00:00:00Z", 951_868_800_000, "2000-03-01T00:00:00.000Z"),
            ("1969-12-31T23:59:59.500Z", -500, "1969-12-31T23:59:59.500Z"),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000, "2017-01-01T00:00:00.000Z"),
            ("0000-01-01T00:00:00Z", -62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(String, Int64, String)]
    )
    func readsAndWrites(text: String, milliseconds: Int64, written: String) {
        let time = EventTime(text)
        #expect(time?.milliseconds == milliseconds)
        #expect(time?.description == written)
    }

    @Test(arguments: [
        "", "2026-11-20", "2026-11-20T08:00:00", "2026-11-20T08:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-11-20T24:00:00Z",
        "2026-11-20T08:60:00Z", "2026-11-20T08:00:61Z", "2026-11-20T08:00:00.Z", "2026-11-20T08:00:00Zx",
        "2026-11-20T08:00:00+1:00", "26-11-20T08:00:00Z", "0000-01-01T00:00:00+01:00", "٢٠٢٦-11-20T08:00:00Z",
    ])
    func refuses(text: String) { #expect(EventTime(text) == nil) }

    /// The calendar arithmetic holds for every day of 400 years, and texts compare as times do.
    @Test func everyDayComesBack() {
        var previous = ""
        for day in stride(from: Int64(-40_000), through: 110_000, by: 1) {
            let time = EventTime(milliseconds: day * 86_400_000 + 43_200_001)
            let text = time.description
            #expect(EventTime(text) == time)
            #expect(previous < text)
            previous = text
        }
    }

    @Test func staysWithinWhatCanBeWritten() {
        #expect(EventTime(milliseconds: .max).description == "9999-12-31T23:59:59.999Z")
        #expect(EventTime(milliseconds: .min).description == "0000-01-01T00:00:00.000Z")
        #expect(EventTime(milliseconds: -1).epochSeconds == -1)
        #expect(EventTime(milliseconds: 1999).epochSeconds == 1)
    }
}
