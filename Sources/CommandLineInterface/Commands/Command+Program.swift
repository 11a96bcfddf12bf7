extension Command {
    static let helpTopic = Positional("command", "the command to explain", arity: .many)

    /// `help`, `completion` and `version`.
    static func ofEveryProgram(named name: String) -> [Command] {
        let shell = Positional(
            "shell",
            "bash, zsh or fish",
            completion: .words(CompletionScript.Shell.allCases.map(\.rawValue))
        )
        return [
            Command(
                "completion",
                summary: "print a script that completes commands and options in a shell",
                details: [
                    "For bash: source <(\(name) completion bash). For zsh, in a directory of fpath:"
                        + " \(name) completion zsh >_\(name). For fish:"
                        + " \(name) completion fish >~/.config/fish/completions/\(name).fish"
                ],
                positionals: [shell],
                run: { context in
                    let shellName = try context.arguments.required(shell)
                    guard let kind = CompletionScript.Shell(rawValue: shellName) else {
                        throw UsageError("<shell> is \"\(shellName)\", and not bash, zsh or fish")
                    }
                    context.console.print(CompletionScript(program: context.program).text(for: kind))
                    return .success
                }
            ),
            Command(
                "help",
                summary: "explain a command, or list all of them",
                positionals: [helpTopic],
                run: { context in
                    let program = context.program
                    let words = context.arguments.all(helpTopic)
                    let help = HelpText(program: program, width: min(context.console.output.width ?? 100, 100))
                    if words.isEmpty {
                        context.console.print(help.overview())
                    } else if let command = program.command(atStartOf: words), command.path.count == words.count {
                        context.console.print(help.text(of: command))
                    } else {
                        throw UsageError("there is no command \"\(words.joined(separator: " "))\"")
                    }
                    return .success
                }
            ),
            Command(
                "version",
                summary: "print the version",
                run: { context in
                    try context.show(
                        CommandOutput(
                            document: ["name": .string(name), "version": .string(context.program.version)],
                            [.text("\(name) \(context.program.version)")]
                        )
                    )
                    return .success
                }
            ),
        ]
    }
}
