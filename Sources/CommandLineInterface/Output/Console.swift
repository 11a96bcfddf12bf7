import Glibc
import Synchronization

/// Where a command writes: results to standard output, everything else to standard error.
public final class Console: Sendable {
    public let output: Terminal
    public let error: Terminal
    /// Writes bytes to a file descriptor: 1 or 2.
    private let write: @Sendable (_ descriptor: Int32, _ text: String) -> Void
    private let progressLine = Mutex(ProgressLine())

    public init(
        output: Terminal = Terminal(),
        error: Terminal = Terminal(),
        write: @escaping @Sendable (_ descriptor: Int32, _ text: String) -> Void
    ) {
        self.output = output
        self.error = error
        self.write = write
    }

    /// The process's own streams.
    public static func standard(output: Terminal, error: Terminal) -> Console {
        Console(output: output, error: error, write: StandardStream.write)
    }

    /// Writes text as it is to standard output.
    public func print(_ text: String) {
        endProgress()
        write(STDOUT_FILENO, text)
    }

    /// Writes a line to standard error, the control characters of the text made visible.
    public func note(_ text: String, _ style: TextStyle = .plain) {
        endProgress()
        write(STDERR_FILENO, style.apply(to: TerminalText.visible(text), hasColor: error.hasColor) + "\n")
    }

    /// Writes a line to standard error: a label, which is written as it is, and what it is about.
    func diagnose(_ label: String, _ text: String) {
        endProgress()
        write(STDERR_FILENO, "\(label) \(TerminalText.visible(text))\n")
    }

    /// Says what is going on and how far it is, on one line that is written over and over; only on a terminal.
    ///
    /// - Parameter total: Where it is known.
    public func progress(_ activity: String, _ count: Int? = nil, of total: Int? = nil) {
        guard error.isTerminal else { return }
        var text = TerminalText.visible(activity)
        if let count { text += total.map { " \(count) of \($0)" } ?? " \(count)" }
        if let line = progressLine.withLock({ $0.next(text, width: error.width ?? 80) }) { write(STDERR_FILENO, line) }
    }

    /// Takes the progress line away.
    public func endProgress() {
        if let line = progressLine.withLock({ $0.end() }) { write(STDERR_FILENO, line) }
    }
}

/// A line at the bottom of a terminal that tells how far something is; drawn ten times a second at most.
private struct ProgressLine {
    private var isShown = false
    private var lastDrawn: ContinuousClock.Instant?

    mutating func next(_ text: String, width: Int) -> String? {
        let now = ContinuousClock.now
        if let lastDrawn, now - lastDrawn < .milliseconds(100) { return nil }
        lastDrawn = now
        isShown = true
        return "\r\u{1b}[K\(TerminalText.truncated(text, to: max(1, width - 1)))"
    }

    mutating func end() -> String? {
        guard isShown else { return nil }
        isShown = false
        lastDrawn = nil
        return "\r\u{1b}[K"
    }
}
