import FoundationEssentials
import TestSupport
import Testing

@testable import LambdaRuntime

@Suite struct TimestampTests {
    private func text(_ time: Int64) -> String {
        var buffer: [UInt8] = []
        Timestamp.append(millisecondsSinceEpoch: time, to: &buffer)
        return String(decoding: buffer, as: UTF8.self)
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (1, "1970-01-01T00:00:00.001Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_399_999, "2000-02-28T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (1_795_161_600_123, "2026-11-20T08:00:00.123Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (253_402_300_800_000, "10000-01-01T00:00:00.000Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
        ] as [(Int64, String)]
    ) func knownTimes(_ time: Int64, _ expected: String) {
        #expect(text(time) == expected)
    }

    @Test func agreesWithFoundation() {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<5000 {
            let time = Int64.random(in: 0..<253_402_300_800_000, using: &generator)
            // A quarter of a millisecond keeps the floating-point time on the right side of the millisecond.
            let date = Date(timeIntervalSince1970: (Double(time) + 0.25) / 1000)
            #expect(text(time) == date.formatted(style))
        }
    }

    @Test func anyTimeIsWritten() {
        for time in [Int64.min, Int64.max] { #expect(text(time).hasSuffix("Z")) }
    }
}
