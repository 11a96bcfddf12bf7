import LambdaRuntime

/// The use of images as a check would answer it, with what is the same for all of them read once. EC2 is asked about ten
/// images a second at most, so that it takes little of what EC2 allows an account.
struct CheckedImageUse: ImageUse {
    let check: ImageCheck
    let run: ImageCheck.Run
    let logger: Logger

    init(_ check: ImageCheck, logger: Logger) async throws {
        self.check = check
        self.logger = logger
        run = try await check.run()
    }

    func isUsed(_ image: ImageID) async throws -> Bool { try await check.usage.hasRows(of: image) }

    func isClear(_ image: ImageID) async throws -> Bool {
        try await check.verdict(of: image, in: run, logger: logger).outcome == .clear
    }
}
