import AWSClient
import AWSServices
import LambdaRuntime

/// Brings what is managed back to what its templates say, with the parameters and organizational units of this moment.
struct DriftReconciler: Sendable {
    let manager: DistributionManager
    let effects: AWSEffects

    private var store: RecordStore { manager.store }

    private static let lockPause = Duration.milliseconds(500)

    /// Some configurations could not be reconciled; the others were.
    struct ReconciliationError: LambdaError {
        let failures: [(configuration: String, error: any Error)]

        var errorMessage: String {
            failures.map { "\($0.configuration): \($0.error)" }.joined(separator: "; ")
        }

        var underlyingErrors: [any Error] { failures.map(\.error) }
    }

    /// Which configurations an event concerns.
    enum Scope: Sendable {
        case everything
        case parameter(name: String, arn: String?)

        func includes(_ properties: [String: JSONValue]) -> Bool {
            guard case .parameter(let name, let arn) = self else { return true }
            // Properties that are not valid any more concern everything: reconciling them says why.
            guard let template = try? DistributionProperties(properties) else { return true }
            let path = name.hasPrefix("/") ? name : "/" + name
            return template.parameters.contains {
                $0 == name || $0 == arn || ($0.hasPrefix("arn:") && $0.hasSuffix(":parameter" + path))
            }
        }
    }

    /// Reconciles one configuration after another; each on its own, whatever becomes of the others.
    ///
    /// - Returns: for each configuration what was changed.
    /// - Throws: ``ReconciliationError``, when every one has been tried.
    func reconcile(
        _ scope: Scope,
        token: String,
        lockedUntil: Timestamp,
        _ operation: DistributionManager.Operation
    ) async throws -> [String: [String]] {
        var changes: [String: [String]] = [:]
        var failures: [(configuration: String, error: any Error)] = []
        for (arn, properties) in try await store.summaries() where scope.includes(properties) {
            do {
                let lock = ConfigurationLock(id: arn.text, holder: token, token: token)
                while try await store.take(lock, until: lockedUntil) != nil { try await effects.sleep(Self.lockPause) }
                let result: Swift.Result<[String], any Error>
                do { result = .success(try await reconcile(arn, operation)) } catch { result = .failure(error) }
                try await store.release(lock)
                changes[arn.text] = try result.get()
            } catch {
                operation.logger.error("not reconciled", error: error, ["configuration": arn.text])
                failures.append((arn.text, error))
            }
        }
        guard failures.isEmpty else { throw ReconciliationError(failures: failures) }
        return changes
    }

    private func reconcile(_ arn: ConfigurationARN, _ operation: DistributionManager.Operation) async throws -> [String]
    {
        guard let record = try await store.configuration(arn) else { return [] }
        guard record.state == .active else {
            // Nobody holds its lock: its Create has failed and is over.
            try await manager.release(record, operation)
            operation.logger.info("took back what a failed Create had begun", ["configuration": arn.text])
            return []
        }
        let changes = try await manager.apply(
            record.properties,
            owner: record.owner,
            verification: .beforeChange,
            operation
        ).changes
        if !changes.isEmpty {
            operation.logger.info("reconciled", ["configuration": arn.text, "changes": changes])
        }
        return changes
    }
}
