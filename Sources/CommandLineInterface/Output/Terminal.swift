import AWSClient
import Glibc

/// What is known of the place that a stream is written to.
public struct Terminal: Sendable, Hashable {
    /// Whether it is a terminal; else a file, a pipe or another program.
    public var isTerminal: Bool
    /// In columns; nil where lines may be of any length.
    public var width: Int?
    public var hasColor: Bool

    public init(isTerminal: Bool = false, width: Int? = nil, hasColor: Bool = false) {
        self.isTerminal = isTerminal
        self.width = width
        self.hasColor = hasColor
    }

    /// When a stream gets colours.
    public enum ColorChoice: String, Sendable, CaseIterable {
        /// On a terminal, unless `NO_COLOR` is set (<https://no-color.org>) or `TERM` is `dumb`.
        case auto
        case always
        case never
    }

    /// The stream behind a file descriptor. `COLUMNS` wins over the terminal's own width.
    public init(descriptor: Int32, environment: AWSEnvironment, color: ColorChoice) {
        isTerminal = isatty(descriptor) == 1
        width = isTerminal ? environment["COLUMNS"].flatMap { Int($0) } ?? Self.columns(of: descriptor) : nil
        switch color {
        case .always: hasColor = true
        case .never: hasColor = false
        case .auto: hasColor = isTerminal && environment["NO_COLOR"] == nil && environment["TERM"] != "dumb"
        }
    }

    private static func columns(of descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
