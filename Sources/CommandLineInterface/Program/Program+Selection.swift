import AWSClient

extension Program {
    /// A command and what it is given.
    struct Selection {
        let command: Command
        let arguments: ParsedArguments
    }

    /// A command line that cannot be understood, and the command it is about, where that is known.
    struct SelectionError: Error {
        let error: UsageError
        let command: Command?
    }

    /// Finds the command that a command line means: global options, the words that name it, then everything else.
    func select(_ arguments: [String], environment: AWSEnvironment) throws(SelectionError) -> Selection {
        let global = try parsing(nil) { () throws(UsageError) in
            try ArgumentParser(options: GlobalOptions.all).parse(arguments, stopsAtFirstArgument: true)
        }
        var parsed = ParsedArguments(values: global.values, environment: environment)
        if parsed.isSet(GlobalOptions.version) { return try built(in: "version", parsed) }
        guard let first = global.rest.first else {
            if parsed.isSet(GlobalOptions.help) { return try built(in: "help", parsed) }
            throw SelectionError(error: UsageError("a command is missing"), command: nil)
        }
        guard let command = command(atStartOf: global.rest) else {
            throw SelectionError(error: unknownCommand(first, global.rest), command: nil)
        }
        let own = try parsing(command) { () throws(UsageError) in
            try ArgumentParser(options: command.options + GlobalOptions.all)
                .parse(Array(global.rest.dropFirst(command.path.count)))
        }
        parsed.values.merge(own.values) { $0 + $1 }
        if parsed.isSet(GlobalOptions.help) { return try built(in: "help", parsed, about: command) }
        if parsed.isSet(GlobalOptions.version) { return try built(in: "version", parsed) }
        parsed.positionals = try parsing(command) { () throws(UsageError) in
            try positionals(of: command, own.rest)
        }
        return Selection(command: command, arguments: parsed)
    }

    /// The command with the longest name that the words begin with.
    func command(atStartOf words: [String]) -> Command? {
        commands.filter { words.starts(with: $0.path) }.max { $0.path.count < $1.path.count }
    }

    private func positionals(of command: Command, _ rest: [String]) throws(UsageError) -> [String: [String]] {
        let takesMany = command.positionals.last?.arity == .many
        guard takesMany || rest.count <= command.positionals.count else {
            let extra = rest[command.positionals.count]
            if let below = commands(below: command).map(\.path[command.path.count]).nonEmpty, rest.count == 1 {
                let near = Spelling.nearest(to: extra, among: below).map { "; is it \($0)?" } ?? ""
                throw UsageError("\(command.name) has no command \"\(extra)\"\(near)")
            }
            throw UsageError("\"\(extra)\" is one argument too many")
        }
        for positional in command.positionals.dropFirst(rest.count) where positional.arity == .one {
            throw UsageError("<\(positional.name)> is missing")
        }
        var values: [String: [String]] = [:]
        for (index, positional) in command.positionals.enumerated() where index < rest.count {
            values[positional.name] = positional.arity == .many ? Array(rest[index...]) : [rest[index]]
        }
        return values
    }

    /// The commands whose names begin with that of another.
    func commands(below command: Command) -> [Command] {
        commands.filter { $0.path.count > command.path.count && $0.path.starts(with: command.path) }
    }

    private func unknownCommand(_ word: String, _ words: [String]) -> UsageError {
        let below = commands.filter { $0.path.count > 1 && $0.path[0] == word }.map { $0.path[1] }
        if !below.isEmpty {
            return UsageError("\(word) wants one of its commands: \(below.joined(separator: ", "))")
        }
        let near = Spelling.nearest(to: word, among: commands.map { $0.path[0] })
        return UsageError("there is no command \"\(word)\"" + (near.map { "; is it \($0)?" } ?? ""))
    }

    /// One of the commands that every program has, instead of the one that was named.
    private func built(
        in name: String,
        _ arguments: ParsedArguments,
        about command: Command? = nil
    ) throws(SelectionError) -> Selection {
        guard let selected = self.command(atStartOf: [name]) else {
            throw SelectionError(error: UsageError("there is no command \"\(name)\""), command: nil)
        }
        var arguments = arguments
        if let command { arguments.positionals = [Command.helpTopic.name: command.path] }
        return Selection(command: selected, arguments: arguments)
    }

    private func parsing<Value>(
        _ command: Command?,
        _ body: () throws(UsageError) -> Value
    ) throws(SelectionError) -> Value {
        do throws(UsageError) {
            return try body()
        } catch {
            throw SelectionError(error: error, command: command)
        }
    }
}

extension Array {
    /// The array, unless it is empty.
    fileprivate var nonEmpty: Self? { isEmpty ? nil : self }
}
