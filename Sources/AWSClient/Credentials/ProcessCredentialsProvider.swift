/// Credentials a command writes as JSON to its standard output.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>
public struct ProcessCredentialsProvider: CredentialsProvider {
    private let command: String

    /// - Parameter command: For `/bin/sh`, as it stands in `credential_process`.
    public init(command: String) {
        self.command = command
    }

    /// Runs the command on a thread of its own. It is killed when the task is cancelled, at the deadline, and after a
    /// minute. Its standard error is this process's.
    public func credentials(deadline: ContinuousClock.Instant?) async throws(AWSError) -> AWSCredentials {
        let latest = ContinuousClock.now + .seconds(60)
        let result = await ShellCommand(command, deadline: deadline.map { min($0, latest) } ?? latest).run()
        switch result {
        case .success(let output):
            let document = try CredentialsDocument.parse(output, from: "credential_process")
            guard document.version == 1 else {
                throw .credentials("InvalidCredentialsDocument", "credential_process gave no Version 1")
            }
            return try document.credentials(from: "credential_process")
        case .failure(.cancelled):
            throw AWSError(
                kind: .cancelled,
                code: "Cancelled",
                message: "the task was cancelled while credential_process ran"
            )
        case .failure(.timedOut):
            throw AWSError(
                kind: deadline.map { ContinuousClock.now >= $0 } ?? false ? .deadline : .credentials,
                code: "CredentialProcessTimedOut",
                message: "credential_process took too long"
            )
        case .failure(.status(let status)):
            throw .credentials("CredentialProcessFailed", "credential_process ended with status \(status)")
        case .failure(.signal(let signal)):
            throw .credentials("CredentialProcessFailed", "credential_process was ended by signal \(signal)")
        case .failure(.tooMuchOutput):
            throw .credentials("CredentialProcessFailed", "credential_process wrote more than 1 MiB")
        case .failure(.system(let message)):
            throw .credentials("CredentialProcessFailed", "credential_process: \(message)")
        }
    }
}
