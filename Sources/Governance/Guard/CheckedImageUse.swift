/// The use of images as a check would answer it, with the coverage of all accounts read once.
struct CheckedImageUse: ImageUse {
    let check: ImageCheck
    let coverage: [AccountID: CoverageEntry]

    init(_ check: ImageCheck) async throws {
        self.check = check
        coverage = try await check.coverage.entries(in: check.region)
    }

    func isUsed(_ image: ImageID) async throws -> Bool { try await check.usage.hasRows(of: image) }

    func isClear(_ image: ImageID) async throws -> Bool {
        try await check.verdict(of: image, coverage: coverage).outcome == .clear
    }
}
