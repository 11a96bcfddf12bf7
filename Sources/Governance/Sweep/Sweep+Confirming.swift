import AWSClient
import LambdaRuntime

/// A resource and the image with which it is recorded.
struct Use: Hashable {
    let resource: Resource
    let image: ImageID
}

/// The second look: what is recorded and has not been seen is asked for directly. The third: rows that nothing accounts
/// for.
extension Sweep {
    func confirmMappings(_ checkpoint: inout SweepCheckpoint) async throws -> Step {
        let page = try await store.mappings(after: checkpoint.token)
        var resources = 0
        var unknown = Unknown()
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
            let states = try await confirm(batch, checkpoint, &unknown)
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
        unknown.note(in: &checkpoint)
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
        var unknown = Unknown()
        for batch in page.elements.map({ Use(resource: $0.resource, image: $0.image) }).batches(of: Self.batchSize) {
            if budget.isSpent() { return .outOfTime }
            let states = try await confirm(batch, checkpoint, &unknown)
            checkpoint.released += states.values.count { $0 == .released || $0 == .idle }
        }
        // Of what is still unknown there are rows too many, if anything.
        checkpoint.advance(to: page.nextToken)
        return .done
    }

    /// Asks for resources directly and records the answers. Where that has failed too often, the failures of halves, and of
    /// halves of these, tell what to leave as it is.
    /// - Returns: how the mappings stand of those that could be asked for.
    private func confirm(
        _ uses: [Use],
        _ checkpoint: SweepCheckpoint,
        _ unknown: inout Unknown
    ) async throws -> [MappingKey: MappingRecord.State] {
        guard checkpoint.isLenient else { return try await confirm(uses, checkpoint.mark) }
        let uses = unknown.leavingOut(uses)
        guard !uses.isEmpty else { return [:] }
        do {
            return try await confirm(uses, checkpoint.mark)
        } catch  where Self.isFault(error) {
            guard uses.count > 1 else {
                logger.warn("the resource is left as it is recorded", error: error, ["resource": uses[0].resource.id])
                unknown.counts[uses[0].resource.kind, default: 0] += 1
                return [:]
            }
            var states: [MappingKey: MappingRecord.State] = [:]
            for half in uses.batches(of: (uses.count + 1) / 2) {
                states.merge(try await confirm(half, checkpoint, &unknown)) { first, _ in first }
            }
            return states
        }
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

/// How many resources of a page could not be asked for, or recorded.
private struct Unknown {
    var counts: [ResourceKind: Int] = [:]

    /// So many of a kind fail before no other is tried.
    private static let maximum = 10

    /// Those that are still tried, kind by kind.
    mutating func leavingOut(_ uses: [Use]) -> [Use] {
        let left = uses.filter { counts[$0.resource.kind, default: 0] < Self.maximum }
        for use in uses where counts[use.resource.kind, default: 0] >= Self.maximum {
            counts[use.resource.kind, default: 0] += 1
        }
        return left.sorted { $0.resource.kind < $1.resource.kind }
    }

    func note(in checkpoint: inout SweepCheckpoint) {
        for (kind, count) in counts { checkpoint.leaveOut(count, of: InventorySection(listing: kind)) }
    }
}

/// What is known when the answers are read.
struct Look {
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
