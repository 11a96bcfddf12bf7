import AWSClient
import AWSServices
import LambdaRuntime

/// Asks EC2 for its own count of an image's uses over all accounts: an image usage report, which is made for the question,
/// waited for as long as there is time, read, and deleted.
///
/// AWS calls: `ec2:CreateImageUsageReport`, `ec2:DescribeImageUsageReports`, `ec2:DescribeImageUsageReportEntries`,
/// `ec2:DeleteImageUsageReport`.
struct OwnerViewReader: Sendable {
    let ec2: EC2
    let effects: AWSEffects

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
    private static let patience = Duration.seconds(600)
    /// Pauses between looks at a report; the last one is repeated.
    private static let pauses: [Duration] = [.seconds(1), .seconds(2), .seconds(3), .seconds(5)]

    /// Never fails: what keeps EC2's view from being had is in what it returns.
    func view(of image: ImageID, logger: Logger) async -> UsageEvidence.OwnerView {
        let view = await ask(image, logger)
        if case .notAvailable(let reason) = view {
            logger.warn("owner's view not available", ["image_id": image.text, "reason": reason])
        }
        return view
    }

    private func ask(_ image: ImageID, _ logger: Logger) async -> UsageEvidence.OwnerView {
        do throws(AWSError) {
            let (id, kinds) = try await create(image)
            // Deleting it must still be possible when reading it has run out of time.
            let deadline = AWSClient.deadline.map { $0 - Self.timeToDelete }
            let view = await AWSClient.$deadline.withValue(deadline) { await read(id, kinds) }
            if Task.isCancelled {
                // Whoever calls the question off leaves nothing behind: a task of its own is not cancelled.
                await Task { await delete(id, logger) }.value
            } else {
                await delete(id, logger)
            }
            return view
        } catch {
            return .notAvailable(reason: Self.reason(error))
        }
    }

    private func delete(_ id: String, _ logger: Logger) async {
        do throws(AWSError) {
            _ = try await ec2.client.call(EC2.DeleteImageUsageReport(reportID: id))
        } catch {
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

    private func create(_ image: ImageID) async throws(AWSError) -> (String, [ResourceKind]) {
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
    ) async throws(AWSError) -> (String, [ResourceKind]) {
        let request = EC2.CreateImageUsageReport(
            imageID: image.text,
            resourceTypes: types.map { type in
                .init(
                    type.name,
                    options: type.kind == .launchTemplate ? [.init("version-depth", [Self.versionDepth])] : []
                )
            },
            clientToken: effects.uuid()
        )
        return (try await ec2.client.call(request).reportID, types.map(\.kind))
    }

    private func read(_ id: String, _ kinds: [ResourceKind]) async -> UsageEvidence.OwnerView {
        do throws(AWSError) {
            return try await report(id, kinds)
        } catch {
            return .notAvailable(reason: Self.reason(error))
        }
    }

    private func report(_ id: String, _ kinds: [ResourceKind]) async throws(AWSError) -> UsageEvidence.OwnerView {
        let now = effects.instant()
        let end = AWSClient.deadline.map { $0 - Self.timeToRead } ?? now + Self.patience
        var pauses = Self.pauses[...]
        while true {
            let state = try await state(of: id)
            switch state?.state {
            case "available":
                let created = state?.creationTime ?? effects.now()
                return .available(try await entries(of: id, UsageReport(created: EventTime(created), kinds: kinds)))
            // A new report may not be visible yet.
            case "pending", nil:
                let pause = pauses.first ?? .seconds(5)
                if pauses.count > 1 { pauses.removeFirst() }
                guard effects.instant() + pause < end, await sleep(pause) else {
                    let seconds = (effects.instant() - now).components.seconds
                    return .notAvailable(reason: "EC2 had not made its report after \(seconds) seconds")
                }
            case .some(let other):
                let why = (state?.stateReason).map { ": " + Display.line($0, limit: 200) } ?? ""
                return .notAvailable(reason: "EC2's report is in the state \(Display.line(other, limit: 40))\(why)")
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
            if error.kind == .clientError, error.code.hasSuffix("NotFound") { return nil }
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
