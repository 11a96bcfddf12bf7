import AWSClient
import AWSServices
import LambdaRuntime

/// Goes through all images of the account, a round each day, and records the shares that no event told of: what was there
/// before the installation is known without anybody asking about it. And it finds the shares of whose end no event told, and
/// then, in the table of shares, the images that are not there any more and of which no event told either.
///
/// It takes half of the time that is left, and where listing the images takes long, up to three quarters. It looks at no more
/// than ten images a second, so that it takes little of what EC2 allows an account; a later run goes on where this one ended.
///
/// AWS calls: `ec2:DescribeImages`, `ec2:DescribeImageAttribute`; `dynamodb:GetItem`, `PutItem`, `Query` and `Scan` on the
/// shares table; where a share or a missing image is to be recorded, also `BatchGetItem` and `TransactWriteItems`.
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

        /// An image that nobody has any more.
        struct Loss: Hashable, Sendable {
            let image: ImageID
            /// `disabled` or `deregistered`, and by when.
            let loss: Sighting<ShareStatus>
        }

        /// How many of the images that EC2 lists were looked at.
        var images = 0
        /// Shares that were recorded.
        var found: [Share] = []
        /// Shares that have ended, by no event's word.
        var ended: [End] = []
        /// Images that were disabled or deregistered, by no event's word.
        var lost: [Loss] = []
        /// What kept images from being looked at: the search went past them, to come back in the next round, or, where others
        /// may fare no better, ended before them. What may be over by the next run is told of once it was not.
        var failures: [any Error] = []
        /// Whether the round has come to every image.
        var isComplete = false
    }

    var discovery: ShareDiscovery<DynamoDBShareStore> { ShareDiscovery(store: store, region: region) }

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
                "lost": report.lost.count, "failed": report.failures.count, "complete": report.isComplete,
            ]
        )
        return report
    }

    private func search(
        until limit: ContinuousClock.Instant?,
        _ logger: Logger
    ) async throws -> (Report, ShareSearchProgress)? {
        let read = try await ShareSearchProgress.read(from: store)
        guard let progress = ShareSearchProgress.due(read, now: EventTime(effects.now())) else { return nil }
        let images = try await images()
        let answered = EventTime(effects.now())
        // The listing is not reckoned in, and the first batch always looked at: else a long listing would let no run get on.
        let listed = effects.instant()
        if let limit, listed >= limit { throw NoTimeToLookAtImages() }
        var run = ShareSearchRun(
            progress,
            end: limit.map { listed + ($0 - listed) * 2 / 3 },
            effects: effects,
            logger: logger
        )
        let rest = images.filter { image in progress.last.map { $0 < image.id } ?? true }
        for batch in rest.chunks(of: ShareSearchRun.batchSize) {
            guard try await run.look(at: batch, look) else { return (run.report, run.progress) }
            run.report.images += batch.count
            run.progress.last = batch.last?.id
        }
        let ids = Set(images.map(\.id))
        run.report.isComplete = try await lookForMissingImages(in: &run, listed: ids, at: answered)
        run.progress.isComplete = run.report.isComplete
        return (run.report, run.progress)
    }

    /// The account's images, by id. Of one that is disabled nobody has a launch permission.
    private func images() async throws(AWSError) -> [Image] {
        var images: [Image] = []
        let request = EC2.DescribeImages(owners: ["self"], includesDeprecated: true, maximumResults: 1000)
        for try await page in ec2.images(request) {
            images += page.images.compactMap { image in
                guard ![.disabled, .gone].contains(ImageAnswer(image)) else { return nil }
                return ImageID(image.imageID).map { Image(id: $0, name: image.name) }
            }
        }
        return images.sorted { $0.id < $1.id }
    }

    private func look(at image: Image) async throws -> Report {
        // Where there is none, it was deregistered meanwhile.
        guard let permitted = try await permitted(image.id) else { return Report() }
        let time = EventTime(effects.now())
        let recorded = try await store.records(of: image.id)
        try await discovery.listed(image.id, named: image.name, record: recorded.image)
        let known = permitted.compactMap { $0 }
        let (_, found) = try await discovery.record(
            known,
            of: image.id,
            named: image.name,
            recorded: recorded.shares.map(\.value),
            at: time
        )
        // A permission of an unknown kind may be any principal's.
        let ends =
            known.count == permitted.count ? try await discovery.ends(known, recorded: recorded.shares, at: time) : [:]
        var report = Report()
        report.found = found.map { Report.Share(image: image.id, principal: $0) }
        report.ended = ends.sorted { $0.key < $1.key }.map { Report.End(image: image.id, principals: $1, time: $0) }
        return report
    }

    /// Whom EC2 lets launch an image, nil for what is of an unknown kind; nil where EC2 knows no such image.
    private func permitted(_ image: ImageID) async throws(AWSError) -> [Principal?]? {
        do throws(AWSError) {
            return try await ec2.launchPermissions(imageID: image.text).map(Principal.init(_:))
        } catch {
            guard error.isMissingImage else { throw error }
            return nil
        }
    }
}

/// To list the account's images took all the time that a search for shares has.
public struct NoTimeToLookAtImages: LambdaError {
    public var errorMessage: String {
        "listing the images took all the time there is to look at them: the function's timeout is too short"
    }
}
