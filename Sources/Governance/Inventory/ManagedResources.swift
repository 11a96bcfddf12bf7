import AWSClient
import Synchronization

/// Whether EC2 is asked for resources that services manage and the account hides. Where EC2 does not know the parameter
/// (partitions get new ones late), there is nothing hidden either, and it is not sent again.
final class ManagedResources: Sendable {
    private let isKnown = Atomic(true)

    /// Makes a call that includes managed resources, as the flag says, or does not.
    func included<Output>(_ call: (Bool) async throws(AWSError) -> Output) async throws(AWSError) -> Output {
        let isIncluded = isKnown.load(ordering: .relaxed)
        do throws(AWSError) {
            return try await call(isIncluded)
        } catch {
            guard isIncluded, error.code == "UnknownParameter" else { throw error }
            isKnown.store(false, ordering: .relaxed)
            return try await call(false)
        }
    }
}
