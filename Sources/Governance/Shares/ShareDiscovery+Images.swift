import AWSServices

/// What EC2 says of an image when it is asked for it by its id, images that are disabled included.
enum ImageAnswer: Hashable, Sendable {
    case available
    case disabled
    /// EC2 knows no such image.
    case gone
    /// `pending`, `failed`, …: it cannot be used, and nobody has taken it away.
    case other

    /// - Parameter image: nil where EC2 knows none.
    init(_ image: EC2.Image?) {
        self =
            switch image?.state {
            case nil: image == nil ? .gone : .available
            case "available": .available
            case "disabled": .disabled
            case "deregistered": .gone
            default: .other
            }
    }
}

/// Images that are recorded as shared and that EC2 does not list: they were disabled or deregistered, and neither the call's
/// event nor that of the state change came. They may come yet, hours late; so an image is lost only once EC2 has not listed
/// it for a day.
extension ShareDiscovery {
    /// Notes since when EC2 does not list an image; of one that it has not listed for long, asks what has become of it.
    ///
    /// - Parameters:
    ///   - record: The image's own, as it is.
    ///   - shares: All records of the image's principals, as they are.
    ///   - time: When EC2 had listed the account's images.
    ///   - ask: Asks EC2 for the image by its id.
    /// - Returns: how everybody has lost the image, and by when; nil where nobody has, or it is not sure yet.
    func missed(
        _ image: ImageID,
        record: Stored<ImageRecord>?,
        shares: [ShareRecord],
        at time: EventTime,
        asking ask: () async throws -> ImageAnswer
    ) async throws -> Sighting<ShareStatus>? {
        guard let since = missedSince(record?.value, shares, at: time) else { return nil }
        guard since.advanced(bySeconds: Self.patienceSeconds) <= time else {
            try await note(since, of: image, record)
            return nil
        }
        switch try await ask() {
        case .disabled: return Sighting(.disabled, .foundMissing(at: since))
        case .gone: return Sighting(.deregistered, .foundMissing(at: since))
        case .available: try await note(nil, of: image, record)
        case .other: break
        }
        return nil
    }

    /// EC2 lists the image, now or again. From now on it is known as the account's, also to trackers of accounts that use it and
    /// can no longer describe it.
    func listed(_ image: ImageID, named name: String?, record stored: Stored<ImageRecord>?) async throws {
        var record = stored?.value ?? ImageRecord(image: image, region: region)
        record.unlistedSince = nil
        record.name = record.name ?? name
        if record != stored?.value { _ = try await store.write(record, revision: stored?.revision) }
    }

    /// Since when an image is missed that EC2 does not list: since now, unless it is noted.
    ///
    /// - Returns: nil where nobody has it by the records, or somebody has got it so lately that EC2's list may be behind.
    func missedSince(_ record: ImageRecord?, _ shares: [ShareRecord], at time: EventTime) -> EventTime? {
        let got = shares.filter { $0.status == .shared && $0.region == region }.map(\.permission.occurrence.time)
        guard var lastSeen = got.max(), lastSeen <= Occurrence.foundMissing(at: time).order else { return nil }
        // It was there as well when it was enabled.
        if let state = record?.states.effective, state.status == .available {
            lastSeen = max(lastSeen, state.occurrence.time)
        }
        guard let since = record?.unlistedSince else { return time }
        return lastSeen <= Occurrence.foundMissing(at: since).order ? since : time
    }

    /// The loss of an image that was found and is recorded: for some days, lest whoever was to tell of it was cut off.
    func recordedLoss(_ record: ImageRecord?, at time: EventTime) -> Sighting<ShareStatus>? {
        guard let loss = record?.revocations.effective, loss.occurrence.isFound,
            loss.occurrence.time > retold(since: time)
        else { return nil }
        return loss
    }

    private func note(_ since: EventTime?, of image: ImageID, _ stored: Stored<ImageRecord>?) async throws {
        guard stored?.value.unlistedSince != since else { return }
        var record = stored?.value ?? ImageRecord(image: image, region: region)
        record.unlistedSince = since
        // Whoever else changed the record meanwhile knows better.
        _ = try await store.write(record, revision: stored?.revision)
    }
}
