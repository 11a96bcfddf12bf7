import FoundationEssentials
import Testing

@testable import LambdaRuntime

@Suite struct LoggerTests {
    private let capture = LogCapture()

    private func logger(_ format: LogFormat, _ level: LogLevel = .trace) -> Logger {
        Logger(level: level, format: format, sink: capture.sink())
    }

    @Test func jsonRecord() {
        let logger = logger(.json).with(requestID: "8476a536", tenantID: "blue").with("imageId", "ami-1")
        logger.warn("hello", ["count": 3, "ratio": 0.5, "done": true, "ids": ["a", "b"], "none": nil as String?])
        #expect(
            capture.text == #"{"timestamp":"2026-11-20T08:00:00.123Z","level":"WARN","message":"hello","#
                + #""requestId":"8476a536","tenantId":"blue","imageId":"ami-1","count":3,"ratio":0.5,"done":true,"#
                + #""ids":["a","b"]}"# + "\n"
        )
    }

    @Test func textRecord() {
        let logger = logger(.text).with(requestID: "8476a536", tenantID: "blue").with("imageId", "ami-1")
        logger.info("hello", ["count": 3, "what": "two words", "ids": ["a"], "empty": "", "none": nil as Int?])
        #expect(
            capture.text == "[INFO]\t2026-11-20T08:00:00.123Z\t8476a536\thello\ttenantId=blue\timageId=ami-1\tcount=3"
                + "\twhat=\"two words\"\tids=[\"a\"]\tempty=\"\"\n"
        )
    }

    @Test func recordsOutsideAnInvocationHaveNoRequestID() {
        logger(.json).info("a")
        logger(.text).info("a")
        #expect(
            capture.records == [
                #"{"timestamp":"2026-11-20T08:00:00.123Z","level":"INFO","message":"a"}"#,
                "[INFO]\t2026-11-20T08:00:00.123Z\t\ta",
            ]
        )
    }

    @Test(arguments: difficultStrings) func eachRecordIsOneLineOfJSON(_ string: String) throws {
        struct Record: Decodable, Equatable {
            var timestamp, level, message, requestId, value: String
        }
        logger(.json).with(requestID: string, tenantID: nil).error(string, ["value": string])
        #expect(capture.records.count == 1)
        let record = try JSONDecoder().decode(Record.self, from: Data(capture.text.utf8))
        let timestamp = "2026-11-20T08:00:00.123Z"
        #expect(
            record == Record(timestamp: timestamp, level: "ERROR", message: string, requestId: string, value: string)
        )
    }

    @Test(arguments: difficultStrings) func eachRecordIsOneLineOfText(_ string: String) {
        logger(.text).with(requestID: "1", tenantID: string).error(string, ["value": string, string: 1])
        #expect(capture.text.utf8.filter { $0 == 0x0a }.count == 1)
        #expect(capture.text.utf8.last == 0x0a)
        let allowed: Set<UInt8> = [0x09, 0x0a, 0x0d]
        #expect(capture.text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || allowed.contains($0) })
    }

    @Test func lineBreaksInTextBecomeCarriageReturns() {
        logger(.text).info("a\nb\r\nc\rd\n\ne")
        #expect(capture.text.hasSuffix("\ta\rb\rc\rd\r\re\n"))
    }

    @Test func numbersThatJSONLacks() throws {
        logger(.json).info("a", ["x": Double.nan, "y": -Double.infinity])
        #expect(capture.text.hasSuffix(#","x":"nan","y":"-inf"}"# + "\n"))
    }

    @Test func fieldsCannotTakeTheNamesOfTheRecordItself() throws {
        for format in [LogFormat.json, .text] {
            logger(format).with("level", "x").info("a", ["requestId": "y", "message": "z", "errorType": "e"])
        }
        #expect(capture.records[0].contains(#""_level":"x","_requestId":"y","_message":"z","_errorType":"e""#))
        #expect(capture.records[1].contains("_level=x\t_requestId=y\t_message=z\t_errorType=e"))
    }

    @Test(arguments: LogLevel.allCases) func recordsBelowTheLevelAreDropped(_ level: LogLevel) {
        let logger = logger(.json, level)
        logger.trace("TRACE")
        logger.debug("DEBUG")
        logger.info("INFO")
        logger.warn("WARN")
        logger.error("ERROR")
        logger.fatal("FATAL")
        let names = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]
        let kept = names[level.rawValue...].map {
            #"{"timestamp":"2026-11-20T08:00:00.123Z","level":"\#($0)","message":"\#($0)"}"#
        }
        #expect(capture.records == kept)
    }

    @Test func whatIsDroppedIsNotEvaluated() {
        var evaluations = 0
        func count() -> String {
            evaluations += 1
            return ""
        }
        logger(.json, .warn).info(count(), [count(): count()])
        #expect(evaluations == 0)
        logger(.json, .warn).warn(count(), [count(): count()])
        #expect(evaluations == 3)
    }

    @Test func errorsBecomeFields() {
        logger(.json).error("failed", error: ShareFailure(), ["imageId": "ami-1"])
        #expect(
            capture.text.hasSuffix(
                #""message":"failed","errorType":"ShareFailure","errorMessage":"cannot share","#
                    + #""stackTrace":["Timeout: too \"slow\"","Plain: Plain(field: 7)"],"imageId":"ami-1"}"# + "\n"
            )
        )
    }

    @Test func aRecordIsOneWrite() {
        let logger = logger(.json)
        logger.info(String(repeating: "a", count: 200_000))
        logger.info("b")
        #expect(capture.writeSizes.count == 2)
    }

    @Test(arguments: [1, 7, 64]) func partialWritesAreContinued(_ limit: Int) {
        let logger = Logger(level: .info, format: .json, sink: capture.sink(limit: limit))
        logger.info("first")
        logger.info("second")
        #expect(
            capture.records
                == ["first", "second"].map {
                    #"{"timestamp":"2026-11-20T08:00:00.123Z","level":"INFO","message":"\#($0)"}"#
                }
        )
        #expect(capture.writeSizes.max() == limit)
    }

    @Test func aClosedLogIsNoFailure() {
        let logger = Logger(sink: LogSink { _ in 0 })
        logger.error("nobody reads this")
    }

    @Test func recordsOfSeveralThreadsStayWhole() async {
        let sink = capture.sink(limit: 3)
        await withTaskGroup { group in
            for worker in 0..<4 {
                group.addTask {
                    let logger = Logger(level: .info, format: .json, sink: sink).with("worker", worker)
                    for _ in 0..<50 { logger.info("record") }
                }
            }
        }
        let whole = (0..<4).map {
            #"{"timestamp":"2026-11-20T08:00:00.123Z","level":"INFO","message":"record","worker":\#($0)}"#
        }
        #expect(capture.records.sorted() == whole.flatMap { Array(repeating: $0, count: 50) })
    }
}
