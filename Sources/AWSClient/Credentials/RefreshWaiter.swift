import Synchronization

/// One caller that waits for credentials another caller is fetching.
final class RefreshWaiter: Sendable {
    enum Outcome: Sendable {
        case refreshed
        case failed(AWSError)
        /// The caller that was fetching gave up for reasons of its own; somebody else must fetch.
        case abandoned
        case cancelled
        case deadline
    }

    private enum State {
        case idle
        case waiting(CheckedContinuation<Outcome, Never>)
        case resumed(Outcome)
    }

    private let state = Mutex(State.idle)

    /// Ends the wait. Only the first outcome counts.
    func resume(_ outcome: Outcome) {
        let continuation = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
            switch state {
            case .resumed:
                return nil
            case .idle:
                state = .resumed(outcome)
                return nil
            case .waiting(let continuation):
                state = .resumed(outcome)
                return continuation
            }
        }
        continuation?.resume(returning: outcome)
    }

    /// Waits for the outcome, for the task's cancellation, or for `limit` as `sleep` measures it.
    func wait(
        limit: Duration?,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) async -> Outcome {
        await withTaskGroup(of: Void.self) { group in
            if let limit {
                group.addTask {
                    do {
                        try await sleep(limit)
                        self.resume(.deadline)
                    } catch {
                        // Cancelled: the wait has ended already.
                    }
                }
            }
            let outcome = await self.outcome()
            group.cancelAll()
            return outcome
        }
    }

    private func outcome() async -> Outcome {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumed = state.withLock { state -> Outcome? in
                    if case .resumed(let outcome) = state { return outcome }
                    state = .waiting(continuation)
                    return nil
                }
                if let resumed { continuation.resume(returning: resumed) }
            }
        } onCancel: {
            resume(.cancelled)
        }
    }
}
