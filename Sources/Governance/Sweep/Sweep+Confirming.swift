import AWSClient
import LambdaRuntime

/// A resource and the image with which it is recorded.
private struct Use: Hashable {
    let resource: Resource
    let image: ImageID
}

/// The second look: what is recorded and has not been seen is asked for directly. The third: rows that nothing accounts
/// for.
extension Sweep {
    func confirmMappings(_ checkpoint: inout SweepCheckpoint) async throws -> Step {
        let page = try await store.mappings(after: checkpoint.token)
        var resources = 0
        var unseen: [Use] = []
        for record in page.elements {
            guard let resource = record.key.resource, let acquired = record.acquired, let latest = record.latest,
                record.state != .released
            else { continue }
            if latest.time < checkpoint.mark.time {
                unseen.append(Use(resource: resource, image: acquired.image))
            } else if record.state != .idle {
                resources += 1
            }
        }
        for batch in unseen.batches(of: Self.batchSize) {
            if budget.isSpent() { return .outOfTime }
            let states = try await confirm(batch, checkpoint.mark)
            for use in batch {
                switch states[use.resource.mappingKey(using: use.image)] {
                // What could not be asked for stays in use.
                case nil, .active, .intended: resources += 1
                case .idle, .released: checkpoint.released += 1
                }
            }
        }
        // Not before the page is done: those that are seen by now are counted when it is read again.
        checkpoint.resources += resources
        checkpoint.advance(to: page.nextToken)
        return .done
    }

    func reconcileRows(_ checkpoint: inout SweepCheckpoint) async throws -> Step {
        let page: SweepPage<UsageRow.Key>
        do {
            page = try await store.rows(
                of: ledger.account,
                in: ledger.region,
                lastSeenBefore: checkpoint.mark.time,
                after: checkpoint.token
            )
        } catch let error as AWSError where error.isRefusal {
            // Rows too many, if any: nothing that is in use is missing.
            logger.warn("usage rows may not be read; rows that were left over stay", error: error)
            checkpoint.advance(to: nil)
            return .done
        }
        for batch in page.elements.map({ Use(resource: $0.resource, image: $0.image) }).batches(of: Self.batchSize) {
            if budget.isSpent() { return .outOfTime }
            let states = try await confirm(batch, checkpoint.mark)
            checkpoint.released += states.values.count { $0 == .released || $0 == .idle }
        }
        checkpoint.advance(to: page.nextToken)
        return .done
    }

    /// Asks for resources directly and records the answers.
    /// - Returns: how the mappings stand of those that could be asked for.
    private func confirm(_ uses: [Use], _ mark: EventMark) async throws -> [MappingKey: MappingRecord.State] {
        let start = budget.instant()
        let presence = try await inventory.presence(of: uses.map(\.resource).unique())
        let references = presence.values.flatMap(\.references)
        let resolved = try await images.images(of: Set(references))
        // What is recorded is the creator's.
        let recorded = Set(uses.map(\.image))
        let tracked = try await images.tracked(Set(resolved.images.values).subtracting(recorded)).union(recorded)
        let look = Look(resolved: resolved, tracked: tracked, mark: mark, seenAt: budget.now())
        let events = uses.compactMap { use in presence[use.resource].flatMap { look.event(use, $0) } }
        let states = try await ledger.settle(events)
        try await budget.pause(since: start, resources: events.count)
        return states
    }
}

/// What is known when the answers are read.
private struct Look {
    let resolved: ResolvedReferences
    let tracked: Set<ImageID>
    let mark: EventMark
    let seenAt: EventTime

    /// What an answer tells of the use of an image; nil where it leaves that open.
    func event(_ use: Use, _ presence: Presence) -> ResourceEvent? {
        let resource = use.resource
        guard case .uses(let references) = presence else {
            return .absent(
                ResourceAbsence(resource: resource, image: use.image, mark: mark, seenAt: seenAt, isGone: true)
            )
        }
        let images = references.compactMap { resolved.images[$0] }
        if images.contains(use.image) {
            return .observed(ResourceObservation(resource: resource, image: use.image, mark: mark, seenAt: seenAt))
        }
        if references.contains(where: resolved.refused.contains) { return nil }
        // It moved on to another one.
        if !resource.kind.usesSeveralImages, let image = images.first(where: tracked.contains) {
            return .observed(
                ResourceObservation(
                    resource: resource,
                    image: image,
                    mark: mark,
                    seenAt: seenAt,
                    formerImage: use.image
                )
            )
        }
        return .absent(ResourceAbsence(resource: resource, image: use.image, mark: mark, seenAt: seenAt, isGone: false))
    }
}
