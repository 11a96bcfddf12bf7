/// An option, `--name` and perhaps a letter.
public struct CommandOption: Sendable, Hashable {
    public enum Value: Sendable, Hashable {
        /// Given or not.
        case flag
        /// Takes one value, shown in help as this placeholder; the last one counts.
        case single(String)
        /// Takes a value each time it is given.
        case many(String)
        /// Takes one of these.
        case choice([String])
    }

    /// What a shell offers when it completes a value.
    public enum Completion: Sendable, Hashable {
        case nothing
        case files
        case words([String])
    }

    /// Without the hyphens.
    public let name: String
    public let letter: Character?
    public let value: Value
    /// The environment variable that gives the value where the option is not given.
    public let variable: String?
    /// One line, without a full stop.
    public let help: String
    public let completion: Completion

    public init(
        _ name: String,
        letter: Character? = nil,
        _ value: Value,
        variable: String? = nil,
        completion: Completion = .nothing,
        _ help: String
    ) {
        self.name = name
        self.letter = letter
        self.value = value
        self.variable = variable
        self.help = help
        if case .choice(let words) = value { self.completion = .words(words) } else { self.completion = completion }
    }

    var isRepeatable: Bool { if case .many = value { true } else { false } }

    public var takesValue: Bool { value != .flag }

    /// The placeholder of the value in help; nil for a flag.
    public var placeholder: String? {
        switch value {
        case .flag: nil
        case .single(let placeholder), .many(let placeholder): placeholder
        case .choice(let words): words.joined(separator: "|")
        }
    }
}
