/// How a command ended, told to whoever called it.
public struct ExitStatus: Hashable, Sendable {
    /// The status of the process.
    public let code: Int32

    public init(code: Int32) { self.code = code }

    /// It did what it was asked, or: yes.
    public static let success = ExitStatus(code: 0)
    public static let failure = ExitStatus(code: 1)
    /// The command line is wrong; nothing was done.
    public static let usage = ExitStatus(code: 2)
    /// The image is in use.
    public static let inUse = ExitStatus(code: 3)
    /// Two things that should be the same are not.
    public static let differs = ExitStatus(code: 5)
    /// Not known well enough to say yes.
    public static let unknown = ExitStatus(code: 4)

    /// Ended by a signal, as shells count it: 130 for SIGINT.
    public static func signal(_ number: Int32) -> ExitStatus { ExitStatus(code: 128 + number) }
}
