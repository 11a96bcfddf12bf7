import AWSClient
import AWSServices
import LambdaRuntime

extension ImageCheck {
    /// What the shares table and EC2 say of an image, its use aside.
    struct Facts {
        let record: ImageRecord?
        let shares: [ShareRecord]
        let launchPermissions: UsageEvidence.LaunchPermissions
        let ages: UsageEvidence.Ages

        func complete(_ evidence: inout UsageEvidence) {
            evidence.wasThere = record?.wasThere
            evidence.revoked = record?.lastRevoked
            evidence.launchPermissions = launchPermissions
            evidence.ages = ages
        }
    }

    /// What the shares table says of an image.
    struct Recorded: Sendable {
        let record: ImageRecord?
        let shares: [ShareRecord]
    }

    /// - Parameter known: What was read of it already.
    func recorded(of image: ImageID, _ known: Recorded? = nil) async throws -> Recorded {
        if let known { return known }
        async let record = shares.imageRecord(of: image)?.value
        async let shares = shares.shareRecords(of: image, principals: nil).map(\.value)
        return Recorded(record: try await record, shares: try await shares)
    }

    /// - Parameter run: The run over many images that it belongs to: it fails where it is throttled. Else, what EC2 does not
    ///   answer is among the facts.
    func facts(
        of image: ImageID,
        _ known: Recorded? = nil,
        in run: Run? = nil,
        logger: Logger
    ) async throws -> Facts {
        let failing: Set<AWSError.Kind> = run == nil ? Self.ends : Self.ends.union([.throttling])
        async let recorded = recorded(of: image, known)
        async let permissions = launchPermissions(of: image, failing)
        async let description = description(of: image, run?.beginning, failing)
        var (permitted, answered) = try await permissions
        let (ages, name) = try await description
        // EC2 says so of images that are gone, and of some that are there.
        if permitted == .notAvailable(reason: Self.unavailable), ages == .noSuchImage { permitted = .noSuchImage }
        let (record, shares) = (try await recorded.record, try await recorded.shares)
        return Facts(
            record: record,
            shares: try await recording(permitted, answered, of: image, named: name, shares, logger),
            launchPermissions: permitted,
            ages: ages
        )
    }

    /// The records, with shares that EC2 lists and that no event told of. A check is worth more than its records: where they
    /// cannot be written, it says that they are not there.
    private func recording(
        _ permissions: UsageEvidence.LaunchPermissions,
        _ time: EventTime,
        of image: ImageID,
        named name: String?,
        _ recorded: [ShareRecord],
        _ logger: Logger
    ) async throws -> [ShareRecord] {
        guard recordsShares, case .principals(let permitted) = permissions else { return recorded }
        do {
            let (shares, found) = try await ShareDiscovery(store: shares, region: region)
                .record(permitted, of: image, named: name, recorded: recorded, at: time)
            if !found.isEmpty {
                logger.info(
                    "shares were found that no event told of",
                    ["image_id": image.text, "count": found.count, "principals": found.prefix(100).map(\.description)]
                )
            }
            return shares
        } catch let error as AWSError where error.kind == .deadline || error.kind == .cancelled {
            throw error
        } catch {
            logger.error("shares that EC2 lists cannot be recorded", error: error, ["image_id": image.text])
            return recorded
        }
    }

    /// That an answer fails so is no fact about the image.
    private static let ends: Set<AWSError.Kind> = [.deadline, .cancelled]

    /// When the image was made, and the table that records who has it; and the image's name.
    private func description(
        of image: ImageID,
        _ beginning: Beginning?,
        _ failing: Set<AWSError.Kind>
    ) async throws(AWSError) -> (UsageEvidence.Ages, name: String?) {
        do throws(AWSError) {
            guard let found = try await ec2.images(ids: [image.text])[image.text] else { return (.noSuchImage, nil) }
            guard let created = found.creationDate.flatMap({ EventTime($0) }) else {
                return (.notAvailable(reason: "EC2 does not tell when the image was made"), found.name)
            }
            let recorded: Beginning
            if let beginning { recorded = beginning } else { recorded = try await self.beginning() }
            switch recorded {
            case .known(let recorded): return (.known(created: created, recorded: recorded), found.name)
            case .notAvailable(let reason):
                return (.recordsNotAvailable(created: created, reason: reason), found.name)
            }
        } catch {
            if failing.contains(error.kind) { throw error }
            return (.notAvailable(reason: "\(error.operation): \(error.code)"), nil)
        }
    }

    /// Since when shares are recorded.
    enum Beginning: Sendable {
        case known(EventTime)
        case notAvailable(reason: String)
    }

    func beginning() async throws(AWSError) -> Beginning {
        do throws(AWSError) {
            let created = try await shares.dynamoDB.creationTime(of: shares.table)
            return created.map { .known(EventTime($0)) }
                ?? .notAvailable(reason: "DynamoDB does not tell when the table was made")
        } catch {
            if Self.ends.contains(error.kind) { throw error }
            return .notAvailable(reason: "\(error.operation): \(error.code)")
        }
    }

    private static let unavailable = "EC2: InvalidAMIID.Unavailable"

    /// Whom EC2 lets launch the image, and when it had answered.
    private func launchPermissions(
        of image: ImageID,
        _ failing: Set<AWSError.Kind>
    ) async throws(AWSError) -> (UsageEvidence.LaunchPermissions, EventTime) {
        do throws(AWSError) {
            let permissions = try await ec2.launchPermissions(imageID: image.text)
            let answered = EventTime(effects.now())
            let principals = permissions.compactMap(Principal.init(_:))
            guard principals.count == permissions.count else {
                return (.notAvailable(reason: "a launch permission is of an unknown kind"), answered)
            }
            return (.principals(principals), answered)
        } catch {
            if failing.contains(error.kind) { throw error }
            let answer: UsageEvidence.LaunchPermissions =
                error.code == "InvalidAMIID.NotFound" ? .noSuchImage : .notAvailable(reason: "EC2: \(error.code)")
            return (answer, EventTime(effects.now()))
        }
    }
}
