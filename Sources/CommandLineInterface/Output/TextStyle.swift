/// How a piece of text looks on a terminal with colours: the terminal's own, so that they suit light and dark.
public enum TextStyle: Sendable, Hashable {
    case plain
    case strong
    /// Of less interest than what stands around it.
    case faint
    case good
    case warning
    case bad

    private var codes: String {
        switch self {
        case .plain: ""
        case .strong: "1"
        case .faint: "2"
        case .good: "32"
        case .warning: "33"
        case .bad: "31"
        }
    }

    /// The text with the control sequences of this style around it (ECMA-48, SGR).
    func apply(to text: String, hasColor: Bool) -> String {
        hasColor && self != .plain && !text.isEmpty ? "\u{1b}[\(codes)m\(text)\u{1b}[0m" : text
    }
}
