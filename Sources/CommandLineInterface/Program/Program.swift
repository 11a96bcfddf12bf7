import AWSClient
import Glibc
import Governance
import Transport

/// A program of commands: finds the one that is meant, runs it, and says what went wrong.
public struct Program: Sendable {
    public let name: String
    public let version: String
    /// What it is there for, in one line.
    public let summary: String
    public let commands: [Command]

    /// - Parameter commands: Besides `help`, `completion` and `version`, which every program has.
    public init(name: String, version: String, summary: String, commands: [Command]) {
        self.name = name
        self.version = version
        self.summary = summary
        self.commands = commands + Command.ofEveryProgram(named: name)
    }

    /// Runs what the process's command line says, and returns its exit status. Call it on the main thread.
    public func run() -> Int32 {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let environment = AWSEnvironment.process
        let interruption = Interruption.install()
        let status = try? EventLoop.shared.run {
            await interruption.cancelling {
                await self.run(arguments, environment: environment, http: HTTPClient()) { color in
                    Console.standard(
                        output: Terminal(descriptor: STDOUT_FILENO, environment: environment, color: color),
                        error: Terminal(descriptor: STDERR_FILENO, environment: environment, color: color)
                    )
                }
            }
        }
        return (status ?? .failure).code
    }

    /// Runs what a command line, without the program's name, says.
    ///
    /// - Parameter console: Where to write, given what `--color` says.
    public func run(
        _ arguments: [String],
        environment: AWSEnvironment,
        http: HTTPClient,
        console makeConsole: (Terminal.ColorChoice) -> Console
    ) async -> ExitStatus {
        let selection: Selection
        do throws(SelectionError) {
            selection = try select(arguments, environment: environment)
        } catch {
            let console = makeConsole(.auto)
            report(error.error.message, hint: hint(for: error.command), on: console)
            return .usage
        }
        let parsed = selection.arguments
        let console = makeConsole(parsed[GlobalOptions.color].flatMap(Terminal.ColorChoice.init) ?? .auto)
        let context = CommandContext(
            program: self,
            arguments: parsed,
            environment: environment,
            console: console,
            aws: AWSAccess(arguments: parsed, environment: environment, http: http),
            format: format(parsed, environment),
            now: { EventTime(.now()) }
        )
        do {
            let status = try await selection.command.run(context)
            console.endProgress()
            return status
        } catch {
            console.endProgress()
            return report(error, of: selection.command, on: console)
        }
    }

    private func format(_ arguments: ParsedArguments, _ environment: AWSEnvironment) -> CommandOutput.Format {
        let text = arguments[GlobalOptions.output] ?? environment["AWS_DEFAULT_OUTPUT"]
        return text.flatMap(CommandOutput.Format.init) ?? .table
    }

    // MARK: What went wrong

    private func report(_ error: any Error, of command: Command, on console: Console) -> ExitStatus {
        switch error {
        case let error as UsageError:
            report(error.message, hint: hint(for: command), on: console)
            return .usage
        case let error as CommandFailure:
            report(error.message, hint: error.hint, on: console)
            return .failure
        case let error as AWSError where error.kind == .cancelled:
            return .signal(Interruption.received ?? SIGINT)
        case is CancellationError:
            return .signal(Interruption.received ?? SIGINT)
        case let error as AWSError:
            report(error.description, hint: error.hint, on: console)
            return .failure
        default:
            report("\(error)", hint: nil, on: console)
            return .failure
        }
    }

    private func report(_ message: String, hint: String?, on console: Console) {
        let label = TextStyle.bad.apply(to: "\(name): error:", hasColor: console.error.hasColor)
        console.diagnose(label, message)
        if let hint { console.note("  \(hint)", .faint) }
    }

    private func hint(for command: Command?) -> String {
        command.map { "see: \(name) help \($0.name)" } ?? "see: \(name) help"
    }
}
