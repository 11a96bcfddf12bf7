/// What was measured, and which shares were found that no event told of, as JSON; at most 1,000 of each list.
struct MeasurementMessage: Encodable {
    struct Search: Encodable {
        struct Share: Encodable {
            let imageId: ImageID
            let principal: String
        }

        /// How many images were looked at.
        let images: Int
        let found: [Share]
        let foundCount: Int
        /// Whether every image was looked at; else the next run goes on.
        let complete: Bool
    }

    private static let maximumListed = 1000

    let usageRows: Int?
    let sweepAgeHours: Double?
    let unknownAccounts: [AccountID]
    let unknownAccountCount: Int
    /// Nil where no round is due.
    let shareSearch: Search?

    init(_ result: UsageMeasurement.Result, _ search: ShareSearch.Report?) {
        usageRows = result.usageRows
        sweepAgeHours = result.sweepAge
        unknownAccounts = Array(result.unknownAccounts.prefix(Self.maximumListed))
        unknownAccountCount = result.unknownAccounts.count
        shareSearch = search.map { report in
            Search(
                images: report.images,
                found: report.found.prefix(Self.maximumListed).map { share in
                    Search.Share(imageId: share.image, principal: share.principal.description)
                },
                foundCount: report.found.count,
                complete: report.isComplete
            )
        }
    }
}
