import AWSClient
import LambdaRuntime

/// What is listed though it is recorded as released for ever.
extension Sweep {
    /// Asks directly for what was listed and has a record by which it is gone, and revives what is there. Whatever was told
    /// of a time after the list may be from stands.
    ///
    /// - Returns: of how many it could not be found out.
    func revive(_ listed: [ResourceObservation], _ checkpoint: inout SweepCheckpoint) async throws -> Int {
        guard !listed.isEmpty else { return 0 }
        let records = try await store.mappings(listed.map(\.key))
        let doubtful = listed.filter { observation in
            records[observation.key]?.released?.isLongBefore(observation.mark.time) ?? false
        }
        guard !doubtful.isEmpty, let presence = try await answers(about: doubtful.map(\.resource)) else {
            return doubtful.count
        }
        let references = presence.values.flatMap(\.references)
        let resolved = try await images.images(of: Set(references))
        let confirmed = doubtful.filter { observation in
            presence[observation.resource]?.references.contains { resolved.images[$0] == observation.image } ?? false
        }
        let states = try await ledger.settle(confirmed.map { .observed($0.confirmed) })
        let revived = confirmed.filter { states[$0.key] == .active }.map(\.resource.id)
        if !revived.isEmpty {
            checkpoint.revived += revived.count
            logger.warn(
                "resources that were recorded as gone are there, and are recorded as in use again",
                ["count": revived.count, "first": revived.prefix(10).joined(separator: ", ")]
            )
        }
        return doubtful.count { presence[$0.resource] == nil }
    }

    /// Nil where there is none: what is listed is worth more than that it is known why it was recorded as gone.
    private func answers(about resources: [Resource]) async throws -> [Resource: Presence]? {
        do {
            return try await inventory.presence(of: resources)
        } catch let error as AWSError where ![.throttling, .deadline, .cancelled].contains(error.kind) {
            logger.warn("resources that were recorded as gone are listed, and cannot be asked for", error: error)
            return nil
        }
    }
}

extension Presence {
    /// The images that it names; none where it is gone.
    var references: [ImageReference] { if case .uses(let references) = self { references } else { [] } }
}
