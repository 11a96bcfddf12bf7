/// A script with which a shell completes the commands, options and values of a program.
struct CompletionScript {
    enum Shell: String, CaseIterable {
        case bash
        case zsh
        case fish
    }

    let program: Program

    func text(for shell: Shell) -> String {
        switch shell {
        case .bash: bash
        case .zsh: zsh
        case .fish: fish
        }
    }

    /// The command that takes the names of others.
    private static let help = "help"

    /// Every name that begins a command, and every beginning of one: the empty one, `share`, `share plan`; and these after
    /// `help`, which explains them.
    var places: [[String]] {
        let places = commandPlaces
        guard places.contains([Self.help]) else { return places }
        return places + places.filter { !$0.isEmpty }.map { [Self.help] + $0 }
    }

    private var commandPlaces: [[String]] {
        var places: [[String]] = [[]]
        for command in program.commands {
            for length in 1...command.path.count {
                let place = Array(command.path.prefix(length))
                if !places.contains(place) { places.append(place) }
            }
        }
        return places
    }

    /// The words that may come next in a command's name, with what they stand for.
    func words(after place: [String]) -> [(word: String, summary: String)] {
        // What follows help is the name of a command, from its beginning.
        let place = place.first == Self.help ? Array(place.dropFirst()) : place
        var words: [(word: String, summary: String)] = []
        for command in program.commands where command.path.count > place.count && command.path.starts(with: place) {
            let word = command.path[place.count]
            guard !words.contains(where: { $0.word == word }) else { continue }
            let whole = program.commands.first { $0.path == place + [word] }
            words.append((word, (whole ?? command).summary))
        }
        return words
    }

    func command(at place: [String]) -> Command? { program.commands.first { $0.path == place } }

    func options(at place: [String]) -> [CommandOption] { (command(at: place)?.options ?? []) + GlobalOptions.all }

    /// The text between single quotes of a POSIX shell.
    static func quoted(_ text: String) -> String {
        "'\(text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
    }
}
