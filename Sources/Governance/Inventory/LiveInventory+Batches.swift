import AWSClient
import AWSServices

extension LiveInventory {
    /// What a service knows of ids, of which one unknown makes it refuse a whole batch: a batch that is refused is asked
    /// for in halves, so that few unknown ones cost few requests more.
    ///
    /// - Parameter codes: Of errors that say that an id of the batch is not there.
    func known<Found: Sendable>(
        among ids: [String],
        batch size: Int,
        absent codes: Set<String>,
        _ describe: @Sendable ([String]) async throws(AWSError) -> [Found]
    ) async throws(AWSError) -> [Found] {
        var batches = ids.chunks(of: size)
        var found: [Found] = []
        while let batch = batches.popLast() {
            do throws(AWSError) {
                found += try await describe(batch)
            } catch {
                guard codes.contains(error.code) else { throw error }
                if batch.count > 1 { batches += batch.chunks(of: (batch.count + 1) / 2) }
            }
        }
        return found
    }

    /// What a call about one item gives; nil where it is refused. What a service refuses for one item it may give for the
    /// others.
    func unlessRefused<Value>(
        _ call: () async throws(AWSError) -> Value
    ) async throws(AWSError) -> Value? {
        do throws(AWSError) {
            return try await call()
        } catch {
            guard error.isRefusal else { throw error }
            return nil
        }
    }
}
