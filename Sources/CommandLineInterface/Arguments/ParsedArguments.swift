import AWSClient

/// What a command line says, looked up by the options and positionals that the command declares.
public struct ParsedArguments: Sendable {
    /// By the option's name, in the order given; a flag has an empty text for each time it was given.
    var values: [String: [String]] = [:]
    /// By the positional's name.
    var positionals: [String: [String]] = [:]
    var environment: AWSEnvironment = [:]

    /// The value of an option: the last one given, else its environment variable's.
    public subscript(option: CommandOption) -> String? {
        values[option.name]?.last ?? option.variable.flatMap { environment[$0] }
    }

    /// Every value of an option, in the order given; its environment variable's where none is given.
    public func all(_ option: CommandOption) -> [String] {
        values[option.name] ?? option.variable.flatMap { environment[$0] }.map { [$0] } ?? []
    }

    /// Whether a flag is given.
    public func isSet(_ flag: CommandOption) -> Bool { values[flag.name] != nil }

    /// The argument in a positional's place; nil only where there need not be one.
    public subscript(positional: Positional) -> String? { positionals[positional.name]?.first }

    /// The arguments from a positional's place on.
    public func all(_ positional: Positional) -> [String] { positionals[positional.name] ?? [] }

    /// The option's value, which the command cannot do without.
    ///
    /// - Throws: ``UsageError``, naming the option.
    public func required(_ option: CommandOption) throws(UsageError) -> String {
        guard let value = self[option] else { throw UsageError("--\(option.name) is needed") }
        return value
    }

    /// The argument in the place of a positional that is not optional.
    ///
    /// - Throws: ``UsageError``, naming the positional.
    public func required(_ positional: Positional) throws(UsageError) -> String {
        guard let value = self[positional] else { throw UsageError("<\(positional.name)> is missing") }
        return value
    }
}

/// A command line that cannot be understood. Ends the program with ``ExitStatus/usage``.
public struct UsageError: Error, Hashable, Sendable {
    /// What is wrong, naming the argument.
    public let message: String

    public init(_ message: String) { self.message = message }
}
