import AWSClient
import LambdaRuntime

/// How an invocation that fails with the error of a service is reported: under the service's code, with what lies below.
extension AWSError: LambdaError {
    /// The service's code, for example `ThrottlingException`, not the name of the type, which says nothing.
    public var errorType: String { code }

    public var underlyingErrors: [any Error] { underlying.map { [$0] } ?? [] }
}
