import Synchronization

@testable import Governance

/// The alerts that one account is sent of one image, each at once.
final class AlertsInMemory: Sendable {
    private struct State {
        var records: [String: AlertRecord] = [:]
        var count = 0
    }

    private let state = Mutex(State())

    /// How many were sent.
    var count: Int { state.withLock(\.count) }

    func tell(_ loss: ImageLoss) {
        state.withLock { state in
            let time = loss.occurrence.time
            let decision = AlertRecord.claim(
                state.records[loss.identity],
                loss: EventMark(loss.occurrence),
                by: .init(invocation: "one", until: time),
                now: time
            )
            guard case .claim(var record) = decision else { return }
            record.isComplete = true
            state.records[loss.identity] = record
            state.count += 1
        }
    }
}
