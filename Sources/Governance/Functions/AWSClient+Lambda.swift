import AWSClient
import LambdaRuntime
import Transport

extension AWSClient {
    /// The client of a function, with everything made that its first request needs: this is the init phase.
    static func initialized() throws -> AWSClient {
        let trust = TrustStore.fromEnvironment()
        do throws(HTTPError) {
            try trust.load()
        } catch {
            throw ConfigurationError(message: error.message)
        }
        return try .lambda(http: HTTPClient(trust: trust))
    }

    /// Runs `body` so that none of its requests goes past the invocation's deadline, with enough time left over to report
    /// what failed.
    static func withDeadline<Value>(of context: LambdaContext, _ body: () async throws -> Value) async throws -> Value {
        let reserve = Duration.milliseconds(300)
        let deadline = context.remainingTime.map { ContinuousClock.now + $0 - reserve }
        return try await $deadline.withValue(deadline, operation: body)
    }
}
