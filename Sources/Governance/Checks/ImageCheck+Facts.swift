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

    func facts(of image: ImageID, _ logger: Logger) async throws -> Facts {
        async let record = shares.imageRecord(of: image)?.value
        async let recorded = shares.shareRecords(of: image, principals: nil).map(\.value)
        async let permissions = launchPermissions(of: image)
        async let description = description(of: image)
        var (permitted, answered) = try await permissions
        let (ages, name) = try await description
        // EC2 says so of images that are gone, and of some that are there.
        if permitted == .notAvailable(reason: Self.unavailable), ages == .noSuchImage { permitted = .noSuchImage }
        return Facts(
            record: try await record,
            shares: try await recording(permitted, answered, of: image, named: name, try await recorded, logger),
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

    /// When the image was made, and the table that records who has it; and the image's name.
    private func description(of image: ImageID) async throws(AWSError) -> (UsageEvidence.Ages, name: String?) {
        do throws(AWSError) {
            guard let found = try await ec2.images(ids: [image.text])[image.text] else { return (.noSuchImage, nil) }
            guard let created = found.creationDate.flatMap({ EventTime($0) }) else {
                return (.notAvailable(reason: "EC2 does not tell when the image was made"), found.name)
            }
            return (try await ages(created), found.name)
        } catch {
            if error.kind == .deadline || error.kind == .cancelled { throw error }
            return (.notAvailable(reason: "\(error.operation): \(error.code)"), nil)
        }
    }

    private func ages(_ created: EventTime) async throws(AWSError) -> UsageEvidence.Ages {
        let reason: String
        do throws(AWSError) {
            if let recorded = try await shares.dynamoDB.creationTime(of: shares.table) {
                return .known(created: created, recorded: EventTime(recorded))
            }
            reason = "DynamoDB does not tell when the table was made"
        } catch {
            if error.kind == .deadline || error.kind == .cancelled { throw error }
            reason = "\(error.operation): \(error.code)"
        }
        return .recordsNotAvailable(created: created, reason: reason)
    }

    private static let unavailable = "EC2: InvalidAMIID.Unavailable"

    /// Whom EC2 lets launch the image, and when it had answered.
    private func launchPermissions(
        of image: ImageID
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
            if error.kind == .deadline || error.kind == .cancelled { throw error }
            let answer: UsageEvidence.LaunchPermissions =
                error.code == "InvalidAMIID.NotFound" ? .noSuchImage : .notAvailable(reason: "EC2: \(error.code)")
            return (answer, EventTime(effects.now()))
        }
    }
}
