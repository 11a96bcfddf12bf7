/// Records shares that EC2 lists and no event told of: they are older than the installation, or their event was lost.
///
/// Nothing is taken away: a share that is recorded, and that EC2 does not list, stays until an event tells of its end.
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
}
