import Glibc
import Synchronization

/// The end of the process upon SIGTERM, which Lambda sends before it takes an execution environment down: at once, with
/// exit status 0. Records are written when they are logged, so nothing is left to flush but a record that is just being
/// written; that one is finished first.
enum Termination {
    static let gate = TerminationGate()

    /// Makes SIGTERM end the process, and a closed log an error of `write(2)` instead of a signal.
    static func install() {
        signal(SIGPIPE, SIG_IGN)
        gate.prepare()
        signal(SIGTERM) { _ in
            // Atomic operations and _exit are safe in a signal handler.
            if Termination.gate.requestExit() { _exit(0) }
        }
    }
}

/// Decides between a record that is being written and a request to end the process: exactly one of them goes first.
final class TerminationGate: Sendable {
    private enum State {
        static let idle = 0
        static let writing = 1
        static let writingLastRecord = 2
        static let ended = 3
    }

    private let state = Atomic(State.idle)

    /// Makes sure that the gate exists before a signal handler asks for it.
    func prepare() {}

    /// Returns true when the process is to end now; otherwise the record being written ends it.
    func requestExit() -> Bool {
        let (isEnded, _) = change(State.idle, to: State.ended)
        if isEnded { return true }
        let (exchanged, original) = change(State.writing, to: State.writingLastRecord)
        // The record ended between the two looks.
        if !exchanged, original == State.idle { return requestExit() }
        return original == State.ended
    }

    /// Before a record is written, of which there is one at a time. Does not return once the process is ending.
    func beginRecord() {
        let (isFree, _) = change(State.idle, to: State.writing)
        while !isFree { pause() }
    }

    /// After it.
    func endRecord() {
        if !finishRecord() { _exit(0) }
    }

    /// Returns false when the process is to end.
    func finishRecord() -> Bool {
        change(State.writing, to: State.idle).exchanged
    }

    private func change(_ expected: Int, to desired: Int) -> (exchanged: Bool, original: Int) {
        state.compareExchange(expected: expected, desired: desired, ordering: .acquiringAndReleasing)
    }
}
