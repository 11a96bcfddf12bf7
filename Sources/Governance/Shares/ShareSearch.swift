import AWSClient
import AWSServices
import LambdaRuntime

/// Goes through all images of the account, a round each day, and records the shares that no event told of: what was there
/// before the installation is known without anybody asking about it. And it finds the shares of whose end no event told.
///
/// It takes half of the time that is left, and where listing the images takes long, up to three quarters. It looks at no more
/// than ten images a second, so that it takes little of what EC2 allows an account; a later run goes on where this one ended.
///
/// AWS calls: `ec2:DescribeImages`, `ec2:DescribeImageAttribute`; `dynamodb:GetItem`, `PutItem` and `Query` on the shares table;
/// where a share is to be recorded, also `BatchGetItem` and `TransactWriteItems`.
struct ShareSearch: Sendable {
    let ec2: EC2
    let store: DynamoDBShareStore
    let region: Region
    let effects: AWSEffects

    /// What a run came to.
    struct Report: Sendable {
        struct Share: Hashable, Sendable {
            let image: ImageID
            let principal: Principal
        }

        /// The end of an image's shares.
        struct End: Hashable, Sendable {
            let image: ImageID
            let principals: [Principal]
            /// By when they had ended.
            let time: EventTime
        }

        /// How many images were looked at.
        var images = 0
        /// Shares that were recorded.
        var found: [Share] = []
        /// Shares that have ended, by no event's word.
        var ended: [End] = []
        /// What kept images from being looked at: the search went past them, to come back in the next round, or, where others
        /// may fare no better, ended before them. What may be over by the next run is told of once it was not.
        var failures: [any Error] = []
        /// Whether the round has come to every image.
        var isComplete = false
    }

    private static let batchSize = 10
    private static let batchTime = Duration.seconds(1)

    private struct Image: Sendable {
        let id: ImageID
        let name: String?
    }

    /// No call of it goes past three quarters of the time that is left.
    ///
    /// - Returns: nil where no round is due.
    /// - Throws: ``NoTimeToLookAtImages``; `AWSError`.
    func run(logger: Logger) async throws -> Report? {
        let now = effects.instant()
        let limit = AWSClient.deadline.map { now + ($0 - now) * 3 / 4 }
        let outcome = try await AWSClient.$deadline.withValue(limit) { try await search(until: limit, logger) }
        guard let (report, progress) = outcome else { return nil }
        try await progress.write(to: store)
        logger.info(
            "looked for shares that no event told of",
            [
                "images": report.images, "found": report.found.count, "ended": report.ended.count,
                "failed": report.failures.count, "complete": report.isComplete,
            ]
        )
        return report
    }

    private func search(
        until limit: ContinuousClock.Instant?,
        _ logger: Logger
    ) async throws -> (Report, ShareSearchProgress)? {
        let read = try await ShareSearchProgress.read(from: store)
        guard var progress = ShareSearchProgress.due(read, now: EventTime(effects.now())) else { return nil }
        let images = try await images().filter { image in progress.last.map { $0 < image.id } ?? true }
        // The listing is not reckoned in, and the first batch always looked at: else a long listing would let no run get on.
        let listed = effects.instant()
        if let limit, listed >= limit, !images.isEmpty { throw NoTimeToLookAtImages() }
        let end = limit.map { listed + ($0 - listed) * 2 / 3 }
        var report = Report()
        let goesPastFaults = progress.failedRuns + 1 >= ShareSearchProgress.maximumFailedRuns
        for (index, batch) in images.chunks(of: Self.batchSize).enumerated() {
            let begun = effects.instant()
            if let end, begun >= end, index > 0 { break }
            let outcomes = try await concurrentMap(batch, limit: Self.batchSize) { image throws(AWSError) in
                await look(at: image)
            }
            // What other images may meet as well.
            var faults: [any Error] = []
            for outcome in outcomes {
                switch outcome {
                case .success(let (found, ended)):
                    report.found += found
                    report.ended += ended
                case .failure(let error):
                    if Self.isOfOneImage(error) { report.failures.append(error) } else { faults.append(error) }
                }
            }
            if let fault = faults.first {
                // It is of these images after all where several runs met it here, or, in such a run, others do not meet it.
                guard goesPastFaults, index == 0 || faults.count < batch.count else {
                    progress.failedRuns += 1
                    if progress.failedRuns == 1, faults.allSatisfy(Self.maySoonBeOver) {
                        logger.warn("the search for shares goes on here in its next run", error: fault)
                    } else {
                        report.failures += faults
                    }
                    break
                }
                report.failures += faults
            }
            report.images += batch.count
            progress.last = batch.last?.id
            progress.failedRuns = 0
            let rest = Self.batchTime - (effects.instant() - begun)
            if rest > .zero, report.images != images.count { try await effects.sleep(rest) }
        }
        report.isComplete = report.images == images.count
        progress.isComplete = report.isComplete
        return (report, progress)
    }

    /// The account's images, by id. Of one that is disabled nobody has a launch permission.
    private func images() async throws(AWSError) -> [Image] {
        var images: [Image] = []
        let request = EC2.DescribeImages(owners: ["self"], includesDeprecated: true, maximumResults: 1000)
        for try await page in ec2.images(request) {
            images += page.images.compactMap { image in ImageID(image.imageID).map { Image(id: $0, name: image.name) } }
        }
        return images.sorted { $0.id < $1.id }
    }

    private func look(at image: Image) async -> Result<([Report.Share], [Report.End]), any Error> {
        do {
            let permitted = try await ec2.launchPermissions(imageID: image.id.text).map(Principal.init(_:))
            let time = EventTime(effects.now())
            let recorded = try await store.shareRecords(of: image.id, principals: nil)
            let known = permitted.compactMap { $0 }
            let discovery = ShareDiscovery(store: store, region: region)
            let (_, found) = try await discovery.record(
                known,
                of: image.id,
                named: image.name,
                recorded: recorded.map(\.value),
                at: time
            )
            // A permission of an unknown kind may be any principal's.
            let ends =
                known.count == permitted.count ? try await discovery.ends(known, recorded: recorded, at: time) : [:]
            return .success(
                (
                    found.map { Report.Share(image: image.id, principal: $0) },
                    ends.sorted { $0.key < $1.key }.map { Report.End(image: image.id, principals: $1, time: $0) }
                )
            )
        } catch let error as AWSError where error.isMissingImage {
            // It was deregistered meanwhile.
            return .success(([], []))
        } catch {
            return .failure(error)
        }
    }

    /// Whether other images may fare better.
    private static func isOfOneImage(_ error: any Error) -> Bool {
        guard let error = error as? AWSError else { return true }
        return error.kind == .clientError && !error.isRefusal
    }

    /// Whether the next run may not meet it.
    private static func maySoonBeOver(_ error: any Error) -> Bool {
        switch (error as? AWSError)?.kind {
        case .throttling, .transient, .serverError, .transport, .deadline, .malformedResponse: true
        case .clientError, .credentials, .cancelled, .configuration, .invalidRequest, nil: false
        }
    }
}

/// To list the account's images took all the time that a search for shares has.
public struct NoTimeToLookAtImages: LambdaError {
    public var errorMessage: String {
        "listing the images took all the time there is to look at them: the function's timeout is too short"
    }
}
