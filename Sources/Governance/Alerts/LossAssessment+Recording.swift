extension LossAssessment {
    /// Records a loss, as the share recorder does, and only then reads what remains.
    ///
    /// Two events may take an account's two shares at the same moment. Were each assessed by what the share recorder has
    /// come to, each could find the other share still there, and the account would never be told. As it is, whichever of
    /// them reads last sees both.
    ///
    /// - Returns: the assessment, and what is known of the image; nil where that is nothing.
    public static func recording<Store: ShareStore>(
        _ loss: ImageLoss,
        of event: GovernanceEvent,
        in store: Store
    ) async throws -> (assessment: LossAssessment, image: ImageRecord?) {
        var image: ImageRecord?
        if let changes = ShareChanges(event) { image = try await ShareLedger(store: store).apply(changes) }
        let shares = try await store.shareRecords(of: loss.image, principals: nil).map(\.value)
        return (LossAssessment(loss, shares: shares, image: image), image)
    }
}
