import AWSClient
import AWSServices
import LambdaRuntime

/// One run of the search: ten images a second, until its time is over or what it meets may strike all images.
struct ShareSearchRun {
    var report = ShareSearch.Report()
    var progress: ShareSearchProgress
    private let end: ContinuousClock.Instant?
    private let effects: AWSEffects
    private let logger: Logger
    /// Whether it goes past what other images may meet as well.
    private let goesPastFaults: Bool
    /// Whether nothing was looked at so far: every run gets on, whatever time it has.
    private var isAtStart = true
    /// When the next images may be looked at.
    private var next: ContinuousClock.Instant?

    static let batchSize = 10
    private static let timeOfAnImage = Duration.milliseconds(100)

    init(
        _ progress: ShareSearchProgress,
        end: ContinuousClock.Instant?,
        effects: AWSEffects,
        logger: Logger
    ) {
        self.progress = progress
        self.end = end
        self.effects = effects
        self.logger = logger
        goesPastFaults = progress.failedRuns + 1 >= ShareSearchProgress.maximumFailedRuns
    }

    var hasTime: Bool { isAtStart || end.map { effects.instant() < $0 } ?? true }

    /// Looks at up to ``batchSize`` images side by side, no sooner than the last ones have had their time.
    ///
    /// - Returns: whether the search goes on behind them.
    mutating func look<Element: Sendable>(
        at batch: [Element],
        _ look: @escaping @Sendable (Element) async throws -> ShareSearch.Report
    ) async throws -> Bool {
        if let next {
            let rest = next - effects.instant()
            if rest > .zero { try await effects.sleep(rest) }
        }
        guard hasTime else { return false }
        next = effects.instant() + Self.timeOfAnImage * batch.count
        let outcomes = try await concurrentMap(batch, limit: Self.batchSize) { element throws(AWSError) in
            do {
                return Result<ShareSearch.Report, any Error>.success(try await look(element))
            } catch {
                return .failure(error)
            }
        }
        // What other images may meet as well.
        var faults: [any Error] = []
        for outcome in outcomes {
            switch outcome {
            case .success(let part):
                report.found += part.found
                report.ended += part.ended
                report.lost += part.lost
            case .failure(let error):
                if Self.isOfOneImage(error) { report.failures.append(error) } else { faults.append(error) }
            }
        }
        return goesOn(after: faults, all: faults.count == batch.count)
    }

    /// - Parameters:
    ///   - faults: What other images may meet as well.
    ///   - all: Whether everything that was just tried met one.
    /// - Returns: whether the search goes on behind them.
    mutating func goesOn(after faults: [any Error] = [], all: Bool = false) -> Bool {
        defer { isAtStart = false }
        // It is of these images after all where several runs met it here, or, in such a run, others do not meet it.
        guard faults.isEmpty || goesPastFaults && (isAtStart || !all) else {
            progress.failedRuns += 1
            if progress.failedRuns == 1, faults.allSatisfy(Self.maySoonBeOver), let fault = faults.first {
                logger.warn("the search for shares goes on here in its next run", error: fault)
            } else {
                report.failures += faults
            }
            return false
        }
        report.failures += faults
        progress.failedRuns = 0
        return true
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
