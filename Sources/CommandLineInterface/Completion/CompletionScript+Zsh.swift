extension CompletionScript {
    /// For zsh 5 and newer.
    var zsh: String {
        let function = "_\(program.name)"
        let values = Set(
            (program.commands.flatMap(\.options) + GlobalOptions.all).filter(\.takesValue).flatMap { option in
                ["--\(option.name)"] + (option.letter.map { ["-\($0)"] } ?? [])
            }
        ).sorted()
        var lines = [
            "#compdef \(program.name)",
            "# zsh completion for \(program.name)",
            "\(function)() {",
            "    local place='' word skip=''",
            "    local -i index depth=0",
            "    for ((index = 2; index < CURRENT; index++)); do",
            "        word=${words[index]}",
            "        if [[ -n $skip ]]; then skip=''; continue; fi",
            "        case $word in",
            "            (\(values.joined(separator: "|"))) skip=1 ;;",
            "            (-*) ;;",
            "            (*)",
            "                case \"$place $word\" in",
        ]
        for place in places where !place.isEmpty {
            lines.append(
                "                    (\(Self.quoted(" " + place.joined(separator: " ")))) place=\"$place $word\"; depth=$index ;;"
            )
        }
        lines += [
            "                esac ;;",
            "        esac",
            "    done",
            "    # What follows the command's name is completed as arguments of it.",
            "    if ((depth > 0)); then",
            "        words=(\"${words[depth]}\" \"${(@)words[depth+1,-1]}\")",
            "        ((CURRENT -= depth - 1))",
            "    fi",
            "    case $place in",
        ]
        for place in places {
            let name = place.isEmpty ? "''" : Self.quoted(" " + place.joined(separator: " "))
            lines.append("        (\(name))")
            lines.append("            _arguments -s \\")
            for option in options(at: place) {
                for spec in zshOption(option) { lines.append("                \(spec) \\") }
            }
            lines.append("                \(zshArguments(at: place))")
            lines.append("            ;;")
        }
        // Autoloaded from fpath, the file is the function's body; sourced, it registers the function.
        lines += [
            "    esac",
            "}",
            "if [[ $funcstack[1] == \(function) ]]; then \(function) \"$@\"; else compdef \(function) \(program.name); fi",
        ]
        return lines.map { "\($0)\n" }.joined()
    }

    /// What the shell takes for more than itself when it reads a list of words and their explanations.
    private static let special = " ()[]{}<>;&|$`\"'*?#~!^="

    private func zshArguments(at place: [String]) -> String {
        let words = words(after: place)
        if !words.isEmpty {
            let choices = words.map { "\($0.word)\\:\(Self.zshEscaped($0.summary, also: Self.special))" }.joined(
                separator: " "
            )
            return Self.quoted("1:command:((\(choices)))")
        }
        guard let positional = command(at: place)?.positionals.first else { return "'*::'" }
        let number = positional.arity == .many ? "*" : "1"
        return Self.quoted("\(number):\(Self.zshEscaped(positional.name)):\(Self.zshAction(positional.completion))")
    }

    private func zshOption(_ option: CommandOption) -> [String] {
        let help = "[\(Self.zshEscaped(option.help))]"
        let value = option.placeholder.map { ":\(Self.zshEscaped($0)):\(Self.zshAction(option.completion))" } ?? ""
        let repeats = option.isRepeatable ? "*" : ""
        var specs = [Self.quoted("\(repeats)--\(option.name)\(option.takesValue ? "=" : "")\(help)\(value)")]
        if let letter = option.letter { specs.append(Self.quoted("\(repeats)-\(letter)\(help)\(value)")) }
        return specs
    }

    private static func zshAction(_ completion: CommandOption.Completion) -> String {
        switch completion {
        case .nothing: " "
        case .files: "_files"
        case .words(let words): "(\(words.joined(separator: " ")))"
        }
    }

    /// With a backslash before what means something in a specification of `_arguments`.
    private static func zshEscaped(_ text: String, also others: String = "") -> String {
        text.flatMap { "[]:\\\(others)".contains($0) ? ["\\", $0] : [$0] }.map(String.init).joined()
    }
}
