/// Where the sections stand. Each has a place of its own as long as it is being listed.
extension SweepCheckpoint {
    /// A section is begun only so often before it is left out.
    private static let maximumRestarts = 5
    private static let unresolvedSeconds: Int64 = 600

    /// What is to be listed: first what has been begun, whose tokens expire; last what is throttled.
    var unlisted: [InventorySection] {
        let sections = InventorySection.allCases.filter { !listed.contains($0) }
        let throttled = Set(sections.filter { places[$0]?.throttledSince != nil })
        let others = sections.filter { !throttled.contains($0) }
        return others.filter { places[$0] != nil } + others.filter { places[$0] == nil }
            + sections.filter(throttled.contains)
    }

    /// The next page of the section is asked for.
    mutating func begin(_ section: InventorySection, at now: EventTime) -> SectionPlace {
        var place = places[section] ?? SectionPlace()
        place.started = place.started ?? now
        places[section] = place
        return place
    }

    /// A page has been dealt with; there is another one where there is a token.
    mutating func advance(_ section: InventorySection, to token: String?) {
        guard let token else { return end(section) }
        places[section]?.token = token
        places[section]?.failures = 0
        places[section]?.unresolvedSince = nil
        places[section]?.throttledSince = nil
    }

    /// The region does not offer the section.
    mutating func pass(_ section: InventorySection) {
        unavailable.insert(section)
        end(section)
    }

    /// The section is left out.
    mutating func skip(_ section: InventorySection) {
        skipped.insert(section)
        leftOut[section] = nil
        end(section)
    }

    /// The section cannot be continued where it was left.
    mutating func restart(_ section: InventorySection) {
        var place = places[section] ?? SectionPlace()
        place.restarts += 1
        if place.restarts > Self.maximumRestarts { return skip(section) }
        place.token = nil
        place.started = nil
        places[section] = place
        leftOut[section] = nil
    }

    /// A page could not be listed, or recorded. The third time in a row, the section is left out.
    /// - Returns: whether it is.
    mutating func fail(_ section: InventorySection) -> Bool {
        var place = places[section] ?? SectionPlace()
        place.failures += 1
        places[section] = place
        guard place.failures >= Self.maximumFailures else { return false }
        skip(section)
        return true
    }

    /// A page could not be listed, or recorded, for throttling: that is no failure, but where no page gets through for so
    /// many seconds, the section is left out.
    /// - Returns: whether it is.
    mutating func throttle(_ section: InventorySection, at now: EventTime, limit: Int64) -> Bool {
        let since = places[section]?.throttledSince ?? now
        places[section, default: SectionPlace()].throttledSince = since
        guard since.advanced(bySeconds: limit) <= now else { return false }
        skip(section)
        return true
    }

    /// The endpoint of the section's service cannot be found, though others can be.
    /// - Returns: whether that has been so for long enough, or of a section of the same service in this sweep, that it is
    ///   none of the network's faults.
    mutating func isUnresolved(_ section: InventorySection, at now: EventTime) -> Bool {
        let twins: [InventorySection: InventorySection] = [
            .imageRecipes: .containerRecipes, .containerRecipes: .imageRecipes,
        ]
        if let twin = twins[section], unavailable.contains(twin) { return true }
        let since = places[section]?.unresolvedSince ?? now
        places[section, default: SectionPlace()].unresolvedSince = since
        return since.advanced(bySeconds: Self.unresolvedSeconds) <= now
    }

    private mutating func end(_ section: InventorySection) {
        places[section] = nil
        listed.insert(section)
        if phase == .listing, listed.count == InventorySection.allCases.count { endPhase() }
    }
}
