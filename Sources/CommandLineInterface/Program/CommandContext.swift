import AWSClient
import Transport
import YAML

/// What a command is run with.
public struct CommandContext: Sendable {
    public let program: Program
    public let arguments: ParsedArguments
    public let environment: AWSEnvironment
    public let console: Console
    public let aws: AWSAccess
    /// The form in which results are written.
    public let format: CommandOutput.Format

    /// Writes a result to standard output in the form asked for.
    public func show(_ output: CommandOutput) throws {
        console.print(try output.text(as: format, on: console.output))
    }
}

/// Why a command could not do what it was asked. Ends the program with ``ExitStatus/failure``.
public struct CommandFailure: Error, Hashable, Sendable {
    /// What failed, naming the file, field or resource.
    public let message: String
    /// What can be done about it.
    public let hint: String?

    public init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }
}
