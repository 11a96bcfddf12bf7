import Testing

@testable import AWSClient

struct TimestampTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT", "19700101T000000Z"),
        (951_782_400, "2000-02-29T00:00:00Z", "Tue, 29 Feb 2000 00:00:00 GMT", "20000229T000000Z"),
        (1_795_161_599, "2026-11-20T07:59:59Z", "Fri, 20 Nov 2026 07:59:59 GMT", "20261120T075959Z"),
        (4_107_542_400, "2100-03-01T00:00:00Z", "Mon, 01 Mar 2100 00:00:00 GMT", "21000301T000000Z"),
        (-1, "1969-12-31T23:59:59Z", "Wed, 31 Dec 1969 23:59:59 GMT", "19691231T235959Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z", "Fri, 31 Dec 9999 23:59:59 GMT", "99991231T235959Z"),
    ])
    func everyFormatIsWrittenAndReadBack(_ seconds: Int64, _ dateTime: String, _ httpDate: String, _ basic: String) {
        let time = Timestamp(seconds: seconds)
        #expect(time.dateTime == dateTime)
        #expect(time.httpDate == httpDate)
        #expect(time.basic == basic)
        #expect(Timestamp(dateTime: dateTime) == time)
        #expect(Timestamp(dateTime: basic) == time)
        #expect(Timestamp(httpDate: httpDate) == time)
    }

    @Test(arguments: [
        ("2026-11-20T08:00:00.5Z", 500_000_000, "2026-11-20T08:00:00.500Z"),
        ("2026-11-20T08:00:00.000001Z", 1000, "2026-11-20T08:00:00.000001Z"),
        ("2026-11-20T08:00:00.1234567899Z", 123_456_789, "2026-11-20T08:00:00.123456789Z"),
        ("2026-11-20T10:30:00.25+02:30", 250_000_000, "2026-11-20T08:00:00.250Z"),
        ("2026-11-20T03:00:00-0500", 0, "2026-11-20T08:00:00Z"),
    ])
    func fractionsAndOffsets(_ text: String, _ nanoseconds: Int32, _ written: String) {
        let time = Timestamp(dateTime: text)
        #expect(time == Timestamp(seconds: 1_795_161_600, nanoseconds: nanoseconds))
        #expect(time?.dateTime == written)
    }

    @Test(arguments: [
        "", "2026", "2026-11-20", "2026-11-20T08:00:00", "2026-13-20T08:00:00Z", "2026-02-29T08:00:00Z",
        "2026-11-20T24:00:00Z", "2026-11-20T08:60:00Z", "2026-11-20T08:00:00.Z", "2026-11-20T08:00:00ZZ",
        "2026-1120T080000Z", "20261120T08:0000Z", "0000-01-01T00:00:00Z", "2026-11-20T08:00:00+25:00",
        "２０２６-11-20T08:00:00Z",
    ])
    func whatIsNoTimeIsRefused(_ text: String) {
        #expect(Timestamp(dateTime: text) == nil)
    }

    @Test(arguments: [
        "Fri, 20 Nov 2026 08:00:00", "20 Nov 2026 08:00:00 GMT", "Fri, 31 Nov 2026 08:00:00 GMT",
        "Fri, 20 Foo 2026 08:00:00 GMT", "Fri, 20 Nov 2026 08:00:00 UTC", "Friday, 20-Nov-26 08:00:00 GMT",
    ])
    func whatIsNoHTTPDateIsRefused(_ text: String) {
        #expect(Timestamp(httpDate: text) == nil)
    }

    @Test func arithmeticIsExact() {
        let time = Timestamp(seconds: 10, nanoseconds: 900_000_000)
        #expect(time + .milliseconds(200) == Timestamp(seconds: 11, nanoseconds: 100_000_000))
        #expect(time - .milliseconds(950) == Timestamp(seconds: 9, nanoseconds: 950_000_000))
        #expect(Timestamp(seconds: 0) - .nanoseconds(1) == Timestamp(seconds: -1, nanoseconds: 999_999_999))
        #expect(Timestamp(seconds: 11, nanoseconds: 100_000_000) - time == .milliseconds(200))
        #expect(time - Timestamp(seconds: 11, nanoseconds: 100_000_000) == .milliseconds(-200))
        #expect(time < time + .nanoseconds(1))
    }

    @Test func millisecondTextsOrderAsTimesDo() {
        let times = [0, 1, 999, 1000, 1001, 60_000, 86_400_000].map { Timestamp(seconds: 0) + .milliseconds($0) }
        let texts = times.map(\.dateTimeMilliseconds)
        #expect(texts == texts.sorted())
        #expect(texts[2] == "1970-01-01T00:00:00.999Z")
    }

    /// Every day of four centuries, against a count of days kept on the way.
    @Test func theCalendarHasEveryDay() {
        var expected = CivilTime(year: 1900, month: 1, day: 1)
        var seconds = expected.secondsSinceEpoch
        #expect(seconds == -2_208_988_800)
        while expected.year < 2300 {
            let time = CivilTime(Timestamp(seconds: seconds))
            guard time == expected, time.secondsSinceEpoch == seconds else {
                Issue.record("\(expected) is \(time)")
                return
            }
            seconds += 86400
            expected.day += 1
            if !expected.isValid { (expected.month, expected.day) = (expected.month + 1, 1) }
            if !expected.isValid { (expected.year, expected.month) = (expected.year + 1, 1) }
        }
    }
}
