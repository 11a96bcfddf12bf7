import AWSClient
import Governance
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

    /// The time of day.
    public let now: @Sendable () -> EventTime

    /// The region that a client asks, as a part of keys.
    func region(of client: AWSClient) throws -> Region {
        let text = client.configuration.region
        guard !text.isEmpty else { throw CommandFailure("no region is set", hint: "give --region, or set AWS_REGION") }
        guard let region = Region(text) else {
            throw UsageError("the region is \"\(text)\", and not \(Region.expectation)")
        }
        return region
    }

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
