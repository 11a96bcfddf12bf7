import AWSClient
import LambdaRuntime

/// The first look: what is listed.
extension Sweep {
    func list(_ section: InventorySection, _ checkpoint: inout SweepCheckpoint) async throws -> Step {
        let sectionStarted = checkpoint.sectionStarted ?? budget.now()
        checkpoint.sectionStarted = sectionStarted
        let asked = budget.instant()
        let page: InventoryPage
        do {
            guard let found = try await self.page(of: section, &checkpoint) else { return .done }
            page = found
        } catch let absence as SectionNotOffered {
            // That other names can be looked up is known: what the sweep keeps has been written.
            guard absence.isCertain || checkpoint.isUnresolved(section, at: budget.now()) else {
                logger.info("the section's endpoint cannot be found; it is tried again", ["section": section.rawValue])
                return .later
            }
            logger.info("the region does not offer the section", ["section": section.rawValue])
            checkpoint.pass(section)
            return .done
        }

        let resolved = try await images.images(of: Set(page.sightings.map(\.image)))
        let leftOut = page.leftOut + unfollowed(page.sightings, resolved)
        if !leftOut.isEmpty {
            logger.warn(
                "some of the section may not be looked at, and is left out",
                [
                    "section": section.rawValue, "count": leftOut.count,
                    "first": leftOut.prefix(10).joined(separator: ", "),
                ]
            )
        }
        let tracked = try await images.tracked(Set(resolved.images.values))
        let mark = EventMark.sweep(lookingFrom: sectionStarted)
        let seenAt = budget.now()
        var seen: Set<MappingKey> = []
        let observations = page.sightings.compactMap { sighting -> ResourceObservation? in
            guard let image = resolved.images[sighting.image], tracked.contains(image),
                seen.insert(sighting.resource.mappingKey(using: image)).inserted
            else { return nil }
            return ResourceObservation(
                resource: sighting.resource,
                resourceName: sighting.resourceName,
                image: image,
                mark: mark,
                seenAt: seenAt,
                freshFrom: checkpoint.mark.time
            )
        }
        var contradicted = 0
        var done = 0
        // What the list and the look-up took is time in which nothing was written.
        let start = budget.start(sparedFrom: asked)
        for batch in observations.batches(of: Self.batchSize) {
            if budget.isSpent() { return .outOfTime }
            let states = try await ledger.settle(batch.map(ResourceEvent.observed))
            let released = batch.filter { states[$0.key] == .released && !$0.resource.kind.isReused }
            contradicted += try await revive(released, &checkpoint)
            done += batch.count
            try await budget.pause(since: start, resources: done)
        }
        // Not before the page is done, which may be read again.
        checkpoint.leaveOut(leftOut.count + contradicted, of: section)
        checkpoint.advance(to: page.nextToken)
        return .done
    }

    /// The resources that name their image in a way that may not be followed.
    private func unfollowed(_ sightings: [ResourceSighting], _ resolved: ResolvedReferences) -> [String] {
        sightings.filter { resolved.refused.contains($0.image) }.map(\.resource.id).unique()
    }

    /// The next page; nil where there is none for now, as the checkpoint then says.
    private func page(
        of section: InventorySection,
        _ checkpoint: inout SweepCheckpoint
    ) async throws -> InventoryPage? {
        do {
            return try await inventory.page(of: section, after: checkpoint.token)
        } catch is ExpiredInventoryToken {
            logger.info("the listing begins again: its token has expired", ["section": section.rawValue])
            checkpoint.restart(section)
        } catch let error as AWSError where error.isRefusal {
            logger.warn("the section may not be listed, and is left out", error: error, ["section": section.rawValue])
            checkpoint.skip(section)
        }
        return nil
    }
}

extension Array {
    /// The elements in order, in arrays of `size`, the last with what is left.
    func batches(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
