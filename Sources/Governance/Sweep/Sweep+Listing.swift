import AWSClient
import LambdaRuntime

/// A page of a section, and where its references lead.
struct ListedPage: Sendable {
    let sightings: [ResourceSighting]
    let resolved: ResolvedReferences
    /// Those of the images that are the creator's.
    let tracked: Set<ImageID>
    let nextToken: String?
    /// What may not be looked at.
    let leftOut: [String]
    let seenAt: EventTime
}

/// What becomes of asking for a page.
enum Answer: Sendable {
    case page(ListedPage)
    case expired
    case refused(AWSError)
    case notOffered(SectionNotOffered)
}

struct Reply: Sendable {
    let section: InventorySection
    let result: Result<Answer, any Error>
}

/// One page of the first look.
extension Sweep {
    /// Asks for a page, and for what it refers to. Nothing is written.
    func answer(_ section: InventorySection, _ token: String?) async throws -> Answer {
        try await inTime {
            let page: InventoryPage
            do {
                page = try await inventory.page(of: section, after: token)
            } catch is ExpiredInventoryToken {
                return .expired
            } catch let absence as SectionNotOffered {
                return .notOffered(absence)
            } catch let error as AWSError where error.isRefusal {
                return .refused(error)
            }
            let resolved = try await images.images(of: Set(page.sightings.map(\.image)))
            return .page(
                ListedPage(
                    sightings: page.sightings,
                    resolved: resolved,
                    tracked: try await images.tracked(Set(resolved.images.values)),
                    nextToken: page.nextToken,
                    leftOut: page.leftOut + unfollowed(page.sightings, resolved),
                    seenAt: budget.now()
                )
            )
        }
    }

    /// The resources that name their image in a way that may not be followed.
    private func unfollowed(_ sightings: [ResourceSighting], _ resolved: ResolvedReferences) -> [String] {
        sightings.filter { resolved.refused.contains($0.image) }.map(\.resource.id).unique()
    }

    /// - Parameter quietSince: since when nothing has been written.
    func record(
        _ page: ListedPage,
        of section: InventorySection,
        quietSince: ContinuousClock.Instant,
        _ checkpoint: inout SweepCheckpoint
    ) async throws -> Step {
        let observations = observations(page, of: section, checkpoint)
        var contradicted = 0
        var done = 0
        let start = budget.start(sparedFrom: quietSince)
        for batch in observations.batches(of: Self.batchSize) {
            if budget.isSpent() { return .outOfTime }
            let states = try await ledger.settle(batch.map(ResourceEvent.observed))
            let released = batch.filter { states[$0.key] == .released && !$0.resource.kind.isReused }
            contradicted += try await revive(released, &checkpoint)
            done += batch.count
            try await budget.pause(since: start, resources: done)
        }
        if !page.leftOut.isEmpty {
            logger.warn(
                "some of the section may not be looked at, and is left out",
                [
                    "section": section.rawValue, "count": page.leftOut.count,
                    "first": page.leftOut.prefix(10).joined(separator: ", "),
                ]
            )
        }
        // Not before the page is done, which may be read again.
        checkpoint.leaveOut(page.leftOut.count + contradicted, of: section)
        checkpoint.advance(section, to: page.nextToken)
        return .done
    }

    /// What the page tells of the creator's images, under the mark of the section's listing.
    private func observations(
        _ page: ListedPage,
        of section: InventorySection,
        _ checkpoint: SweepCheckpoint
    ) -> [ResourceObservation] {
        let mark = EventMark.sweep(lookingFrom: checkpoint.places[section]?.started ?? checkpoint.started)
        var seen: Set<MappingKey> = []
        return page.sightings.compactMap { sighting -> ResourceObservation? in
            guard let image = page.resolved.images[sighting.image], page.tracked.contains(image),
                seen.insert(sighting.resource.mappingKey(using: image)).inserted
            else { return nil }
            return ResourceObservation(
                resource: sighting.resource,
                resourceName: sighting.resourceName,
                image: image,
                mark: mark,
                seenAt: page.seenAt,
                freshFrom: checkpoint.mark.time
            )
        }
    }
}

extension Array {
    /// The elements in order, in arrays of `size`, the last with what is left.
    func batches(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
