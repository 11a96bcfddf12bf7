import AWSClient
import AWSServices
import LambdaRuntime

/// An image that the guard looks after.
public struct GuardedImage: Hashable, Sendable {
    public let image: ImageID
    public let protection: DeregistrationProtection

    public init(_ image: ImageID, _ protection: DeregistrationProtection) {
        self.image = image
        self.protection = protection
    }
}

/// The images of the account, and their protection.
public protocol GuardedImages: Sendable {
    /// Every image that the guard looks after.
    func images() async throws(AWSError) -> [GuardedImage]
    /// Protects an image, without a cooldown; nothing happens where it is protected.
    func protect(_ image: ImageID) async throws(AWSError)
    /// Ends an image's protection, whoever gave it.
    func unprotect(_ image: ImageID) async throws(AWSError)
}

/// What is known of the use of an image.
public protocol ImageUse: Sendable {
    /// Whether anything is known to use it.
    func isUsed(_ image: ImageID) async throws -> Bool
    /// Whether nothing uses it for sure.
    func isClear(_ image: ImageID) async throws -> Bool
}

/// Where the guard keeps what it did. Reads are strongly consistent. A write happens only if the record is still as it was read.
public protocol GuardStore: Sendable {
    /// A record that cannot be read is that of protection which is left to people.
    func records(of images: [ImageID]) async throws -> [ImageID: Stored<GuardRecord>]
    /// - Parameter revision: As read; nil where there was none.
    /// - Returns: the new revision; nil where someone else has written the record since.
    func write(_ record: GuardRecord, revision: Int?) async throws -> Int?
    /// The last image that an unfinished run came to; nil where the last run was finished.
    func cursor() async throws -> ImageID?
    func write(cursor: ImageID?) async throws
}

/// Gives images that are in use protection from deregistration, and takes it away again, but only what it gave itself, once
/// they are clear. What is not known well enough stays as it is. When it is to stop, it takes back all it gave.
///
/// It can be cut off anywhere and run twice at once. What it cannot notice is that somebody changes an image's protection
/// in the very moment between its look at the image and its own call; nor that somebody ends the guard's protection and
/// gives the same again between two runs.
public struct ImageGuard<Images: GuardedImages, Use: ImageUse, Store: GuardStore>: Sendable {
    let images: Images
    let use: Use
    let store: Store
    let effects: AWSEffects
    let isReleasing: Bool

    /// - Parameter isReleasing: Whether it takes back all it gave, whatever uses the images, and gives nothing.
    public init(images: Images, use: Use, store: Store, effects: AWSEffects, isReleasing: Bool = false) {
        self.images = images
        self.use = use
        self.store = store
        self.effects = effects
        self.isReleasing = isReleasing
    }

    /// Images whose records are read with one request, and which are looked at side by side.
    private static var batchSize: Int { 100 }
    private static var concurrency: Int { 8 }
    /// No image is begun with less time than this.
    private static var reserve: Duration { .seconds(5) }

    /// Looks at every image, in the order of their ids, from where the last run ended.
    public func run(logger: Logger) async throws -> GuardReport {
        let cursor = try await store.cursor()
        let sorted = try await images.images().sorted { $0.image < $1.image }
        let begin = cursor.map { cursor in sorted.firstIndex { $0.image > cursor } ?? 0 } ?? 0
        let ordered = Array(sorted[begin...]) + sorted[..<begin]
        var report = GuardReport()
        for start in stride(from: 0, to: ordered.count, by: Self.batchSize) {
            guard hasTime else { break }
            let batch = Array(ordered[start..<min(start + Self.batchSize, ordered.count)])
            let records = try await store.records(of: batch.map(\.image))
            let outcomes = try await concurrentMap(batch, limit: Self.concurrency) { image throws(AWSError) in
                hasTime ? await handle(image, records[image.image], logger) : nil
            }
            for (image, outcome) in zip(batch, outcomes) {
                guard let outcome else { continue }
                report.images += 1
                switch outcome {
                case .success(.give): report.given.append(image.image)
                case .success(.take): report.taken.append(image.image)
                case .success(.leave): report.left.append(image.image)
                case .success: break
                case .failure(let failure): report.failures.append(failure)
                }
            }
            // Those begun are the first of the batch.
            let done = outcomes.prefix { $0 != nil }.count
            if done < batch.count {
                report.isComplete = false
                try await store.write(cursor: start + done > 0 ? ordered[start + done - 1].image : cursor)
                return report
            }
        }
        report.isComplete = report.images == ordered.count
        let last = report.isComplete ? nil : ordered[..<report.images].last?.image ?? cursor
        if last != cursor { try await store.write(cursor: last) }
        return report
    }

    private var hasTime: Bool {
        AWSClient.deadline.map { effects.instant() + Self.reserve < $0 } ?? true
    }

    // MARK: One image

    private enum Outcome: Sendable {
        case success(GuardStep)
        case failure(GuardReport.Failure)
    }

    private func handle(_ image: GuardedImage, _ stored: Stored<GuardRecord>?, _ logger: Logger) async -> Outcome {
        do {
            let plan = GuardPlan(image.protection, stored?.value.status, isReleasing: isReleasing)
            let step = try await step(plan, image.image)
            guard try await take(step, image.image, stored) else { return .success(.nothing) }
            if step == .leave {
                logger.warn(
                    "an image's protection is left: it cannot be told whether the guard gave it",
                    ["image_id": image.image.text]
                )
            } else if step != .nothing {
                logger.info("guarded", ["image_id": image.image.text, "step": "\(step)"])
            }
            return .success(step)
        } catch {
            logger.error("an image cannot be guarded", error: error, ["image_id": image.image.text])
            let reason = (error as? AWSError).map { "\($0.operation): \($0.code)" } ?? String(describing: error)
            return .failure(GuardReport.Failure(image: image.image, reason: reason))
        }
    }

    private func step(_ plan: GuardPlan, _ image: ImageID) async throws -> GuardStep {
        switch plan {
        case .settled(let step): step
        case .ifUsed(let step, let other): try await use.isUsed(image) ? step : other
        case .ifClear(let step): try await use.isClear(image) ? step : .nothing
        }
    }

    /// - Returns: false where another run is at the image.
    private func take(_ step: GuardStep, _ image: ImageID, _ stored: Stored<GuardRecord>?) async throws -> Bool {
        switch step {
        case .nothing:
            return true
        case .forget, .leave:
            let status: GuardRecord.Status = step == .leave ? .left : .unguarded
            return try await note(status, image, stored?.revision) != nil
        case .give:
            return try await change(image, stored, .giving, .given, ifUndone: .unguarded) { image throws(AWSError) in
                try await images.protect(image)
            }
        case .take:
            return try await change(image, stored, .taking, .unguarded, ifUndone: .given) { image throws(AWSError) in
                try await images.unprotect(image)
            }
        }
    }

    /// Notes what is about to be done, does it, and notes that it is done.
    ///
    /// - Parameters:
    ///   - ifUndone: What is noted where the call certainly changed nothing. Where that is not certain, the first note
    ///     stays.
    private func change(
        _ image: ImageID,
        _ stored: Stored<GuardRecord>?,
        _ before: GuardRecord.Status,
        _ after: GuardRecord.Status,
        ifUndone: GuardRecord.Status,
        _ call: (ImageID) async throws(AWSError) -> Void
    ) async throws -> Bool {
        guard let revision = try await note(before, image, stored?.revision) else { return false }
        do {
            try await call(image)
        } catch {
            if error.isMissingImage {
                _ = try await note(.unguarded, image, revision)
                return true
            }
            if error.hasCertainlyNoEffect { _ = try await note(ifUndone, image, revision) }
            throw error
        }
        _ = try await note(after, image, revision)
        return true
    }

    private func note(_ status: GuardRecord.Status, _ image: ImageID, _ revision: Int?) async throws -> Int? {
        let record = GuardRecord(image: image, status: status, time: EventTime(effects.now()))
        return try await store.write(record, revision: revision)
    }
}

extension AWSError {
    /// Whether the service refused the only attempt, or there was none.
    fileprivate var hasCertainlyNoEffect: Bool {
        switch kind {
        case .clientError, .throttling: attempts <= 1
        default: attempts == 0
        }
    }
}
