import LambdaRuntime

/// The use of images as a check would answer it, with the coverage of all accounts read once.
struct CheckedImageUse: ImageUse {
    let check: ImageCheck
    let coverage: [AccountID: CoverageEntry]
    let logger: Logger

    init(_ check: ImageCheck, logger: Logger) async throws {
        self.check = check
        self.logger = logger
        coverage = try await check.coverage.entries(in: check.region)
    }

    func isUsed(_ image: ImageID) async throws -> Bool { try await check.usage.hasRows(of: image) }

    func isClear(_ image: ImageID) async throws -> Bool {
        try await check.verdict(of: image, coverage: coverage, logger: logger).outcome == .clear
    }
}
