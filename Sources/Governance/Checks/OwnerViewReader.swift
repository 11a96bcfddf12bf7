import AWSClient
import AWSServices
import LambdaRuntime
import Transport

/// Asks EC2 for its own count of an image's uses over all accounts: an image usage report, which is waited for as long as
/// there is time, read, and deleted.
///
/// EC2 may take longer than a question can wait. Its report is left for the next question then, which finds it by the image
/// and by a tag that tells it from reports of others. One that is too old, or that EC2 could not make, is deleted and made
/// anew.
///
/// AWS calls: `ec2:CreateImageUsageReport`, with `ec2:CreateTags` on what it makes, `ec2:DescribeImageUsageReports`,
/// `ec2:DescribeImageUsageReportEntries`, `ec2:DeleteImageUsageReport`.
struct OwnerViewReader: Sendable {
    let ec2: EC2
    let effects: AWSEffects

    /// What tells this software's reports from those of others, which may count less and are not to be deleted.
    static let tag = (key: "ami-steward", value: "usage-check")
    /// An older report is not used: by then, it lacks too much.
    static let maximumAgeHours: Int64 = 6
    /// EC2 will not finish a report that is pending for so long.
    private static let maximumPendingHours: Int64 = 24

    /// EC2's names of what it counts. The latter two are newer: not every region knows them.
    private static let types: [(name: String, kind: ResourceKind)] = [
        ("ec2:Instance", .instance), ("ec2:LaunchTemplate", .launchTemplate),
        ("imagebuilder:ImageRecipe", .imageRecipe), ("imagebuilder:ContainerRecipe", .containerRecipe),
    ]
    /// How many versions of a launch template EC2 looks at, from the latest one on: as many as it can.
    private static let versionDepth = "10000"
    /// What reading the report may take.
    private static let timeToRead = Duration.seconds(3)
    /// What deleting the report and writing the answer may take.
    private static let timeToDelete = Duration.seconds(2)
    /// The longest wait where there is no deadline.
    static let patience = Duration.seconds(600)
    /// Pauses between looks at a report; the last one is repeated.
    private static let pauses: [Duration] = [.seconds(1), .seconds(2), .seconds(3), .seconds(5)]
    /// Another question may take the report away that this one waits for; so often another is looked for.
    private static let attempts = 3

    /// A report that is to be read, or waited for.
    private struct Report {
        let id: String
        let kinds: [ResourceKind]
        let created: Timestamp
        /// Whether it was made for this question.
        let isNew: Bool
    }

    /// What became of a report.
    private enum Reading {
        case done(UsageReport)
        case pending
        /// EC2 could not make it.
        case failed(reason: String)
        /// Somebody deleted it.
        case gone
    }

    /// Never fails: what keeps EC2's view from being had is in what it returns.
    ///
    /// - Parameter patience: How long it waits for EC2 at most.
    func view(
        of image: ImageID,
        patience: Duration = OwnerViewReader.patience,
        logger: Logger
    ) async -> UsageEvidence.OwnerView {
        do throws(AWSError) {
            return noted(try await ask(image, patience, logger), image, logger)
        } catch {
            return noted(.notAvailable(reason: Self.reason(error)), image, logger)
        }
    }

    /// The same, for whoever asks about many images.
    ///
    /// - Throws: what throttles it, and nothing else.
    func viewUnlessThrottled(
        of image: ImageID,
        patience: Duration,
        logger: Logger
    ) async throws(AWSError) -> UsageEvidence.OwnerView {
        do throws(AWSError) {
            return noted(try await ask(image, patience, logger), image, logger)
        } catch {
            if error.kind == .throttling { throw error }
            return noted(.notAvailable(reason: Self.reason(error)), image, logger)
        }
    }

    private func noted(
        _ view: UsageEvidence.OwnerView,
        _ image: ImageID,
        _ logger: Logger
    ) -> UsageEvidence.OwnerView {
        switch view {
        case .notAvailable(let reason):
            logger.warn("owner's view not available", ["image_id": image.text, "reason": reason])
        case .pending(let since):
            logger.info("EC2 is making its usage report", ["image_id": image.text, "since": since.description])
        case .occupied(let since):
            logger.info("EC2 is making another usage report", ["image_id": image.text, "since": since.description])
        case .available, .notAsked: break
        }
        return view
    }

    private func ask(
        _ image: ImageID,
        _ patience: Duration,
        _ logger: Logger
    ) async throws(AWSError) -> UsageEvidence.OwnerView {
        let end = effects.instant() + patience
        for _ in 0..<Self.attempts {
            var found = try await existing(image, logger)
            if found == nil {
                do throws(AWSError) {
                    found = try await made(for: image)
                } catch {
                    // EC2 makes one report of an image at a time. Another question's may have come in between.
                    guard error.mayBeOfAnotherReport else { throw error }
                    found = try await existing(image, logger)
                    if found == nil {
                        guard let since = try await otherUnderWay(image) else { throw error }
                        return .occupied(since: EventTime(since))
                    }
                }
            }
            guard let report = found else { break }
            // Deleting it must still be possible when reading it has run out of time.
            let deadline = AWSClient.deadline.map { $0 - Self.timeToDelete }
            let reading = await AWSClient.$deadline.withValue(deadline) { await read(report, until: end) }
            switch reading {
            case .success(.done(let usage)):
                await delete(report.id, logger)
                return .available(usage)
            case .success(.pending):
                if Task.isCancelled, report.isNew { await takeAway(report.id, logger) }
                return .pending(since: EventTime(report.created))
            case .success(.failed(let reason)):
                await delete(report.id, logger)
                if report.isNew { return .notAvailable(reason: reason) }
            case .success(.gone): break
            case .failure(let error):
                if report.isNew, error.kind != .deadline { await takeAway(report.id, logger) }
                throw error
            }
        }
        return .notAvailable(reason: "others took EC2's reports away")
    }

    /// Deletes it although the question may have been called off: a task of its own is not cancelled with it.
    private func takeAway(_ id: String, _ logger: Logger) async {
        await Task(executorPreference: EventLoop.shared) { await delete(id, logger) }.value
    }

    private func delete(_ id: String, _ logger: Logger) async {
        do throws(AWSError) {
            _ = try await ec2.client.call(EC2.DeleteImageUsageReport(reportID: id))
        } catch {
            guard !error.isMissingReport else { return }
            logger.warn(
                "a usage report is left to EC2, which deletes it after 30 days",
                error: error,
                ["report_id": id]
            )
        }
    }

    private static func reason(_ error: AWSError) -> String {
        switch error.kind {
        case .deadline, .cancelled: "there was no time left for EC2 to answer \(error.operation)"
        default: "\(error.operation): \(error.code)"
        }
    }

    // MARK: Finding and making

    /// The best report that an earlier question left: the newest one that can be read, else the one that is under way.
    private func existing(_ image: ImageID, _ logger: Logger) async throws(AWSError) -> Report? {
        let now = effects.now()
        var usable: [(report: Report, isAvailable: Bool)] = []
        let request = EC2.DescribeImageUsageReports(
            imageIDs: [image.text],
            filters: [EC2.Filter("tag:\(Self.tag.key)", [Self.tag.value])]
        )
        for try await page in ec2.imageUsageReports(request) {
            for report in page.reports where report.tags[Self.tag.key] == Self.tag.value {
                let kinds = Self.types.filter { report.resourceTypes.contains($0.name) }.map(\.kind)
                let hours = report.state == "available" ? Self.maximumAgeHours : Self.maximumPendingHours
                let isUsable =
                    (report.state == "available" || report.state == "pending") && report.imageID == image.text
                    && report.accountIDs.isEmpty && kinds.prefix(2) == [.instance, .launchTemplate]
                guard isUsable, let created = report.creationTime, created.seconds + hours * 3600 >= now.seconds else {
                    await delete(report.reportID, logger)
                    continue
                }
                let found = Report(id: report.reportID, kinds: kinds, created: created, isNew: false)
                usable.append((found, report.state == "available"))
            }
        }
        return usable.max { ($0.isAvailable ? 1 : 0, $0.report.created) < ($1.isAvailable ? 1 : 0, $1.report.created) }?
            .report
    }

    /// Since when EC2 has been making a report of the image, whoever's it is; nil where it makes none.
    private func otherUnderWay(_ image: ImageID) async throws(AWSError) -> Timestamp? {
        for try await page in ec2.imageUsageReports(EC2.DescribeImageUsageReports(imageIDs: [image.text])) {
            let report = page.reports.first { $0.state == "pending" && $0.imageID == image.text }
            if let report { return report.creationTime ?? effects.now() }
        }
        return nil
    }

    /// Makes one, and learns which, although the question may be called off meanwhile: else nobody would take it away.
    private func made(for image: ImageID) async throws(AWSError) -> Report {
        try await Task(executorPreference: EventLoop.shared) { () async -> Result<Report, AWSError> in
            do throws(AWSError) {
                return .success(try await create(image))
            } catch {
                return .failure(error)
            }
        }.value.get()
    }

    private func create(_ image: ImageID) async throws(AWSError) -> Report {
        do throws(AWSError) {
            return try await create(image, Self.types)
        } catch {
            guard error.kind == .clientError, error.code.hasPrefix("InvalidParameter") else { throw error }
            return try await create(image, Array(Self.types.prefix(2)))
        }
    }

    private func create(
        _ image: ImageID,
        _ types: [(name: String, kind: ResourceKind)]
    ) async throws(AWSError) -> Report {
        let request = EC2.CreateImageUsageReport(
            imageID: image.text,
            resourceTypes: types.map { type in
                .init(
                    type.name,
                    options: type.kind == .launchTemplate ? [.init("version-depth", [Self.versionDepth])] : []
                )
            },
            clientToken: effects.uuid(),
            tags: [Self.tag.key: Self.tag.value]
        )
        let id = try await ec2.client.call(request).reportID
        return Report(id: id, kinds: types.map(\.kind), created: effects.now(), isNew: true)
    }

    // MARK: Reading

    private func read(_ report: Report, until end: ContinuousClock.Instant) async -> Result<Reading, AWSError> {
        do throws(AWSError) {
            return .success(try await wait(for: report, until: end))
        } catch {
            return error.isMissingReport ? .success(.gone) : .failure(error)
        }
    }

    private func wait(for report: Report, until end: ContinuousClock.Instant) async throws(AWSError) -> Reading {
        let end = AWSClient.deadline.map { min($0 - Self.timeToRead, end) } ?? end
        var pauses = Self.pauses[...]
        while true {
            let state = try await state(of: report.id)
            switch state?.state {
            case "available":
                let created = EventTime(state?.creationTime ?? report.created)
                return .done(try await entries(of: report.id, UsageReport(created: created, kinds: report.kinds)))
            // A new report may not be visible yet.
            case nil where !report.isNew: return .gone
            case "pending", nil:
                let pause = pauses.first ?? .seconds(5)
                if pauses.count > 1 { pauses.removeFirst() }
                guard effects.instant() + pause < end, await sleep(pause) else { return .pending }
            case .some(let other):
                let why = (state?.stateReason).map { ": " + Display.line($0, limit: 200) } ?? ""
                return .failed(reason: "EC2's report is in the state \(Display.line(other, limit: 40))\(why)")
            }
        }
    }

    private func sleep(_ pause: Duration) async -> Bool {
        do {
            try await effects.sleep(pause)
            return true
        } catch {
            return false
        }
    }

    private func state(of id: String) async throws(AWSError) -> EC2.ImageUsageReport? {
        do throws(AWSError) {
            for try await page in ec2.imageUsageReports(.init(reportIDs: [id])) {
                if let report = page.reports.first(where: { $0.reportID == id }) { return report }
            }
            return nil
        } catch {
            if error.isMissingReport { return nil }
            throw error
        }
    }

    private func entries(of id: String, _ empty: UsageReport) async throws(AWSError) -> UsageReport {
        var report = empty
        for try await page in ec2.imageUsageReportEntries(.init(reportIDs: [id])) {
            for entry in page.entries {
                guard let type = Self.types.first(where: { $0.name == entry.resourceType }) else { continue }
                // EC2 hides the number of an account that it may not name: it is no account number then.
                report.add(entry.usageCount, type.kind, of: AccountID(entry.accountID))
            }
        }
        return report
    }
}

extension AWSError {
    /// Whether EC2 knows no such usage report.
    fileprivate var isMissingReport: Bool { kind == .clientError && code.hasSuffix("NotFound") && !isMissingImage }

    /// Whether EC2 may have refused to make a report since it is making one of the image: by which code, is not documented.
    fileprivate var mayBeOfAnotherReport: Bool {
        kind == .clientError && !isRefusal && !code.hasPrefix("InvalidParameter") && !code.hasPrefix("InvalidAMIID.")
    }
}
