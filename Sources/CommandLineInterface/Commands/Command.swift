/// One command of a program, as a person types it: everything that parsing, help and completion need to know of it.
public struct Command: Sendable {
    /// The words that name it, for example `share`, `plan`.
    public let path: [String]
    /// One line, without a full stop, for lists of commands.
    public let summary: String
    /// Paragraphs for its own help.
    public let details: [String]
    public let positionals: [Positional]
    public let options: [CommandOption]
    public let examples: [Example]
    /// Does what it is there for.
    public let run: @Sendable (CommandContext) async throws -> ExitStatus

    /// - Parameter name: The words that name it, with a space between them.
    public init(
        _ name: String,
        summary: String,
        details: [String] = [],
        positionals: [Positional] = [],
        options: [CommandOption] = [],
        examples: [Example] = [],
        run: @escaping @Sendable (CommandContext) async throws -> ExitStatus
    ) {
        path = name.split(separator: " ").map(String.init)
        self.summary = summary
        self.details = details
        self.positionals = positionals
        self.options = options
        self.examples = examples
        self.run = run
    }

    public var name: String { path.joined(separator: " ") }

    /// A command line and what it is good for.
    public struct Example: Sendable {
        /// Without the program's name.
        public let line: String
        public let purpose: String

        public init(_ line: String, _ purpose: String) {
            self.line = line
            self.purpose = purpose
        }
    }
}

/// An argument that is told by its place.
public struct Positional: Sendable {
    public enum Arity: Sendable {
        case one
        case optional
        /// Any number of them, none too; only the last positional of a command.
        case many
    }

    /// As shown in help, for example `image`.
    public let name: String
    public let help: String
    public let arity: Arity
    /// What a shell offers when it completes the argument.
    public let completion: CommandOption.Completion

    public init(
        _ name: String,
        _ help: String,
        arity: Arity = .one,
        completion: CommandOption.Completion = .nothing
    ) {
        self.name = name
        self.help = help
        self.arity = arity
        self.completion = completion
    }
}
