extension CompletionScript {
    /// For bash 4 and newer; needs nothing of the bash-completion package.
    var bash: String {
        let function = "_\(program.name)"
        var lines = [
            "# bash completion for \(program.name)",
            "\(function)() {",
            "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} place='' word index skip=''",
            "    COMPREPLY=()",
            "    local prefix=''",
            "    # Of --option=value bash makes three words, unless COMP_WORDBREAKS lacks the equals sign.",
            "    if [ \"$previous\" = '=' ]; then previous=${COMP_WORDS[COMP_CWORD-2]}",
            "    elif [ \"$current\" = '=' ]; then current=''",
            "    elif [[ $current == --*=* ]]; then",
            "        previous=${current%%=*} prefix=${current%%=*}= current=${current#*=}",
            "    fi",
            "    for ((index = 1; index < COMP_CWORD; index++)); do",
            "        word=${COMP_WORDS[index]}",
            "        if [ -n \"$skip\" ]; then [ \"$word\" = '=' ] || skip=''; continue; fi",
            "        case \"$word\" in",
            "            \(withValue(everyOption).joined(separator: "|"))) skip=1 ;;",
            "            -*) ;;",
            "            *)",
            "                case \"$place $word\" in",
        ]
        for place in places where !place.isEmpty {
            lines.append(
                "                    \(Self.quoted(" " + place.joined(separator: " ")))) place=\"$place $word\" ;;"
            )
        }
        lines += ["                esac ;;", "        esac", "    done", "    case \"$place\" in"]
        for place in places {
            let name = place.isEmpty ? "''" : Self.quoted(" " + place.joined(separator: " "))
            lines += ["        \(name))", "            case \"$previous\" in"]
            let options = options(at: place)
            for option in options where option.takesValue {
                lines.append(
                    "                \(spellings(option).joined(separator: "|"))) \(reply(option.completion)); return ;;"
                )
            }
            lines.append("            esac")
            let names = options.flatMap(spellings).joined(separator: " ")
            lines.append("            if [[ $current == -* ]]; then \(compgen(names)); return; fi")
            let words = words(after: place).map(\.word)
            let positional = command(at: place)?.positionals.first?.completion ?? .nothing
            if !words.isEmpty { lines.append("            \(compgen(words.joined(separator: " ")))") }
            if positional != .nothing { lines.append("            \(reply(positional))") }
            lines.append("            ;;")
        }
        lines += ["    esac", "}", "complete -F \(function) \(program.name)"]
        return lines.map { "\($0)\n" }.joined()
    }

    private var everyOption: [CommandOption] { program.commands.flatMap(\.options) + GlobalOptions.all }

    private func spellings(_ option: CommandOption) -> [String] {
        (option.letter.map { ["-\($0)"] } ?? []) + ["--\(option.name)"]
    }

    private func withValue(_ options: [CommandOption]) -> [String] {
        Set(options.filter(\.takesValue).flatMap(spellings)).sorted()
    }

    private func compgen(_ words: String) -> String {
        "mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen -P \"$prefix\" -W \(Self.quoted(words)) -- \"$current\")"
    }

    private func reply(_ completion: CommandOption.Completion) -> String {
        switch completion {
        case .nothing: ":"
        case .files: "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -P \"$prefix\" -f -- \"$current\")"
        case .words(let words): compgen(words.joined(separator: " "))
        }
    }
}
