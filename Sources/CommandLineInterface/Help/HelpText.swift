/// The help of a program and its commands, made of their table.
struct HelpText {
    let program: Program
    /// In columns.
    let width: Int

    /// What the program is there for, its commands and the options that all of them take.
    func overview() -> String {
        var lines = ["\(program.name) - \(program.summary)", "", "usage: \(program.name) [options] <command> …", ""]
        lines.append("commands:")
        lines += definitions(program.commands.map { ($0.name, $0.summary) })
        lines += ["", "options of every command:"]
        lines += definitions(GlobalOptions.all.map { (Self.spelling(of: $0), $0.help) })
        lines += ["", "\(program.name) help <command> explains one of them."]
        return lines.map { "\($0)\n" }.joined()
    }

    /// All there is to know of a command.
    func text(of command: Command) -> String {
        var lines = ["\(program.name) \(command.name) - \(command.summary)", ""]
        lines += ["usage: \(usage(of: command))"]
        for paragraph in command.details {
            lines.append("")
            lines += TerminalText.wrapped(paragraph, to: width)
        }
        let below = program.commands(below: command)
        if !below.isEmpty { lines += ["", "commands:"] + definitions(below.map { ($0.name, $0.summary) }) }
        if !command.positionals.isEmpty {
            lines += ["", "arguments:"] + definitions(command.positionals.map { ($0.name, $0.help) })
        }
        if !command.options.isEmpty {
            lines += ["", "options:"]
            lines += definitions(
                command.options.map { option in
                    (Self.spelling(of: option), option.help + (option.variable.map { " [\($0)]" } ?? ""))
                }
            )
        }
        if !command.examples.isEmpty {
            lines += ["", "examples:"]
            for example in command.examples {
                lines += ["    \(program.name) \(example.line)", "        \(example.purpose)"]
            }
        }
        lines += ["", "Options of every command, such as --output and --profile: \(program.name) help"]
        return lines.map { "\($0)\n" }.joined()
    }

    func usage(of command: Command) -> String {
        var words = [program.name, command.name]
        if !command.options.isEmpty { words.append("[options]") }
        words += command.positionals.map { positional in
            switch positional.arity {
            case .one: "<\(positional.name)>"
            case .optional: "[<\(positional.name)>]"
            case .many: "[<\(positional.name)>…]"
            }
        }
        return words.joined(separator: " ")
    }

    /// `-c, --config <file>`.
    static func spelling(of option: CommandOption) -> String {
        let letter = option.letter.map { "-\($0), " } ?? "    "
        let value: String =
            switch option.value {
            case .flag: ""
            case .single(let placeholder), .many(let placeholder): " <\(placeholder)>"
            case .choice(let words): " \(words.joined(separator: "|"))"
            }
        return "\(letter)--\(option.name)\(value)" + (option.isRepeatable ? "…" : "")
    }

    /// Terms at the left, explanations at the right, below the term where that is long.
    private func definitions(_ entries: [(term: String, text: String)]) -> [String] {
        let widest = entries.map { TerminalText.width($0.term) }.max() ?? 0
        let column = min(widest, 32)
        var lines: [String] = []
        for (term, text) in entries {
            var explanation = TerminalText.wrapped(text, to: max(30, width - column - 6))
            if TerminalText.width(term) > column {
                lines.append("    \(term)")
            } else {
                let first = explanation.isEmpty ? "" : explanation.removeFirst()
                lines.append("    \(term)\(String(repeating: " ", count: column - TerminalText.width(term)))  \(first)")
            }
            lines += explanation.map { String(repeating: " ", count: column + 6) + $0 }
        }
        return lines
    }
}
