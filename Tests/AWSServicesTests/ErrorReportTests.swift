import AWSClient
import Testing
import Transport

@testable import AWSServices
@testable import LambdaRuntime

/// What Lambda is told of an invocation that fails with the error of a service.
struct ErrorReportTests {
    @Test func theTypeIsTheCodeOfTheService() {
        let error = AWSError(
            kind: .clientError,
            code: "InvalidAMIID.NotFound",
            message: "The image id does not exist",
            service: "EC2",
            operation: "DescribeImages",
            httpStatus: 400,
            requestID: "request-1"
        )
        let report = ErrorReport(error)
        #expect(report.error.type == "InvalidAMIID.NotFound")
        #expect(report.error.message == error.description)
        #expect(report.headerType == "Function.InvalidAMIIDNotFound")
        #expect(report.causes.isEmpty)
    }

    @Test func theCausesAreWhatLiesBelow() {
        let connection = HTTPError(code: .couldNotConnect, message: "refused", curlCode: 7)
        let attempt = AWSError(kind: .transient, code: "couldNotConnect", message: "refused", underlying: connection)
        let error = AWSError(kind: .deadline, code: "DeadlineExceeded", message: "late", underlying: attempt)
        let report = ErrorReport(error)
        #expect(report.headerType == "Function.DeadlineExceeded")
        #expect(report.causes.map(\.type) == ["couldNotConnect", "HTTPError"])
        #expect(report.causes.map(\.message) == ["\(attempt)", "\(connection)"])
    }

    @Test(arguments: [
        ("couldNotConnect", "Function.CouldNotConnect"), ("HTTP503", "Function.HTTP"),
        ("ThrottlingException", "Function.ThrottlingException"), ("", "Function.Unknown"),
    ])
    func everyCodeMakesATypeThatLambdaAccepts(_ code: String, _ type: String) {
        #expect(ErrorReport(AWSError(kind: .serverError, code: code, message: "")).headerType == type)
    }
}
