extension CompletionScript {
    /// For fish 3 and newer.
    var fish: String {
        let at = "__\(program.name)_at"
        let values = Set(
            (program.commands.flatMap(\.options) + GlobalOptions.all).filter(\.takesValue).flatMap { option in
                ["--\(option.name)"] + (option.letter.map { ["-\($0)"] } ?? [])
            }
        ).sorted()
        var lines = [
            "# fish completion for \(program.name)",
            "# Whether the words before the cursor name this command, and no longer one.",
            "function \(at)",
            "    set -l place",
            "    set -l skip 0",
            "    for word in (commandline -opc)[2..-1]",
            "        if test $skip = 1",
            "            set skip 0",
            "        else if contains -- $word \(values.joined(separator: " "))",
            "            set skip 1",
            "        else if not string match -q -- '-*' $word",
            "            if contains -- (string join ' ' $place $word) \(placeNames)",
            "                set -a place $word",
            "            end",
            "        end",
            "    end",
            "    test \"$place\" = \"$argv\"",
            "end",
            "complete -c \(program.name) -f",
        ]
        for place in places {
            let condition = "-n \(Self.fishQuoted("\(at) \(place.joined(separator: " "))"))"
            for (word, summary) in words(after: place) {
                lines.append("complete -c \(program.name) \(condition) -a \(word) -d \(Self.fishQuoted(summary))")
            }
            if let positional = command(at: place)?.positionals.first?.completion, positional != .nothing {
                lines.append("complete -c \(program.name) \(condition)\(Self.fishValue(positional))")
            }
            for option in command(at: place)?.options ?? [] {
                lines.append("complete -c \(program.name) \(condition) \(Self.fishOption(option))")
            }
        }
        for option in GlobalOptions.all { lines.append("complete -c \(program.name) \(Self.fishOption(option))") }
        return lines.map { "\($0)\n" }.joined()
    }

    private var placeNames: String {
        places.filter { !$0.isEmpty }.map { Self.fishQuoted($0.joined(separator: " ")) }.joined(separator: " ")
    }

    private static func fishOption(_ option: CommandOption) -> String {
        let letter = option.letter.map { "-s \($0) " } ?? ""
        // -x: a value, and no file.
        let required = option.completion == .files ? " -r" : " -x"
        let value = option.takesValue ? required + fishValue(option.completion) : ""
        return "\(letter)-l \(option.name)\(value) -d \(fishQuoted(option.help))"
    }

    private static func fishValue(_ completion: CommandOption.Completion) -> String {
        switch completion {
        case .nothing: ""
        case .files: " -F"
        case .words(let words): " -a \(fishQuoted(words.joined(separator: " ")))"
        }
    }

    /// The text between single quotes of fish.
    private static func fishQuoted(_ text: String) -> String {
        "'\(text.flatMap { $0 == "'" || $0 == "\\" ? ["\\", $0] : [$0] }.map(String.init).joined())'"
    }
}
