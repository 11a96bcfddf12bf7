import FoundationEssentials
import Testing

@testable import LambdaRuntime

struct Timeout: LambdaError, CustomStringConvertible {
    var description: String { "too \"slow\"" }
}

struct Plain: Error {
    var field = 7
}

struct ShareFailure: LambdaError {
    var errorMessage: String { "cannot share" }
    var underlyingErrors: [any Error] { [Timeout(), Plain()] }
}

private struct Named: LambdaError {
    var errorType: String
    var errorMessage = "message"
    var underlyingErrors: [any Error] = []
}

private enum Outer {
    enum Inner: Error { case somethingOff }
    struct Generic<Value>: Error {}
}

private final class Chain: LambdaError {
    let depth: Int
    init(depth: Int) { self.depth = depth }
    var errorMessage: String { "\(depth)" }
    var underlyingErrors: [any Error] { [Chain(depth: depth + 1), Plain(field: depth)] }
}

@Suite struct ErrorReportTests {
    private struct Body: Decodable, Equatable {
        var errorType, errorMessage: String
        var requestId: String?
        var stackTrace: [String]
    }

    private struct Cause: Decodable {
        struct Exception: Decodable {
            var type, message: String
            var stack: [String]
        }
        var workingDirectory: String
        var exceptions: [Exception]
        var paths: [String]

        enum CodingKeys: String, CodingKey {
            case workingDirectory = "working_directory"
            case exceptions, paths
        }
    }

    private func cause(_ report: ErrorReport, workingDirectory: String = "/var/task") throws -> Cause {
        let text = report.xRayCause(workingDirectory: workingDirectory)
        #expect(text.utf8.count <= 64 << 10)
        #expect(text.utf8.allSatisfy { (0x20..<0x7f).contains($0) })
        return try JSONDecoder().decode(Cause.self, from: Data(text.utf8))
    }

    @Test func theTypeIsTheSwiftTypeWithoutItsModule() {
        let errors: [(any Error, String, String)] = [
            (Plain(), "Plain", "Plain(field: 7)"),
            (Timeout(), "Timeout", "too \"slow\""),
            (ShareFailure(), "ShareFailure", "cannot share"),
            (Outer.Inner.somethingOff, "Inner", "somethingOff"),
            (Outer.Generic<[Int]>(), "Generic", "Generic<Array<Int>>()"),
            (Named(errorType: "Custom.Type"), "Custom.Type", "message"),
            (CancellationError(), "CancellationError", "CancellationError()"),
        ]
        for (error, type, message) in errors {
            #expect(ErrorReport(error).error == ErrorReport.Entry(type: type, message: message))
        }
    }

    @Test(arguments: [
        ("MalformedEvent", "Function.MalformedEvent"),
        ("malformedEvent", "Function.MalformedEvent"),
        ("HTTP2Error", "Function.HTTPError"),
        ("Governance.MalformedEvent", "Function.GovernanceMalformedEvent"),
        ("Function.ResponseSizeTooLarge", "Function.ResponseSizeTooLarge"),
        ("Runtime.ExitError", "Runtime.ExitError"),
        ("Runtime.exitError", "Function.RuntimeexitError"),
        ("Runtime.Exit.Error", "Function.RuntimeExitError"),
        ("Function.", "Function.Function"),
        ("E", "Function.Unknown"),
        ("", "Function.Unknown"),
        ("é\r\n42", "Function.Unknown"),
        ("Fehler größe", "Function.Fehlergre"),
    ]) func theHeaderHasTheFormOfTheService(_ type: String, _ header: String) {
        #expect(ErrorReport(type: type, message: "").headerType == header)
    }

    @Test(arguments: difficultStrings) func bodiesAreValidForAnyMessage(_ string: String) throws {
        let report = ErrorReport(
            Named(
                errorType: string,
                errorMessage: string,
                underlyingErrors: [Named(errorType: "A", errorMessage: string)]
            )
        )
        let body = try JSONDecoder().decode(Body.self, from: Data(report.body(requestID: string)))
        let type = ErrorReport.shortened(string, to: 256)
        let trace = string.isEmpty ? "A" : "A: \(string)"
        #expect(body == Body(errorType: type, errorMessage: string, requestId: string, stackTrace: [trace]))

        let exceptions = try cause(report).exceptions
        #expect(exceptions.map(\.type) == [type, "A"])
        #expect(exceptions.map(\.message) == [string, string])
    }

    @Test func withoutARequestThereIsNoRequestID() {
        let body = String(decoding: ErrorReport(type: "A", message: "b").body(requestID: nil), as: UTF8.self)
        #expect(body == #"{"errorType":"A","errorMessage":"b","stackTrace":[]}"#)
    }

    @Test func causesFollowInTheOrderOfAStack() {
        let inner = Named(errorType: "Inner", underlyingErrors: [Named(errorType: "Innermost")])
        let report = ErrorReport(Named(errorType: "Top", underlyingErrors: [inner, Plain()]))
        #expect(report.stackTrace == ["Inner: message", "Innermost: message", "Plain: Plain(field: 7)"])
    }

    @Test func endlessCausesEnd() throws {
        let report = ErrorReport(Chain(depth: 0))
        #expect(report.causes.count == ErrorReport.maximumCauses)
        #expect(report.stackTrace.first == "Chain: 1")
        #expect(try cause(report).exceptions.count == ErrorReport.maximumCauses + 1)
    }

    @Test func longMessagesAreCutBetweenCharacters() {
        #expect(ErrorReport.shortened("abcdef", to: 6) == "abcdef")
        #expect(ErrorReport.shortened("abcdefg", to: 6) == "abc…")
        #expect(ErrorReport.shortened("ab🎉defg", to: 8) == "ab…")
        #expect(ErrorReport.shortened("abcdefg", to: 0) == "…")
        let report = ErrorReport(Named(errorType: "A", errorMessage: String(repeating: "ä", count: 1 << 20)))
        #expect(report.error.message.utf8.count <= ErrorReport.maximumMessageBytes)
        #expect(report.error.message.hasSuffix("ä…"))
    }

    /// Of 1 MiB, the longest event of CloudWatch Logs.
    @Test(arguments: [100, 10_000, 1_000_000]) func aReportFitsIntoALogEvent(_ length: Int) throws {
        let worst = String(repeating: "\u{1}", count: length)
        let causes = (0..<40).map { Named(errorType: "Cause\($0)", errorMessage: worst) }
        let report = ErrorReport(Named(errorType: worst, errorMessage: worst, underlyingErrors: causes))
        #expect(report.body(requestID: "1").count < 1 << 20)
        #expect(report.stackTrace.first?.hasPrefix("Cause0: \u{1}") == true)
        if length == 100 { #expect(report.causes.count == ErrorReport.maximumCauses) }
    }

    @Test func theXRayDocumentStaysInItsLimit() throws {
        let worst = String(repeating: "\u{1}", count: 100_000)
        let errors = (0..<20).map { _ in Named(errorType: worst, errorMessage: worst) }
        let report = ErrorReport(Named(errorType: worst, errorMessage: worst, underlyingErrors: errors))
        let document = try cause(report, workingDirectory: worst)
        #expect(document.exceptions.count >= 2)
        #expect(document.exceptions.count < 21)
        #expect(document.paths.isEmpty)
    }
}
