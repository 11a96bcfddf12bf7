/// Records shares that EC2 lists and no event told of: they are older than the installation, or their event was lost. And it
/// notes, and finally tells, which shares are recorded that EC2 does not list: the event of their end was lost. What was taken
/// away a moment ago is told by its event, hours late at the most; so a share has ended only once EC2 has not listed it for a
/// day.
public struct ShareDiscovery<Store: ShareStore>: Sendable {
    let store: Store
    let region: Region

    /// - Parameters:
    ///   - permitted: Whom EC2 lets launch the image.
    ///   - name: The image's, which alerts will need when EC2 no longer knows the image.
    ///   - recorded: All records of the image's principals, as they were read.
    ///   - time: When EC2 had answered.
    /// - Returns: the records as they are now, and the principals whose share is newly recorded, sorted.
    func record(
        _ permitted: [Principal],
        of image: ImageID,
        named name: String?,
        recorded: [ShareRecord],
        at time: EventTime
    ) async throws -> (shares: [ShareRecord], found: [Principal]) {
        let known = Set(recorded.filter { $0.status == .shared }.map(\.principal))
        let missing = permitted.filter { !known.contains($0) }.unique()
        guard !missing.isEmpty else { return (recorded, []) }
        let occurrence = Occurrence.found(at: time)
        var changes = ShareChanges(
            image: image,
            region: region,
            permissions: missing.map { PermissionChange(principal: $0, permission: Sighting(.shared, occurrence)) }
        )
        if let name {
            changes.imageChange = ImageChange()
            changes.imageChange?.name = name
        }
        try await ShareLedger(store: store).apply(changes)
        let written = try await store.shareRecords(of: image, principals: missing).map(\.value)
        let found = written.filter { $0.status == .shared && $0.permission.occurrence == occurrence }
        return (recorded.filter { !missing.contains($0.principal) } + written, found.map(\.principal).sorted())
    }

    /// Notes since when EC2 does not list shares that are recorded.
    ///
    /// - Parameters:
    ///   - permitted: Whom EC2 lets launch the image.
    ///   - recorded: All records of the image's principals, as they are.
    ///   - time: When EC2 had answered.
    /// - Returns: the principals that have lost the image, sorted, by when they had: those whose share EC2 has not listed for
    ///   long, and, for some days, those of which that is recorded, lest whoever was to tell of it was cut off.
    func ends(
        _ permitted: [Principal],
        recorded: [Stored<ShareRecord>],
        at time: EventTime
    ) async throws -> [EventTime: [Principal]] {
        let permitted = Set(permitted)
        var ends: [EventTime: [Principal]] = [:]
        var notes: [(record: ShareRecord, revision: Int?)] = []
        for stored in recorded {
            var record = stored.value
            let listed = permitted.contains(record.principal)
            let since = record.unlistedSince
            switch (record.status, listed) {
            case (.shared, true):
                record.unlistedSince = nil
            case (.shared, false):
                // EC2 may be behind a share as new as that.
                guard record.permission.occurrence.time <= Occurrence.found(at: time).order else { continue }
                record.unlistedSince = since ?? time
                if let since, since.advanced(bySeconds: Self.patienceSeconds) <= time {
                    ends[since, default: []].append(record.principal)
                }
            case (.removed, false):
                let end = record.permission.occurrence
                guard end.isFound, end.time > retold(since: time) else { continue }
                ends[end.time, default: []].append(record.principal)
            case (.removed, true), (.disabled, _), (.deregistered, _):
                continue
            }
            if record != stored.value { notes.append((record, stored.revision)) }
        }
        // Whoever else changed a record meanwhile knows better.
        if !notes.isEmpty { _ = try await store.write(notes) }
        return ends.mapValues { $0.sorted() }
    }

    /// A search each day sees it twice.
    static var patienceSeconds: Int64 { 20 * 3600 }

    /// What was found later than that is told again.
    func retold(since time: EventTime) -> EventTime { time.advanced(bySeconds: -7 * 86_400) }
}
