/// What was measured, which shares were found that no event told of, and which losses were followed up, as JSON; at most 1,000 of
/// each list.
struct MeasurementMessage: Encodable {
    struct Search: Encodable {
        struct Share: Encodable {
            let imageId: ImageID
            let principal: String
        }

        struct Image: Encodable {
            let imageId: ImageID
            let status: String
        }

        /// How many of the images that EC2 lists were looked at.
        let images: Int
        let found: [Share]
        let foundCount: Int
        /// Shares that EC2 does not list any more, and of whose end no event told.
        let ended: [Share]
        let endedCount: Int
        /// Images that were disabled or deregistered, and no event told of it.
        let lost: [Image]
        let lostCount: Int
        /// Whether every image was looked at; else the next run goes on.
        let complete: Bool
    }

    struct FollowUps: Encodable {
        /// How many losses were looked at again.
        let lookedAt: Int
        /// How many accounts were told whose use had not been known.
        let told: Int
        /// How many losses will be looked at again.
        let pending: Int
        /// Whether there was time for all of them.
        let complete: Bool
    }

    private static let maximumListed = 1000

    let usageRows: Int?
    let sweepAgeHours: Double?
    let unknownAccounts: [AccountID]?
    let unknownAccountCount: Int?
    let accountsAwaitingSweep: [AccountID]?
    let accountsAwaitingSweepCount: Int?
    /// Nil where no round is due.
    let shareSearch: Search?
    let followUps: FollowUps?

    init(
        _ result: UsageMeasurement.Result,
        _ search: ShareSearch.Report?,
        _ followedUp: LossAlerts.FollowUpReport?
    ) {
        usageRows = result.usageRows
        sweepAgeHours = result.sweepAge
        unknownAccounts = result.unknownAccounts.map { Array($0.prefix(Self.maximumListed)) }
        unknownAccountCount = result.unknownAccounts?.count
        followUps = followedUp.map { report in
            FollowUps(
                lookedAt: report.lookedAt,
                told: report.told,
                pending: report.pending,
                complete: report.isComplete
            )
        }
        accountsAwaitingSweep = result.accountsAwaitingSweep.map { Array($0.prefix(Self.maximumListed)) }
        accountsAwaitingSweepCount = result.accountsAwaitingSweep?.count
        shareSearch = search.map { report in
            let ended = report.ended.flatMap { end in
                end.principals.map { Search.Share(imageId: end.image, principal: $0.description) }
            }
            return Search(
                images: report.images,
                found: report.found.prefix(Self.maximumListed).map { share in
                    Search.Share(imageId: share.image, principal: share.principal.description)
                },
                foundCount: report.found.count,
                ended: Array(ended.prefix(Self.maximumListed)),
                endedCount: ended.count,
                lost: report.lost.prefix(Self.maximumListed).map { lost in
                    Search.Image(imageId: lost.image, status: lost.loss.status.rawValue)
                },
                lostCount: report.lost.count,
                complete: report.isComplete
            )
        }
    }
}
