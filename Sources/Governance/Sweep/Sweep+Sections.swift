import AWSClient
import LambdaRuntime

/// The first look: the sections are listed side by side, and what they list is recorded page by page.
extension Sweep {
    /// So many pages are asked for, or wait to be recorded, at a time; one of a section, so that a section's next page is
    /// listed while the last one is recorded.
    static var pagesAhead: Int { 4 }

    /// Lists whatever is not listed yet. A section that fails, or is throttled, keeps no other one from being listed: while it
    /// waits, others are asked for.
    ///
    /// - Throws: what a section has failed with, when all others are listed.
    func listSections(_ checkpoint: inout SweepCheckpoint) async throws -> Step {
        try await withThrowingTaskGroup(of: Reply.self) { group in
            defer { group.cancelAll() }
            var course = Course(quietSince: budget.instant())

            func ask(_ section: InventorySection, after token: String?) {
                course.underWay.insert(section)
                course.notBefore[section] = nil
                course.asked[section] = budget.instant()
                group.addTask {
                    do {
                        return Reply(section: section, result: .success(try await answer(section, token)))
                    } catch {
                        return Reply(section: section, result: .failure(error))
                    }
                }
            }

            while true {
                if budget.isSpent() { return .outOfTime }
                for section in course.due(checkpoint.unlisted, at: budget.instant(), limit: Self.pagesAhead) {
                    ask(section, after: checkpoint.begin(section, at: budget.now()).token)
                }
                guard let reply = try await group.next() else {
                    if let pause = course.pause(at: budget.instant()) {
                        try await budget.sleep(pause)
                        continue
                    }
                    if let failure = course.failure { throw failure }
                    return .later
                }
                course.underWay.remove(reply.section)
                // It has been left out since this page was asked for.
                guard checkpoint.places[reply.section] != nil else { continue }
                switch reply.result {
                case .success(.page(let page)):
                    course.throttled[reply.section] = nil
                    let asked = course.asked[reply.section]
                    if let token = page.nextToken { ask(reply.section, after: token) }
                    let step = try await attempt(&checkpoint, of: reply.section) {
                        try await record(page, of: reply.section, quietSince: course.quietSince, &$0)
                    }
                    guard step == .done else {
                        course.asked[reply.section] = asked
                        runOutOfTime(reply.section, &checkpoint, course)
                        return step
                    }
                    course.pages += 1
                    course.quietSince = budget.instant()
                case .success(let answer): note(answer, reply.section, &checkpoint, &course)
                case .failure(let error as AWSError) where error.kind == .deadline:
                    if (error.underlying as? AWSError)?.kind == .throttling {
                        note(throttling: error, reply.section, &checkpoint)
                    }
                    runOutOfTime(reply.section, &checkpoint, course)
                    return .outOfTime
                case .failure(let error): try note(error, reply.section, &checkpoint, &course)
                }
                guard checkpoint.phase == .listing else { return .done }
                guard try await save(&checkpoint) else { return .overtaken }
            }
        }
    }

    /// What became of a section of which there is no page.
    private func note(
        _ answer: Answer,
        _ section: InventorySection,
        _ checkpoint: inout SweepCheckpoint,
        _ course: inout Course
    ) {
        let name: Logger.Fields = ["section": section.rawValue]
        switch answer {
        case .page: break
        case .expired:
            logger.info("the listing begins again: its token has expired", name)
            checkpoint.restart(section)
        case .refused(let error):
            logger.warn("the section may not be listed, and is left out", error: error, name)
            checkpoint.skip(section)
        case .notOffered(let absence):
            // That other names can be looked up is known: what the sweep keeps has been written.
            if absence.isCertain || checkpoint.isUnresolved(section, at: budget.now()) {
                logger.info("the region does not offer the section", name)
                checkpoint.pass(section)
            } else {
                logger.info("the section's endpoint cannot be found; it is tried again", name)
                course.setAside.insert(section)
            }
        }
    }

    private func note(
        _ error: any Error,
        _ section: InventorySection,
        _ checkpoint: inout SweepCheckpoint,
        _ course: inout Course
    ) throws {
        let name: Logger.Fields = ["section": section.rawValue]
        if let error = error as? AWSError, error.kind == .throttling {
            guard !note(throttling: error, section, &checkpoint) else { return }
            let count = (course.throttled[section] ?? 0) + 1
            course.throttled[section] = count
            if let pause = budget.pause(afterThrottling: count) {
                course.notBefore[section] = budget.instant() + pause
            } else {
                course.setAside.insert(section)
            }
            return
        }
        guard Self.isFault(error) else { throw error }
        if checkpoint.fail(section) {
            logger.warn("this fails each time; what does so is left out", error: error, name)
        } else {
            logger.warn("the section cannot be listed for now", error: error, name)
            course.setAside.insert(section)
            if course.failure == nil { course.failure = error }
        }
    }

    /// - Returns: whether the section is left out.
    @discardableResult
    private func note(
        throttling error: AWSError,
        _ section: InventorySection,
        _ checkpoint: inout SweepCheckpoint
    ) -> Bool {
        if checkpoint.throttle(section, at: budget.now(), limit: schedule.intervalSeconds) {
            logger.warn(
                "the section is throttled all the time, and is left out",
                error: error,
                ["section": section.rawValue]
            )
            return true
        }
        logger.info("the section is throttled", ["error": "\(error)", "section": section.rawValue])
        return false
    }

    /// The invocation's time comes to its end before a page of the section is recorded. Where it has recorded no other, and the
    /// page had most of its time, that is a failure: the next invocation has no more time for it. One that has been throttled
    /// has not failed, but is left out as one is that throttling lets through no more.
    private func runOutOfTime(_ section: InventorySection, _ checkpoint: inout SweepCheckpoint, _ course: Course) {
        guard course.pages == 0, let asked = course.asked[section], budget.isMostOfTheTime(since: asked),
            let place = checkpoint.places[section]
        else { return }
        let isLeftOut =
            place.throttledSince == nil
            ? checkpoint.fail(section)
            : checkpoint.throttle(section, at: budget.now(), limit: schedule.intervalSeconds)
        logger.warn(
            isLeftOut
                ? "no invocation has time for a page of the section, which is left out"
                : "the invocation had no time for a page of the section",
            ["section": section.rawValue]
        )
    }
}

/// What one invocation knows of the sections it lists.
private struct Course {
    /// Those of which a page is asked for, or waits to be recorded.
    var underWay: Set<InventorySection> = []
    /// When the last page of a section was asked for.
    var asked: [InventorySection: ContinuousClock.Instant] = [:]
    /// How many pages have been recorded.
    var pages = 0
    /// Those that are left to the next invocation.
    var setAside: Set<InventorySection> = []
    /// What the first of them has failed with.
    var failure: (any Error)?
    /// How often in a row a section has been throttled.
    var throttled: [InventorySection: Int] = [:]
    /// Until when those that were throttled wait.
    var notBefore: [InventorySection: ContinuousClock.Instant] = [:]
    /// Since when nothing has been written.
    var quietSince: ContinuousClock.Instant

    init(quietSince: ContinuousClock.Instant) { self.quietSince = quietSince }

    /// Those of the sections that may be asked for now, up to the limit. Those that have waited come last, in the order in
    /// which their pauses ended.
    func due(_ sections: [InventorySection], at now: ContinuousClock.Instant, limit: Int) -> [InventorySection] {
        let askable = sections.filter { !underWay.contains($0) && !setAside.contains($0) }
        let waiting = askable.compactMap { section in notBefore[section].map { (section: section, until: $0) } }
        let due =
            askable.filter { notBefore[$0] == nil }
            + waiting.filter { $0.until <= now }.sorted { $0.until < $1.until }.map(\.section)
        return Array(due.prefix(max(0, limit - underWay.count)))
    }

    /// Until the first of those that wait may be asked for; nil where none does.
    func pause(at now: ContinuousClock.Instant) -> Duration? {
        notBefore.values.min().map { max(.zero, $0 - now) }
    }
}
